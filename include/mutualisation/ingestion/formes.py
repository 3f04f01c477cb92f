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
# stands for a percentage over 100: the rule of the row reads it so, and it tells no figure
PLUS_DE_CENT = "101"
CODE_MAX = 40
_CODE = re.compile(r"(?=.*[0-9_./-])[A-Z0-9_./-]+")
# as ledgers write theirs: figures, and letters by three at most among them (« 2024 M 03 », « Bat-12 »)
_CODE_LIBRE = re.compile(r"(?=.*[0-9])(?!.*[A-Za-z]{4})[A-Za-z0-9_./° -]+")
# the letters of a budget (« BP »)
_SIGLE = re.compile(r"[A-Z]{1,2}")
_LETTRES = re.compile(r"[A-Za-z]")
_CHIFFRES = re.compile(r"[0-9]")
# an IBAN, by the figures that follow its key or the letters of its bank; a bank account of France
_IBAN = re.compile(
    r"[A-Z]{2}[0-9]{2}(?:[0-9]{11,30}|[A-Z]{4}[0-9]{6,26}|[A-Z][0-9]{10}[A-Z0-9]{12}|[0-9]{10}[A-Z0-9]{11}[0-9]{2}|"
    r"[0-9]{3}[A-Z0-9]{13})"
)
_BANCAIRE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}|[0-9]{10}[A-Z0-9]{11}[0-9]{2}")
_RIB = re.compile(r"(?<![0-9])[0-9]{10}[A-Z0-9]{11}[0-9]{2}(?![0-9])")
# a number of social security: Corsica has letters in it; thirteen figures in its groups, and a key that may be missing
_NIR_CORSE = re.compile(r"[1-478][0-9]{4}2[AB][0-9]{6}")
_NIR = re.compile(
    r"(?<![0-9])[1-478]_[0-9]{2}_(?:0[1-9]|1[0-2]|[2-9][0-9])_[0-9]{2}_[0-9]{3}_[0-9]{3}(?:_[0-9]{2})?(?![0-9])".replace(
        "_", r"[\s./_-]?"
    )
)
_NIR_A_CLE = re.compile(r"(?=([1-478][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])[0-9]{8})([0-9]{2}))")
_SEPARATEURS = re.compile(r"[\s./_-]+")
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
_REPETES = frozenset({"code", "annee"})
_BANCAIRE_MIN = 13

# the same, narrower, to tell a whole line at once; possessive, so that nothing is tried twice
_USUELLES = {
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
    return len(cellule) <= CODE_MAX and bool(_CODE.fullmatch(cellule)) and not bancaire(cellule)


def forme_d_un_code_comptable(cellule: str) -> bool:
    """Figures with a few letters among them: no word, that could be a name."""
    return len(cellule) <= CODE_MAX and bool(_CODE_LIBRE.fullmatch(cellule)) and not bancaire(cellule)


def bancaire(cellule: str) -> bool:
    """Whether a bank account or a number of social security stands in the cell, whatever is around or inside it."""
    if len(cellule) < _BANCAIRE_MIN:
        return False
    telle = cellule.upper()
    collee = _SEPARATEURS.sub("", telle)
    if _BANCAIRE.fullmatch(collee) or _IBAN.search(collee) or _RIB.search(collee) or _NIR_CORSE.search(collee):
        return True
    return bool(_NIR.search(telle)) or any(int(nir) % 97 + int(cle) == 97 for nir, cle in _NIR_A_CLE.findall(collee))


def forme_d_un_siret(cellule: str) -> bool:
    """Nine or fourteen digits, whatever their key (C6), inner spaces apart (C13)."""
    return bool(_SIRET.fullmatch(_ESPACES.sub("", cellule)))


def forme_d_un_numero(cellule: str) -> bool:
    """The number of a document, which is published: digits, fewer letters than them, two at most without."""
    if cellule.isascii() and cellule.isdigit() and len(cellule) <= _CHIFFRES_MAX:
        return True
    if _SIGLE.fullmatch(cellule):
        return True
    lettres = len(_LETTRES.findall(cellule))
    return forme_d_un_code_comptable(cellule) and (lettres <= 2 or lettres <= len(_CHIFFRES.findall(cellule)))


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
    """What a whole line looks like when each of its cells has a usual form.

    Captured, under its name: each of `groupes`, and each run of `suites`, whose cells are to be looked at.
    """
    entre = re.escape(separateur)
    tout = f"[^{entre}]*+"
    suite_de = {c.nom: suite[0].nom for suite in suites(colonnes) for c in suite}
    morceaux: list[str] = []
    for i, c in enumerate(colonnes):
        if c.nom in suite_de:
            debut, fin = suite_de[c.nom] == c.nom, i + 1 == len(colonnes) or colonnes[i + 1].nom not in suite_de
            morceaux.append((f"(?P<{c.nom}>" if debut else "") + tout + (")" if fin else ""))
            continue
        if not c.gardee:
            motif = tout
        elif c.type == "enumeration":
            motif = f"(?:{'|'.join(map(re.escape, c.valeurs))})?+"
        else:
            motif = _USUELLES[c.type]
        morceaux.append(f"(?P<{c.nom}>{motif})" if c.nom in groupes else motif)
    return re.compile(entre.join(morceaux))


def suites(colonnes: list[Colonne]) -> list[list[Colonne]]:
    """Runs of columns side by side whose cells come back together on many lines: codes, and years among them."""
    trouvees: list[list[Colonne]] = [[]]
    for c in colonnes:
        if c.gardee and c.type in _REPETES:
            trouvees[-1].append(c)
        elif trouvees[-1]:
            trouvees.append([])
    return [s for s in trouvees if s]
