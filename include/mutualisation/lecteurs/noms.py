"""Which words of a name or a header may be told (K9), and what is said of a form of file that is not read."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from mutualisation.sources.registre import registre

_TABLEUR = "l'ouvrir dans le tableur et l'enregistrer en .xlsx ou .csv"
# extension → what it is, and how to get a file that is read
CONSEILS = {
    "xls": f"un ancien classeur (.xls), ou protégé par un mot de passe, n'est pas lu : {_TABLEUR}, sans mot de passe",
    "xlsm": f"un classeur à macros (.xlsm) n'est pas lu : {_TABLEUR}",
    "xlsb": f"un classeur binaire (.xlsb) n'est pas lu : {_TABLEUR}",
    "ods": f"un classeur OpenDocument (.ods) n'est pas lu : {_TABLEUR}",
    "html": f"un tableau HTML n'est pas lu : {_TABLEUR}",
    "pdf": "un PDF n'est pas lu : demander l'export en .xlsx ou .csv",
    "xml2003": f"un classeur XML 2003 n'est pas lu : {_TABLEUR}",
    "parquet": "un fichier Parquet n'est pas lu : l'exporter en .csv",
    "sqlite": "une base SQLite n'est pas lue : en exporter la table en .csv",
    "mdb": "une base Access n'est pas lue : en exporter la table en .csv",
    "dbf": "une table dBase (.dbf) n'est pas lue : l'ouvrir dans le tableur et l'enregistrer en .xlsx ou .csv",
    "sql": "un export de base de données (SQL) n'est pas lu : en exporter la table en .csv",
    "image": "une image n'est pas lue : demander l'export en .xlsx ou .csv",
    "msg": "un message n'est pas lu : en enregistrer la pièce jointe et déposer celle-ci",
    "ics": "un agenda (.ics) n'est pas lu : exporter les temps en .xlsx ou .csv, une ligne par agent, jour et activité",
}
CONSEILS["eml"] = CONSEILS["msg"]
CONSEILS["accdb"] = CONSEILS["mdb"]
CONSEILS |= dict.fromkeys(
    ("odt", "odp", "pptx", "rtf"),
    "un texte mis en forme ou une présentation (RTF, .odt, .pptx) n'est pas lu : demander l'export en .xlsx ou .csv",
)
CONSEILS |= dict.fromkeys(("doc", "docx"), "un document Word n'est pas lu : demander l'export en .xlsx ou .csv")
CONSEILS |= {e: f"l'extension .{e} n'est pas lue : nommer .csv un texte à colonnes séparées" for e in ("txt", "tsv")}
CONSEILS |= {
    e: f"une archive (.{e}) n'est pas lue : en extraire les fichiers et déposer chacun sous son nom"
    for e in ("zip", "7z", "rar", "tar")
}
CONSEILS |= {
    e: f"un fichier compressé (.{e}) n'est pas lu : le décompresser et déposer son contenu sous son nom"
    for e in ("gz", "bz2")
}
_JETON = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+")
# figures of a year, a month, a day or a version, and abbreviations: too short to be somebody
_SUR = re.compile(r"\d{1,4}|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?|..?")
# a letter wrong in six
_PRESQUE = 0.81


def montrable(texte: str, voulus: Iterable[str] = ()) -> str:
    """A name or a header of a drop with « … » for each word that is none of ours, nor near one of `voulus` (K9)."""
    proches = _mots(voulus)

    def montrer(jeton: re.Match[str]) -> str:
        mot = plat(jeton[0])
        sur = mot in _mots_du_registre() or _SUR.fullmatch(mot)
        return jeton[0] if sur or difflib.get_close_matches(mot, proches, 1, _PRESQUE) else "…"

    return _JETON.sub(montrer, texte)


def nom_montrable(nom: str) -> str:
    """The same for the name of a file or a folder."""
    return montrable(nom, (*registre().noms, *(j.nom for j in registre().jeux)))


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
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c)).lower()
