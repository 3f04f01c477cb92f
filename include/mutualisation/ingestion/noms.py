"""Why a name of a drop follows no jeu, and which name would do (G7); which of its words may be told (K9)."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from mutualisation.sources.jeux import PERIODES, Jeu, Registre, Source
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
}
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
# by kind of periode: what stands for it in a name, and how it is written
_PERIODES = {
    "annee": (r"(?P<a>[1-9]\d{3})", "{a}"),
    "mois": (r"(?P<a>[1-9]\d{3})[\W_]?(?P<n>0[1-9]|1[0-2])", "{a}-{n}"),
    "semestre": (r"(?P<a>[1-9]\d{3})[\W_]?s?(?P<n>[12])", "{a}-S{n}"),
    "depot": (r"(?:depot)?[\W_]*(?P<n>\d+)", "depot-{n}"),
}
_JETON = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+")
# figures of a year, a month, a day or a version, and abbreviations: too short to be somebody
_SUR = re.compile(r"\d{1,4}|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?|..?")
_REMONTE = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)")
# a letter wrong in six
_PRESQUE = 0.81


def montrable(texte: str, voulus: Iterable[str] = ()) -> str:
    """A name or a header of a drop with « … » for each word that is none of ours, nor near one of `voulus` (K9)."""
    proches = _mots(voulus)

    def montrer(jeton: re.Match[str]) -> str:
        mot = _plat(jeton[0])
        sur = mot in _mots_du_registre() or _SUR.fullmatch(mot)
        return jeton[0] if sur or difflib.get_close_matches(mot, proches, 1, _PRESQUE) else "…"

    return _JETON.sub(montrer, texte)


def nom_montrable(nom: str) -> str:
    """The same for the name of a file or a folder; one that climbs folders is an attack, told but for its capitals."""
    if _REMONTE.search(nom):
        return _JETON.sub(lambda j: j[0] if j[0].islower() else montrable(j[0]), nom)
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
    return {mot for texte in textes for mot in _JETON.findall(_plat(texte))}


def _plat(texte: str) -> str:
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c)).lower()


def motif_nom(reg: Registre, source: Source | None, nom: str) -> str:
    """The French reason why `nom`, in the folder of `source` (None: at the root of the drop), follows no jeu."""
    if "/" in nom or "\\" in nom or ".." in nom:
        return "le nom contient un chemin : déposer le fichier sous son seul nom (G7)."
    if not nom.isprintable():
        return "le nom contient un caractère qui ne s'affiche pas : le renommer (G7)."
    tige, _, extension = nom.rpartition(".") if "." in nom else (nom, "", "")
    # « temps_2020-01.csv.gz »: what is wrapped has the name
    tige = re.sub(r"\.(?:csv|xlsx|json|xml|tar)$", "", tige)
    jeu = _jeu_proche(reg, source, re.sub(r"[ -]+(?=[a-z])", "_", _plat(tige)), extension.lower())
    raisons = []
    if source is None:
        raisons.append("un fichier se dépose dans le dossier de sa source")
    elif jeu.source != source.nom:
        raisons.append(f"« {jeu.nom} » est un jeu de la source {jeu.source}, pas de {source.nom}")
    if extension.lower() not in jeu.extensions:
        raisons.append(_conseil_d_extension(jeu, extension.lower()))
    if not raisons:
        raisons.append(
            f"un fichier de « {jeu.nom} » s'écrit en minuscules et sans accent, "
            + (f"puis sa période ({PERIODES[jeu.periode]})" if jeu.periode != "aucune" else "sans rien d'autre")
            + ", puis « _vN » s'il est corrigé"
        )
    dossier = "" if source is not None and jeu.source == source.nom else f"{jeu.source}/"
    juste = extension if extension.lower() in jeu.extensions else jeu.extensions[0]
    return f"{' ; '.join(raisons)} ; le nom le plus proche : « {dossier}{_nom_juste(jeu, _plat(tige))}.{juste} » (G7)."


def _conseil_d_extension(jeu: Jeu, extension: str) -> str:
    lues = " ou ".join(f".{e}" for e in jeu.extensions)
    if not extension:
        return f"le nom n'a pas d'extension ({lues} pour « {jeu.nom} »)"
    return CONSEILS.get(extension, f"l'extension n'est pas celle du jeu « {jeu.nom} » ({lues})")


def _jeu_proche(reg: Registre, source: Source | None, tige: str, extension: str) -> Jeu:
    """The jeu whose name begins the stem, that source's own first; else one of that form, else the nearest."""
    siens = source.jeux if source else reg.jeux
    for jeux in (siens, reg.jeux):
        if debuts := [j for j in jeux if re.match(rf"{j.nom}(?![a-z])", tige)]:
            return max(debuts, key=lambda j: len(j.nom))
    de_forme = [j for j in reg.jeux if extension in j.extensions]
    if de_forme and not any(extension in j.extensions for j in siens):
        return de_forme[0]
    noms = {j.nom: j for j in siens}
    debut = re.match(r"[a-z]*(?:_[a-z]+)*", tige)
    return noms[difflib.get_close_matches(debut[0] if debut else "", noms, 1, 0.0)[0]]


def _nom_juste(jeu: Jeu, tige: str) -> str:
    """The name as the contract writes it, as far as its periode and its version can be read; else its form."""
    if jeu.nom_libre:
        return "*"
    lue, ecrite = _PERIODES.get(jeu.periode, (r"[\d\W_s]*", ""))
    trouve = re.search(rf"(?<![a-z]){lue}(?:[\W_]*v0*(?P<v>[1-9]\d{{0,8}}))?$", tige)
    if trouve is None:
        return jeu.forme_du_nom
    version = f"_v{trouve['v']}" if trouve["v"] else ""
    return "_".join(filter(None, (jeu.nom, ecrite.format(**trouve.groupdict())))) + version


def le_plus_proche(nom: str, connus: Iterable[str]) -> str:
    """« (le plus proche : … ) » among known names."""
    proche = difflib.get_close_matches(_plat(nom), list(connus), 1, 0.0)
    return f" (le plus proche : « {proche[0]} »)" if proche else ""
