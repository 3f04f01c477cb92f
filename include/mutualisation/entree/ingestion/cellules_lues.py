"""A cell is read by the type of its column (C1 to C13, P1), here and nowhere else. PostgreSQL casts without loss what
is read to the type of the column: digits and a point for a number (minutes for a duration), an ISO day, a value as the
contract writes it. "" says that nothing is stated, None that the cell can't be read."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import TypeVar

from stdnum import luhn

from mutualisation.entree.ingestion.confidentialite import Confidentialite, adresse_de_service
from mutualisation.entree.lecteurs.bloc import BLANCS, MUETS, visible
from mutualisation.entree.lecteurs.entete import normaliser
from mutualisation.entree.lecteurs.limites import nombre_fr
from mutualisation.entree.sources.jeux import ILLISIBLES, LONGUEURS, SEPARATEUR_DELIVRE, Colonne, Jeu

V = TypeVar("V")
Cellules = Sequence[str]
# this many distinct values of a column are remembered: amounts never come back
MEMOIRE_MAX = 10_000
Lu = str | None
NON_RENSEIGNE = ""
NOMBRES = frozenset({"montant", "nombre", "decimal", "pourcentage", "entier"})
# a sum of larger amounts would not hold in a published numeric(15, 2)
_CHIFFRES_MAX = 11
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
# (form, what it is): the example is constant, for no cell may be told (K9)
_DATES_D_AILLEURS = (
    (r"[2-6][0-9]{4}(?:[.,][0-9]+)?", "nombre de jours de tableur (45292 est le 01/01/2024) : exporter en jj/mm/aaaa"),
    (r"[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{2}", "année sur deux chiffres (01/01/24 est le 01/01/2024) : en écrire 4"),
)
_CENTIEMES = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")
_HEURES = re.compile(r"([0-9]{1,2})(?:[:hH]([0-5][0-9])|[hH])|([0-9]{1,4}):([0-5][0-9]):00")
_LONG = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_LONGUES_HEURES = re.compile(r"([0-9]+) *[hH:] *([0-5][0-9])(?::00)?")
_COMPTE = re.compile(r"[0-9]{2,12}")
_ESPACES = re.compile(r"\s+")
# cells of these types are read as they are written: they may bear blanks around them, and hold no line end, nor what no
# cell shows
_EXACTS = NOMBRES | {"annee", "date", "duree", "compte", "code", "numero", "pseudonyme", "courriel"}
_AUTOUR = " \t\r\n\u00a0\u202f"
_CONTROLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ECHAPPEMENTS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
# COPY would read these as something else; the last one separates the cells of `delivre`
_SPECIAUX = re.compile(r"[\\\t\n\r\x1f]")
_A_LIRE = re.compile(rf"[\\\t\n\r{MUETS}]")
# a cell in its usual form leaves nothing to judge
_MONTANT = r"-?+(?:[1-9][0-9]{0,2}(?: [0-9]{3}){1,2}|0|[1-9][0-9]{0,10})(?:[.,][0-9]{1,2})?"
_USUELS = dict.fromkeys(("montant", "nombre", "decimal"), _MONTANT) | {"numero": "[1-9][0-9]{0,11}+"}


class Memoire(dict[str, V]):
    """`memoire[cell]` is the result of `calcul` on a cell as delivered, computed once."""

    def __init__(self, calcul: Callable[[str], V]) -> None:
        super().__init__()
        self._calcul = calcul

    def __missing__(self, cellule: str) -> V:
        if len(self) >= MEMOIRE_MAX:
            self.clear()
        valeur = self[cellule] = self._calcul(cellule)
        return valeur


def nombre(cellule: str, decimales: int = 6, chiffres: int = 15) -> Lu:
    """Read a number of at most `decimales` decimals and `chiffres` figures before them (C1): `1 234,5` is `1234.5`."""
    if decimales >= 2 and _USUEL.fullmatch(cellule):
        return cellule.replace(",", ".")
    c = cellule.translate(_ESPACES_SIMPLES).strip(" ").rstrip("€").rstrip(" ")
    signe = "-"
    if c.startswith("(") and c.endswith(")") and len(c) > 1:
        c = c[1:-1].strip(" ").rstrip("€").rstrip(" ")
    elif c.startswith("-"):
        c = c[1:].lstrip(" ")
    elif c.endswith("-"):
        c = c[:-1]
    else:
        signe = ""
    if not _FORMES[decimales].fullmatch(c):
        return None
    n = c.replace(" ", "").replace(",", ".")
    return signe + n if _nombre_de_chiffres(n) <= chiffres else None


def _nombre_de_chiffres(n: str) -> int:
    """Count the figures before the point, leading zeros apart."""
    return len(n.lstrip("-").partition(".")[0].lstrip("0"))


def pourcentage(cellule: str) -> Lu:
    """Read a number that a % may follow (C1)."""
    return nombre(_POURCENT.sub("", cellule))


def entier(cellule: str) -> Lu:
    trouve = _ENTIER.fullmatch(cellule)
    return str(int(_ESPACES.sub("", trouve[1]))) if trouve else None


def annee(cellule: str) -> Lu:
    """Read a year on four figures; 0000 is none."""
    trouve = _ANNEE.fullmatch(cellule)
    return str(int(trouve[1]) or "") or None if trouve else None


def date(cellule: str) -> Lu:
    """Read a day in a form of C3, from year 1000 on."""
    c = _MINUIT.sub("", cellule.strip(BLANCS))
    if trouve := _JOUR_DEVANT.fullmatch(c):
        a, m, j = trouve[4], trouve[3], trouve[1]
    elif trouve := _ANNEE_DEVANT.fullmatch(c):
        a, m, j = trouve[1], trouve[3], trouve[4]
    else:
        return None
    try:
        return dt.date(int(a), int(m), int(j)).isoformat() if a >= "1000" else None
    except ValueError:
        return None


def date_d_ailleurs(cellule: str) -> str | None:
    """Say which other program writes a day so, and the remedy; None for a cell that is no day for any."""
    c = _MINUIT.sub("", cellule.strip(BLANCS))
    return next((explication for forme, explication in _DATES_D_AILLEURS if re.fullmatch(forme, c)), None)


def minutes(cellule: str) -> Lu:
    """Read hours as minutes, exactly (C8); bounds are a rule of the row."""
    c = cellule.strip(BLANCS)
    if _CENTIEMES.fullmatch(c):
        return f"{Decimal(c.replace(',', '.')) * 60:f}"
    trouve = _HEURES.fullmatch(c)
    return _en_minutes(trouve[1] or trouve[3], trouve[2] or trouve[4] or "0") if trouve else None


def _en_minutes(heures: str, minutes_: str) -> str:
    return str(int(heures) * 60 + int(minutes_))


def total(cellule: str, type_: str) -> Lu:
    """Read a total that a file announces (F3, F4), with more figures than a cell; None when it is no number."""
    c = cellule.strip(BLANCS)
    nombre_lu = pourcentage(c) if type_ == "pourcentage" else None
    nombre_lu = nombre_lu or nombre(c, 12) or (c.lstrip("+").replace(",", ".") if _LONG.fullmatch(c) else None)
    if type_ != "duree":
        return nombre_lu
    longues = _LONGUES_HEURES.fullmatch(c)
    return minutes(c) or (
        f"{Decimal(nombre_lu) * 60:f}" if nombre_lu else _en_minutes(*longues.groups()) if longues else None
    )


def _lire_texte(cellule: str) -> str:
    return cellule.strip(BLANCS)


def _compte(cellule: str) -> str | None:
    c = cellule.strip(BLANCS)
    return c if c.isascii() and _COMPTE.fullmatch(c) else None


def _lire_numero(cellule: str) -> str:
    c = cellule.strip(BLANCS)
    return (c.lstrip("0") or "0") if c.isascii() and c.isdigit() else c


def _sans_espaces(cellule: str) -> str:
    return _ESPACES.sub("", cellule)


def siret_valide(texte: str) -> bool:
    """Accept 14 digits with a right Luhn key; for La Poste (356000000), a sum of digits multiple of 5.
    `stdnum.fr.siret` also asks the SIREN for its own key, which C6 does not."""
    if len(texte) != 14 or not texte.isascii() or not texte.isdigit():
        return False
    return bool(luhn.is_valid(texte)) or (texte.startswith("356000000") and sum(map(int, texte)) % 5 == 0)


def _siret(cellule: str) -> str | None:
    c = _sans_espaces(cellule)
    return c if siret_valide(c) else None


def _siren(cellule: str) -> str | None:
    c = _sans_espaces(cellule)
    return c if len(c) == 9 and c.isascii() and c.isdigit() else None


_LECTURES: dict[str, Callable[[str], Lu]] = {
    "montant": partial(nombre, decimales=2, chiffres=13), "nombre": nombre, "decimal": partial(nombre, decimales=12),
    "pourcentage": pourcentage, "entier": entier, "annee": annee, "date": date, "duree": minutes, "compte": _compte,
    "numero": _lire_numero, "siret": _siret, "siret_libre": _sans_espaces, "siren": _siren,
    "courriel": adresse_de_service,
}  # fmt: skip


def vide(cellule: str, type_: str) -> bool:
    """Say whether the cell states nothing: blank, or « - » in an amount or a number (C1)."""
    if type_ in NOMBRES:
        return cellule.rstrip(BLANCS + "€").lstrip(BLANCS) in ("", "-")
    return not cellule.strip(BLANCS)


def lecture_de(colonne: Colonne, *, pourcent: bool = False) -> Callable[[str], Lu]:
    """Return the function that reads a cell of that column; `pourcent` lets a number of the row bear a % (C1)."""
    if colonne.type == "enumeration":
        valeurs = {normaliser(v): v for v in colonne.valeurs}
        inconnue = NON_RENSEIGNE if colonne.inconnue_vide else None
        lecture: Callable[[str], Lu] = lambda cellule: valeurs.get(normaliser(cellule), inconnue)  # noqa: E731
    else:
        lecture = pourcentage if pourcent and colonne.type == "nombre" else _LECTURES.get(colonne.type, _lire_texte)
    return lambda cellule: NON_RENSEIGNE if vide(cellule, colonne.type) else lecture(cellule)


def controle(colonne: Colonne, cellule: str) -> str | None:
    """Say why a control character in a cell as delivered rejects its row: the reader would see what nobody wrote."""
    if colonne.type not in _EXACTS or cellule.isprintable() or not visible(cellule).strip(BLANCS):
        return None
    trouve = _CONTROLE.search(cellule.strip(_AUTOUR))
    return trouve and f"caractère de contrôle ou fin de ligne dans la cellule (U+{ord(trouve[0]):04X}), à retirer (G1)"


def defaut(colonne: Colonne, cellule: str, lu: Lu) -> str | None:
    """Say in French why a cell rejects its row; None when it doesn't."""
    if lu == NON_RENSEIGNE:
        rien = vide(cellule, colonne.type)
        regle = "C2" if colonne.type in NOMBRES else "G1"
        return f"cellule obligatoire vide ({regle})" if colonne.obligatoire and rien else None
    if lu is None:
        if colonne.type == "enumeration":
            attendues = ", ".join(colonne.valeurs)
            return f"valeur inconnue (attendu : {attendues}) (C7), à corriger ou à traduire par correspondances (F16)"
        ailleurs = colonne.type == "date" and date_d_ailleurs(cellule)
        return f"date illisible, {ailleurs} (C3)" if ailleurs else ILLISIBLES[colonne.type]
    if colonne.type in ("montant", "nombre", "pourcentage") and _nombre_de_chiffres(lu) > _CHIFFRES_MAX:
        return "nombre de plus de onze chiffres avant la virgule (C1)"
    if len(lu) > (borne := LONGUEURS.get(colonne.type, len(lu))):
        return f"{nombre_fr(len(lu))} caractères, {borne} au plus dans cette colonne : à raccourcir (F9)"
    return None


