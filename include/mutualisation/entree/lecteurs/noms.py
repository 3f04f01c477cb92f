"""Say which words of a header may be told (K9), and what is said of a form of file that is not read."""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache

from mutualisation.entree.sources.registre import registre
from mutualisation.socle.chemins import FORMES_NON_LUES

_FORMES = tomllib.loads(FORMES_NON_LUES.read_text(encoding="utf-8"))
# {extension: what it is, and how to get a file that is read}
CONSEILS: dict[str, str] = {
    extension: conseil.format(tableur=_FORMES["tableur"], extension=extension)
    for extensions, conseil in _FORMES["formes"].items()
    for extension in extensions.split()
}
_JETON = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+")
# figures of a year, a month, a day or a version, and abbreviations, are too short to be somebody
_SUR = re.compile(r"\d{1,4}|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?|..?")
# one letter in six may be wrong
_PRESQUE = 0.81


def montrable(texte: str, voulus: Iterable[str] = ()) -> str:
    """Write a header with « … » for each word that is none of ours, nor near one of `voulus` (K9)."""
    proches = _mots(voulus)

    def montrer(jeton: re.Match[str]) -> str:
        mot = plat(jeton[0])
        sur = mot in _mots_du_registre() or _SUR.fullmatch(mot)
        return jeton[0] if sur or difflib.get_close_matches(mot, proches, 1, _PRESQUE) else "…"

    return _JETON.sub(montrer, texte)


@cache
def _mots_du_registre() -> frozenset[str]:
    reg = registre()
    mots = _mots([*CONSEILS, "controle"])
    for source in reg:
        mots |= _mots((source.nom, source.libelle, source.description))
    for jeu in reg.jeux:
        mots |= _mots((jeu.nom, jeu.libelle, *jeu.extensions, *(c.entete or "" for c in jeu.colonnes)))
    return frozenset(mots)


def _mots(textes: Iterable[str]) -> set[str]:
    return {mot for texte in textes for mot in _JETON.findall(plat(texte))}


def plat(texte: str) -> str:
    """Return a text in lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c)).lower()
