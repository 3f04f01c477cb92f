"""The forms in which a cell of a source about persons may land (K9): anything else could be a name, an IBAN…"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from mutualisation.ingestion.bloc import BLANCS
from mutualisation.ingestion.cellules_lues import lecture_de
from mutualisation.sources.jeux import Colonne

# stands for a cell that can't be read: no type reads it, so its row is rejected as it would have been
ILLISIBLE = "?"
CODE_MAX = 40
_CODE = re.compile(r"(?=.*[0-9_./-])[A-Z0-9_./-]+")
# as ledgers write theirs: a few letters between figures (« 2024 M 03 », « Bat-12 »), the letters of a budget (« BP »)
_CODE_LIBRE = re.compile(r"(?=.*[0-9])(?!.*[A-Za-z]{5})[A-Za-z0-9_./° -]+|[A-Z]{1,3}")
# an IBAN, a bank account of France, a number of social security
_BANCAIRE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}|[0-9]{10}[A-Z0-9]{11}[0-9]{2}|[1-478][0-9]{12}(?:[0-9]{2})?")
_SEPARATEURS = re.compile(r"[ ./_-]+")
_FIGURES = re.compile(r"[-+0-9\s.,:/€%()]{1,20}")
# a day or an hour, readable or not: no matricule is written so
_DATEE = re.compile(
    r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}(?:[ T][0-9:]{1,8})?|[0-9]{1,4}[:hH][0-9]{1,2}(?::[0-9]{1,2})?"
)
_ESPACES = re.compile(r"\s+")
# and what a spreadsheet makes of one: « 2,159E+13 »
_SIRET = re.compile(r"[0-9]{9}|[0-9]{14}|[0-9](?:[.,][0-9]{1,12})?E\+[0-9]{2}")
_MATRICULE = re.compile(r"0[0-9]+|[0-9]{5,}")
_CHIFFRES_MAX = 12

# the same, narrower, to tell a whole line at once; possessive, so that nothing is tried twice
_USUELLES = {
    "annee": "[0-9]{0,4}+",
    "code": "[A-Z]{0,3}+(?:[0-9_./-]{1,8}+[A-Z]{0,3}+[0-9]{0,4}+)?+",
    "numero": "[0-9]{0,12}+",
    "compte": "[0-9]{0,12}+",
    "date": "[0-9/-]{0,10}+",
    "montant": "-?+[0-9]{0,11}+(?:[ \u00a0\u202f][0-9]{3}){0,3}+(?:[.,][0-9]{1,2})?+",
    "nombre": "-?+[0-9]{0,11}+(?:[.,][0-9]{1,6})?+",
    "pourcentage": "[0-9]{0,3}+(?:[.,][0-9]{1,6})?+",
    "siret_libre": "(?:[0-9]{14}|[0-9]{9})?+",
}


def forme_d_un_code(cellule: str) -> bool:
    """K9: capitals, digits, `_ - . /`, one at least that is no letter; no bank account, no number of a person."""
    return len(cellule) <= CODE_MAX and bool(_CODE.fullmatch(cellule)) and not _bancaire(cellule)


def forme_d_un_code_comptable(cellule: str) -> bool:
    """The same, or figures with a few letters among them, or three letters at most."""
    if forme_d_un_code(cellule):
        return True
    return len(cellule) <= CODE_MAX and bool(_CODE_LIBRE.fullmatch(cellule)) and not _bancaire(cellule)


def _bancaire(cellule: str) -> bool:
    return bool(_BANCAIRE.fullmatch(_SEPARATEURS.sub("", cellule).upper()))


def forme_d_un_siret(cellule: str) -> bool:
    """Nine or fourteen digits, whatever their key (C6), inner spaces apart (C13)."""
    return bool(_SIRET.fullmatch(_ESPACES.sub("", cellule)))


def forme_d_un_numero(cellule: str) -> bool:
    """Digits, or a code."""
    return (cellule.isascii() and cellule.isdigit() and len(cellule) <= _CHIFFRES_MAX) or forme_d_un_code_comptable(
        cellule
    )


def figures(cellule: str) -> bool:
    """Nothing but figures and their signs, too few for a bank account or a number of social security."""
    return bool(_FIGURES.fullmatch(cellule)) and sum(c.isdigit() for c in cellule) <= _CHIFFRES_MAX


def datee(cellule: str) -> bool:
    """A day or an hour by its signs, even one that no rule reads."""
    return bool(_DATEE.fullmatch(cellule.strip(BLANCS)))


def lisible(colonne: Colonne) -> Callable[[str], bool]:
    """Whether a cell of that column states nothing, or can be read."""
    lu = lecture_de(colonne)
    return lambda cellule: not cellule.strip(BLANCS) or lu[cellule] is not None


def demesuree(colonne: Colonne) -> Callable[[str], bool]:
    """Whether a cell that can be read says more than its column ever holds: over 100 %, over a day."""
    lu = lecture_de(colonne)
    borne = {"pourcentage": Decimal(100), "duree": Decimal(1440)}.get(colonne.type)
    return lambda cellule: borne is not None and isinstance(n := lu[cellule], Decimal) and n > borne


def forme_d_un_matricule(cellule: str) -> bool:
    """Figures alone, as a number is seldom written: five of them, or a zero before others."""
    return bool(_MATRICULE.fullmatch(cellule))


def longs_chiffres(cellule: str) -> bool:
    """Figures alone, five at least: a code as well as a matricule."""
    return len(cellule) >= 5 and forme_d_un_matricule(cellule)


def ligne_usuelle(colonnes: list[Colonne], separateur: str, groupes: tuple[str, ...]) -> re.Pattern[str]:
    """What a whole line looks like when each of its cells has a usual form; `groupes` are captured."""
    tout = f"[^{re.escape(separateur)}]*+"
    morceaux = []
    for c in colonnes:
        if not c.gardee:
            motif = tout
        elif c.type == "enumeration":
            motif = f"(?:{'|'.join(map(re.escape, c.valeurs))})?+"
        else:
            motif = _USUELLES[c.type]
        morceaux.append(f"({motif})" if c.nom in groupes else motif)
    return re.compile(re.escape(separateur).join(morceaux))