def echapper(texte: str) -> str:
    """Write a text as COPY takes it."""
    return texte.translate(_ECHAPPEMENTS) if _SPECIAUX.search(texte) else texte


# ---------------------------------------------------------------- the cells of a column
class ColonneLue(dict[str, str]):
    """`lue[cell]` is the text that COPY takes for a cell as delivered, "" for NULL. `fautes` is {cell: why it rejects
    its row}; `posees` {cell: what lands in `delivre` instead of it}; `traduits` {cell of the file: cell}, where
    `correspondances` says something of the column."""

    def __init__(self, jeu: Jeu, colonne: Colonne, confidentialite: Confidentialite, *, pourcent: bool = False) -> None:
        super().__init__()
        self.colonne = colonne
        self.fautes: dict[str, str] = {}
        self.posees: dict[str, str] = {}
        self.traduits: Mapping[str, str] = {}
        self._agents = jeu.agents and colonne.type_sql == "numeric"
        self._lire = lecture_de(colonne, pourcent=pourcent)
        self._gardien = confidentialite.gardien(jeu, colonne)
        self._nouvelles = 0
        # whether one of the cells is read as something else than what lands of it
        self._reecrit = False
        forme = _USUELS.get(colonne.type) if colonne.plafond is None else None
        self._usuel = forme and re.compile(rf"(?:(?:{forme}){'' if colonne.obligatoire else '?'}\n)*+")

    def __missing__(self, cellule: str) -> str:
        cellule_vue = visible(cellule)
        cellule_posee = cellule_vue if self._gardien is None else self._gardien(cellule_vue)
        faute = controle(self.colonne, cellule)
        lu = None if faute else self._lire(cellule_posee)
        faute = faute or defaut(self.colonne, cellule_posee, lu)
        if faute is not None:
            self.fautes[cellule] = faute
        if faute is not None and (self.colonne.gardee or len(cellule_posee) > max(LONGUEURS.values())):
            cellule_posee = lu = ""
        elif lu and self.colonne.plafond is not None and Decimal(lu) > self.colonne.plafond:
            # we keep only that it is over the ceiling: it may be a matricule under another label
            cellule_posee, lu = "", "Infinity"
        elif self._agents and cellule_vue.isdigit() and len(cellule_vue) > 1 and cellule_vue[0] == "0":
            cellule_posee = ""  # a matricule is written so, a number is not
        cellule_posee = echapper(cellule_posee).replace(SEPARATEUR_DELIVRE, "\u241f")
        if cellule_posee != cellule:
            self.posees[cellule] = cellule_posee
        lue = self[cellule] = echapper(lu or "")
        self._reecrit |= lue != cellule_posee
        return lue

    def alleger(self) -> None:
        """Forget the cells read once they are many: between two blocks only, for a block looks its own up."""
        if len(self) >= MEMOIRE_MAX:
            self.clear()
            self.posees.clear()

    def exemples(self, nombre: int) -> list[tuple[str, str]]:
        """Return the first cells of the file that state something, each with its translation."""
        brutes = list(islice((c for c in self.traduits or self if c.strip(BLANCS)), nombre))
        return [(c, self.traduits.get(c, c)) for c in brutes]

    def lire_cellules(self, cellules: Cellules) -> tuple[Cellules, Cellules]:
        """Return what is read of the cells of a block, and what lands of them as text: the same list where both say the
        same."""
        nombre, premiere = len(cellules), "".join(cellules[:1])
        if cellules and premiere == cellules[-1] and cellules.count(premiere) == nombre:
            # most columns of a ledger hold one value
            lue, posee = self[premiere], self.posees.get(premiere, premiere)
            valeurs = [lue] * nombre
            return valeurs, valeurs if posee == lue else [posee] * nombre
        # cells that come back are known: they are looked up one by one
        if self._nouvelles * 8 >= nombre and (usuelles := self._lire_usuelles(cellules)) is not None:
            return usuelles, cellules
        connues = len(self)
        valeurs = list(map(self.__getitem__, cellules))
        self._nouvelles = len(self) - connues
        if not self.posees or self.posees.keys().isdisjoint(cellules):
            return valeurs, cellules if self._reecrit else valeurs
        return valeurs, [self.posees.get(c, c) for c in cellules]

    def _lire_usuelles(self, cellules: Cellules) -> Cellules | None:
        """Read a whole block at once where every cell has a usual form and lands as it is; None elsewhere."""
        if self._usuel:
            texte = "\n".join(cellules) + "\n"
            valeurs = texte.replace(" ", "").replace(",", ".").split("\n")[:-1]
            # a cell of several lines is not a usual one
            return valeurs if self._usuel.fullmatch(texte) and len(valeurs) == len(cellules) else None
        if self.colonne.type != "texte" or _A_LIRE.search("".join(cellules)):
            return None
        telles = list(map(str.strip, cellules)) == list(cellules)
        return cellules if telles and (all(cellules) or not self.colonne.obligatoire) else None

    def noter(self, cellules: Cellules, defauts: dict[int, tuple[str, str]]) -> None:
        """Add the rows whose cell is at fault, unless a former column was."""
        if self.fautes and not self.fautes.keys().isdisjoint(cellules):
            for i, c in enumerate(cellules):
                if c in self.fautes:
                    defauts.setdefault(i, (self.colonne.entete or self.colonne.nom, self.fautes[c]))
