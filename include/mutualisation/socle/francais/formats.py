"""Write figures as French reads them: narrow no-break thousands, comma, whole euros; an unknown one is never 0."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

FINE = "\u202f"
INSECABLE = "\u00a0"
MOINS = "\u2212"
NON_RENSEIGNE = "non renseigné"
# euros: a sum of nothing is written in a CSV as any other, to the cent
ZERO = Decimal("0.00")
# a quotient may have more digits than the default of 28: this holds numeric(24,12) over its least value
LARGE = Context(prec=60)


def arrondi(valeur: Decimal | int, decimales: int = 0) -> Decimal:
    """Round half away from zero (R3d), for display only."""
    return Decimal(valeur).quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP, LARGE)


def nombre(valeur: Decimal | int | None, decimales: int = 0) -> str:
    """Write `1 234,5` with a narrow no-break space; `non renseigné` for NULL; never `-0`."""
    if valeur is None:
        return NON_RENSEIGNE
    arrondie = arrondi(valeur, decimales)
    texte = f"{abs(arrondie):,.{decimales}f}".replace(",", FINE).replace(".", ",")
    return f"{MOINS}{texte}" if arrondie < 0 else texte


def decimales(valeurs: Iterable[Decimal]) -> int:
    """Count the decimals, up to six, that show every value of a column exactly: its figures then line up."""
    return max((min(6, max(0, -int(v.normalize().as_tuple().exponent))) for v in valeurs), default=0)


def exact(valeur: Decimal | int, minimum: int = 0) -> str:
    """Write a number with the decimals that it has, at least `minimum`, at most six."""
    exacte = Decimal(valeur)
    return nombre(exacte, max(minimum, decimales([exacte])))


def euros(valeur: Decimal | int | None, decimales: int = 0) -> str:
    """Write an amount, in whole euros by default: `1 395 534 €`."""
    return NON_RENSEIGNE if valeur is None else f"{nombre(valeur, decimales)}{INSECABLE}€"


def etp(valeur: Decimal, decimales: int = 2) -> str:
    """Write full-time equivalents: `12,50 ETP`."""
    return f"{nombre(valeur, decimales)}{INSECABLE}ETP"


def pourcent(taux: Decimal | None, decimales: int = 0) -> str:
    """Write a ratio as a percentage: 0,38 gives `38 %`; a rate over nothing (None) gives an em dash."""
    return "—" if taux is None else f"{nombre(taux * 100, decimales)}{INSECABLE}%"


def evolution(avant: Decimal | None, apres: Decimal | None) -> str | None:
    """Write the change between two exercices, `+3,2 %`; None when one is unknown, or the first is not positive."""
    if avant is None or apres is None or avant <= 0:
        return None
    return f"{signe((apres - avant) / avant * 100, 1)}{INSECABLE}%"


def signe(valeur: Decimal, decimales: int = 0) -> str:
    """Write a change with its sign: `+3`, `−3`, `0`."""
    return ("+" if arrondi(valeur, decimales) > 0 else "") + nombre(valeur, decimales)


def periode(exercices: Sequence[int]) -> str:
    """Write exercices as `2021` or `2019-2021`."""
    return str(exercices[0]) if len(exercices) == 1 else f"{exercices[0]}-{exercices[-1]}"


def siret(numero: str) -> str:
    """Write a SIRET as `215 905 605 00006`, on one line; another identifier stays as it is."""
    return INSECABLE.join((numero[:3], numero[3:6], numero[6:9], numero[9:])) if len(numero) == 14 else numero


def jour(valeur: date | None) -> str:
    """Write a day as `31/12/2021`; an open bound (None) is empty."""
    return "" if valeur is None else valeur.strftime("%d/%m/%Y")


def lire_jour(texte: str | None) -> date | None:
    """Read the day of an ISO text, without its hour; None without a text."""
    return date.fromisoformat(texte[:10]) if texte else None


def plusieurs(compte: int, singulier: str, pluriel: str | None = None) -> str:
    """Write a count and its noun: `1 contrôle`, `2 contrôles`."""
    return f"{nombre(compte)}{INSECABLE}{singulier if compte < 2 else pluriel or singulier + 's'}"


def enumerer(noms: Iterable[str], nommes: int = 6) -> str:
    """List the first names, then say how many more there are: `a, b, c et 4 autres`."""
    tous = list(noms)
    reste = len(tous) - nommes
    return ", ".join(tous[:nommes]) + (f" et {plusieurs(reste, 'autre')}" if reste > 0 else "")


def et(noms: Iterable[object]) -> str:
    """Join names as French does: `2019, 2020 et 2021`; empty without any."""
    *debut, fin = map(str, [*noms] or [""])
    return f"{', '.join(debut)} et {fin}" if debut else fin


def majuscule(texte: str) -> str:
    """Put a capital at the beginning; the rest stays as it is."""
    return texte[:1].upper() + texte[1:]


def minuscule(texte: str) -> str:
    """Put a small letter at the beginning, unless the text begins with an acronym."""
    return texte if texte[1:2].isupper() else texte[:1].lower() + texte[1:]


def constat(valeur: Any) -> str:
    """Write a value of a control without the zeros of its scale; `12.50 ; 3` is two numbers, NULL is empty."""
    return f"{INSECABLE}; ".join(_constat(partie) for partie in str("" if valeur is None else valeur).split(" ; "))


def _constat(texte: str) -> str:
    try:
        chiffre = Decimal(texte)
    except InvalidOperation:
        return texte
    # an amount keeps its cents
    return exact(chiffre, 2 if decimales([chiffre]) == 1 else 0)
