"""How a cell is read, type by type, without a server (C1 to C13, P1): the twin of the SQL functions `lecture.*`.

`tests/atelier/cellules.py` is the table that both answer to.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

from mutualisation.ingestion.bloc import BLANCS
from mutualisation.ingestion.entete import normaliser
from mutualisation.ingestion.memoire import Memoire
from mutualisation.ingestion.siret import siret_valide
from mutualisation.sources.jeux import Colonne

# what is read: Decimal (minutes for a duration), date, int or text; "" when nothing is stated; None when unreadable
Lu = Decimal | dt.date | int | str | None
NON_RENSEIGNE = ""
NOMBRES = frozenset({"montant", "nombre", "pourcentage", "entier"})
ILLISIBLES = {
    "montant": "montant illisible (deux décimales au plus, sans point des milliers ni signe %, C1)",
    "nombre": "nombre illisible (six décimales au plus, sans signe %, C1)",
    "pourcentage": "pourcentage illisible (six décimales au plus, C1)",
    "entier": "nombre entier attendu (C1)",
    "annee": "année sur quatre chiffres attendue (G1)",
    "date": "date illisible (jj/mm/aaaa, aaaa-mm-jj ou aaaammjj, sans heure, C3)",
    "duree": "durée illisible (3,50, 03:30 ou 3h30, C8)",
    "compte": "compte de 2 à 12 chiffres attendu (C11)",
    "siret": "SIRET dont la clé est fausse (C6)",
    "siren": "SIREN sur neuf chiffres attendu (C13)",
}
_CHIFFRES_MAX = 10**11
_USUEL = re.compile(r"-?[0-9]{1,11}(?:[.,][0-9]{1,2})?")
_PARTIE = r"(?:[0-9]{1,15}|[0-9]{1,3}(?: [0-9]{3}){1,4})(?:[.,][0-9]{1,%d})?"
_FORMES = {decimales: re.compile(_PARTIE % decimales) for decimales in (2, 6, 12)}
_ESPACES_SIMPLES = str.maketrans("\u00a0\u202f\t\r\n", "     ")
_POURCENT = re.compile("[ \u00a0\u202f]*%[ \t\r\n\u00a0\u202f]*$")
_ENTIER = re.compile(
    "[ \t\u00a0\u202f]*(-?(?:[0-9]{1,9}|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3}){1,2}))[ \t\u00a0\u202f]*"
)
_ANNEE = re.compile("[ \t\u00a0\u202f]*([0-9]{4})[ \t\u00a0\u202f]*")
_MINUIT = re.compile(r"[ T]00:00(?::00)?$")
_JOUR_DEVANT = re.compile(r"([0-9]{2})([/.-])([0-9]{2})\2([0-9]{4})")
_ANNEE_DEVANT = re.compile(r"([0-9]{4})([/-]?)([0-9]{2})\2([0-9]{2})")
_CENTIEMES = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")
_HEURES = re.compile(r"([0-9]{1,2})(?:[:hH]([0-5][0-9])|[hH])|([0-9]{1,4}):([0-5][0-9]):00")
_COMPTE = re.compile(r"[0-9]{2,12}")
_ESPACES = re.compile(r"\s+")


def nombre(cellule: str, decimales: int = 6, chiffres: int = 15) -> Decimal | None:
    """A number of at most `decimales` decimals and `chiffres` figures before them (C1)."""
    if decimales >= 2 and _USUEL.fullmatch(cellule):
        return Decimal(cellule.replace(",", "."))
    c = cellule.translate(_ESPACES_SIMPLES).strip(" ").rstrip("€").rstrip(" ")
    negatif = True
    if c.startswith("(") and c.endswith(")") and len(c) > 1:
        c = c[1:-1].strip(" ").rstrip("€").rstrip(" ")
    elif c.startswith("-"):
        c = c[1:].lstrip(" ")
    elif c.endswith("-"):
        c = c[:-1]
    else:
        negatif = False
    if not _FORMES[decimales].fullmatch(c):
        return None
    n = Decimal(c.replace(" ", "").replace(",", "."))
    return (-n if negatif else n) if n < 10**chiffres else None


def montant(cellule: str) -> Decimal | None:
    """An amount: two decimals, thirteen figures (C1)."""
    return nombre(cellule, 2, 13)


def pourcentage(cellule: str) -> Decimal | None:
    """A number that a % may follow (C1)."""
    return nombre(_POURCENT.sub("", cellule))


def entier(cellule: str) -> int | None:
    """A whole number."""
    trouve = _ENTIER.fullmatch(cellule)
    return int(_ESPACES.sub("", trouve[1])) if trouve else None


def annee(cellule: str) -> int | None:
    """A year on four figures; 0000 is none."""
    trouve = _ANNEE.fullmatch(cellule)
    return (int(trouve[1]) or None) if trouve else None


def date(cellule: str) -> dt.date | None:
    """A day in a form of C3, from year 1000 on."""
    c = _MINUIT.sub("", cellule.strip(BLANCS))
    if trouve := _JOUR_DEVANT.fullmatch(c):
        a, m, j = trouve[4], trouve[3], trouve[1]
    elif trouve := _ANNEE_DEVANT.fullmatch(c):
        a, m, j = trouve[1], trouve[3], trouve[4]
    else:
        return None
    try:
        return dt.date(int(a), int(m), int(j)) if a >= "1000" else None
    except ValueError:
        return None


def minutes(cellule: str) -> Decimal | None:
    """Hours in minutes, exact (C8); bounds are a rule of the row."""
    c = cellule.strip(BLANCS)
    if _CENTIEMES.fullmatch(c):
        return Decimal(c.replace(",", ".")) * 60
    trouve = _HEURES.fullmatch(c)
    if not trouve:
        return None
    return Decimal(int(trouve[1] or trouve[3]) * 60 + int(trouve[2] or trouve[4] or 0))


def _texte(cellule: str) -> str:
    return cellule.strip(BLANCS)


def _compte(cellule: str) -> str | None:
    c = cellule.strip(BLANCS)
    return c if c.isascii() and _COMPTE.fullmatch(c) else None


def _numero(cellule: str) -> str:
    c = cellule.strip(BLANCS)
    return (c.lstrip("0") or "0") if c.isascii() and c.isdigit() else c


def _sans_espaces(cellule: str) -> str:
    return _ESPACES.sub("", cellule)


def _siret(cellule: str) -> str | None:
    c = _sans_espaces(cellule)
    return c if siret_valide(c) else None


def _siren(cellule: str) -> str | None:
    c = _sans_espaces(cellule)
    return c if len(c) == 9 and c.isascii() and c.isdigit() else None


_LECTURES: dict[str, Callable[[str], Lu]] = {
    "montant": montant, "nombre": nombre, "pourcentage": pourcentage, "entier": entier, "annee": annee, "date": date,
    "duree": minutes, "compte": _compte, "numero": _numero, "siret": _siret, "siret_libre": _sans_espaces,
    "siren": _siren,
}  # fmt: skip


def vide(cellule: str, type_: str) -> bool:
    """True when the cell states nothing: blank, or « - » in an amount or a number (C1)."""
    if type_ in NOMBRES:
        return cellule.rstrip(BLANCS + "€").lstrip(BLANCS) in ("", "-")
    return not cellule.strip(BLANCS)


def lecture_de(colonne: Colonne, *, pourcent: bool = False) -> Memoire[Lu]:
    """`lecture[cell]`: what a cell of that column is read as. `pourcent`: the row lets a number bear a % (C1)."""
    if colonne.type == "enumeration":
        valeurs = {normaliser(v): v for v in colonne.valeurs}
        inconnue = NON_RENSEIGNE if colonne.inconnue_vide else None
        lire: Callable[[str], Lu] = lambda cellule: valeurs.get(normaliser(cellule), inconnue)  # noqa: E731
    else:
        lire = pourcentage if pourcent and colonne.type == "nombre" else _LECTURES.get(colonne.type, _texte)
    return Memoire(lambda cellule: NON_RENSEIGNE if vide(cellule, colonne.type) else lire(cellule))


def defaut(colonne: Colonne, cellule: str, lu: Lu) -> str | None:
    """Why a cell rejects its row, in French; None when it doesn't."""
    if lu == NON_RENSEIGNE:
        rien = vide(cellule, colonne.type)
        regle = "C2" if colonne.type in NOMBRES else "G1"
        return f"cellule obligatoire vide ({regle})" if colonne.obligatoire and rien else None
    if lu is None:
        if colonne.type == "enumeration":
            attendues = ", ".join(colonne.valeurs)
            return f"valeur inconnue (attendu : {attendues}) (C7), à corriger ou à traduire par correspondances (F16)"
        return ILLISIBLES[colonne.type]
    if colonne.type in ("montant", "nombre", "pourcentage") and isinstance(lu, Decimal) and abs(lu) >= _CHIFFRES_MAX:
        return "nombre de plus de onze chiffres avant la virgule (C1)"
    return None
