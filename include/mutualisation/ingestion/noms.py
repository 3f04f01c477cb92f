"""Why a name of a drop follows no jeu, and which name would do (G7). Looks at the name alone, never into the file."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from mutualisation.sources.jeux import Jeu, Registre, Source

# what a form of file is, and how to get one that is read
_FORMES = {
    "xls": "un ancien classeur Excel (.xls) n'est pas lu : l'ouvrir dans le tableur et l'enregistrer en .xlsx ou .csv",
    "xlsm": "un classeur à macros (.xlsm) n'est pas lu : l'enregistrer en .xlsx ou .csv",
    "xlsb": "un classeur binaire (.xlsb) n'est pas lu : l'enregistrer en .xlsx ou .csv",
    "ods": "un classeur OpenDocument (.ods) n'est pas lu : l'enregistrer en .xlsx ou .csv",
    "zip": "une archive (.zip) n'est pas lue : en extraire les fichiers et déposer chacun sous son nom",
    "7z": "une archive (.7z) n'est pas lue : en extraire les fichiers et déposer chacun sous son nom",
    "rar": "une archive (.rar) n'est pas lue : en extraire les fichiers et déposer chacun sous son nom",
    "tar": "une archive (.tar) n'est pas lue : en extraire les fichiers et déposer chacun sous son nom",
    "gz": "un fichier compressé (.gz) n'est pas lu : le décompresser et déposer son contenu sous son nom",
    "bz2": "un fichier compressé (.bz2) n'est pas lu : le décompresser et déposer son contenu sous son nom",
    "txt": "l'extension .txt n'est pas lue : nommer .csv un texte à colonnes séparées",
    "tsv": "l'extension .tsv n'est pas lue : nommer .csv un texte à colonnes séparées",
    "pdf": "un PDF n'est pas lu : demander l'export en .xlsx ou .csv",
    "doc": "un document Word n'est pas lu : demander l'export en .xlsx ou .csv",
    "docx": "un document Word n'est pas lu : demander l'export en .xlsx ou .csv",
}
_MOIS = re.compile(r"(?P<annee>[1-9]\d{3})[-_. ]?(?P<mois>\d{1,2})|(?P<mois2>\d{1,2})[-_. ](?P<annee2>[1-9]\d{3})")
_SEMESTRE = re.compile(r"(?P<annee>[1-9]\d{3})[-_. ]?(?:s|sem|semestre)?[-_. ]?(?P<semestre>[12])")
_DEPOT = re.compile(r"(?:depot)?[-_. ]?(?P<numero>\d+)")
_VERSION = re.compile(r"(?P<reste>.*?)[-_ .]*v[-_ .]?0*(?P<version>[1-9]\d{0,8})")
_COPIE = re.compile(r"[-_ ]*(?:\(\d+\)|copie(?: ?\(\d+\))?)$")
_FORMES_DE_PERIODE = {
    "annee": "l'année, AAAA",
    "mois": "le mois, AAAA-MM",
    "semestre": "le semestre, AAAA-SN",
    "depot": "le numéro du dépôt, depot-N",
}


# words that name no one: those of exports, of dates and of desktops
_MOTS_USUELS = frozenset(
    re.findall(
        r"\w+",
        "copie copy corriger de du des la le les et export exports final finale bis ok corrige corrigee version "
        "rectifie annuel mensuel janvier fevrier mars avril mai juin juillet aout septembre octobre novembre "
        "decembre sem semestre depot trimestre mois annee an budget principal annexe compta comptabilite rh "
        "paie fichier tableau classeur feuille donnees data liste pes pesalr alr retour titre "
        "controle thumbs desktop new old tmp bak test essai autre source lisez moi readme feuil sheet onglet page "
        "notice note notes accueil lisezmoi lien dossier archive sauvegarde modele exemple brouillon divers ancien "
        "nouveau suite partie total totaux colonne ligne budgets rapport bilan synthese recapitulatif etat releve "
        "extraction requete logiciel convention deliberation facture png jpg json log xml html exe ",
    )
)
_LETTRES = re.compile(r"[a-z]+(?:_[a-z]+)*")
_PRESQUE = 0.85
# a letter wrong in six, never in five: five letters make a name
_FAUTE_DE_FRAPPE = 0.81
_JETON = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+")
# two signs are an abbreviation before they are a person (« Mt TTC »)
_NOM_MIN = 3
_JETON_SUR = re.compile(r"\d{1,4}|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-3][0-9])?|.")
_REMONTE = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)")


@dataclass(frozen=True)
class _Parente:
    """The jeu that a name looks like, and the name (without extension) that it should have, if it can be told."""

    source: Source
    jeu: Jeu
    tige: str
    raison: str


def conseil_extension(extension: str) -> str | None:
    """What a file of that extension is, why it is not read and how to export it; None for an unknown one."""
    return _FORMES.get(extension.lower())


def nom_montrable(reg: Registre, nom: str) -> str:
    """A name that follows no jeu, without the words that may name a person: « temps_2020-01_….csv » (K9)."""
    connus, proches = _mots_des_noms(reg), _mots_des_jeux(reg)
    # nobody's name climbs folders: what does is an attack, whose words are told but for those written as names are
    hostile = _REMONTE.search(nom) is not None
    return _JETON.sub(lambda j: j[0] if hostile and j[0].islower() else _mot_montrable(j[0], connus, proches), nom)


def intitule_montrable(reg: Registre, intitule: str, voulu: str = "") -> str:
    """A header cell or the title of a sheet, without the words that are none of ours: « Masse … salariale » (K9).

    `voulu`: the title that it may be, badly typed.
    """
    connus = _mots_des_noms(reg) | _mots_des_entetes(reg)
    proches = _mots(voulu)
    return _JETON.sub(lambda j: j[0] if len(j[0]) < _NOM_MIN else _mot_montrable(j[0], connus, proches), intitule)


@cache
def _mots_des_jeux(reg: Registre) -> frozenset[str]:
    return frozenset(_mots(*(j.nom for j in reg.jeux), *(s.nom for s in reg)))


@cache
def _mots_des_noms(reg: Registre) -> frozenset[str]:
    extensions = (e for jeu in reg.jeux for e in jeu.extensions)
    return _MOTS_USUELS.union(_mots_des_jeux(reg), _mots(*extensions, *_FORMES))


@cache
def _mots_des_entetes(reg: Registre) -> frozenset[str]:
    return frozenset(_mots(*(t for j in reg.jeux for t in (j.libelle, *(c.entete or "" for c in j.colonnes)))))


def _mots(*textes: str) -> set[str]:
    return {_plate(mot) for texte in textes for mot in _JETON.findall(texte)}


def _mot_montrable(jeton: str, connus: Iterable[str], proches: Iterable[str]) -> str:
    """The word when it is known, or a slip of the keyboard in one that is near; « … » for any other."""
    mot = _plate(jeton)
    if mot in connus or _JETON_SUR.fullmatch(mot):
        return jeton
    return jeton if len(mot) > 3 and difflib.get_close_matches(mot, proches, 1, _FAUTE_DE_FRAPPE) else "…"


def motif_nom(reg: Registre, source: Source | None, nom: str) -> str:
    """The French reason why `nom`, in the folder of `source` (None: at the root of the drop), follows no jeu."""
    if "/" in nom or "\\" in nom or ".." in nom:
        return "le nom contient un chemin : déposer le fichier sous son seul nom (G7)."
    if not nom.isprintable():
        return "le nom contient un caractère qui ne s'affiche pas : le renommer (G7)."
    tige, _, extension = nom.rpartition(".")
    if not tige:
        tige, extension = nom, ""
    # « temps_2020-01.csv.gz »: what is wrapped has the name
    if (interne := tige.rpartition("."))[0] and interne[2].lower() in ("csv", "xlsx", "json", "xml", "tar"):
        tige = interne[0]
    parente = _parente(reg, source, tige)
    if parente is not None:
        return _avec_parente(source, parente, tige, extension)
    if source is None:
        return _a_la_racine(reg)
    if extension.lower() in ("xml", "json") and (ailleurs := _source_de_forme(reg, source, extension.lower())):
        forme = "PES (.xml)" if extension.lower() == "xml" else "DECP (decp_AAAA.json)"
        return (
            f"la source {source.nom} n'attend aucun .{extension.lower()} : un {forme} se dépose dans {ailleurs}/ (G7)."
        )
    if (conseil := conseil_extension(extension)) is not None:
        return f"{conseil} (G7)."
    proche = _forme_proche(source, nom)
    return f"le nom ne suit aucun jeu de la source {source.nom}{proche} : le renommer ou le retirer (G7)."


def _avec_parente(source: Source | None, p: _Parente, tige: str, extension: str) -> str:
    basse = extension.lower()
    permise = basse in p.jeu.extensions
    raisons = [p.raison] if p.raison else []
    if source is None:
        raisons.insert(0, "un fichier se dépose dans le dossier de sa source")
    elif p.source.nom != source.nom:
        raisons.insert(0, f"« {p.jeu.nom} » est un jeu de la source {p.source.nom}, pas de {source.nom}")
    if not permise:
        raisons.append(_conseil_de_forme(p.jeu, extension))
    forme = basse if permise else ("csv" if "csv" in p.jeu.extensions else p.jeu.extensions[0])
    propose = f"{p.tige}.{extension if permise else forme}"
    dossier = "" if source is not None and p.source.nom == source.nom else f"{p.source.nom}/"
    if p.tige == tige and not permise:
        autres = " ou ".join(f"« {dossier}{p.tige}.{e} »" for e in p.jeu.extensions)
        return f"{' ; '.join(raisons)} ; le nom le plus proche : {autres} (G7)."
    return f"{' ; '.join(raisons)} ; le nom le plus proche : « {dossier}{propose} » (G7)."


def _conseil_de_forme(jeu: Jeu, extension: str) -> str:
    lues = " ou ".join(f".{e}" for e in jeu.extensions)
    if not extension:
        return f"le nom n'a pas d'extension ({lues} pour « {jeu.nom} »)"
    vue = extension if len(extension) <= 4 else "…"
    return conseil_extension(extension) or f"l'extension .{vue} n'est pas celle du jeu « {jeu.nom} » ({lues})"


def _parente(reg: Registre, source: Source | None, tige: str) -> _Parente | None:
    """The jeu whose name begins the stem once case, accents and separators are folded: that source's own first."""
    plate = _plate(tige)
    sources = ([source] if source is not None else []) + [s for s in reg if source is None or s.nom != source.nom]
    for s in sources:
        for jeu in sorted(s.jeux, key=lambda j: -len(j.nom)):
            suite = "" if plate == jeu.nom else plate.removeprefix(jeu.nom)
            if not jeu.nom_libre and (plate == jeu.nom or (suite != plate and not suite[0].isalpha())):
                return _redresse(s, jeu, tige, suite)
    return _presque(source, tige, plate) if source is not None else None


def _presque(source: Source, tige: str, plate: str) -> _Parente | None:
    """The jeu of that source whose name is a letter or two away, as « mandat » of « mandats »."""
    debut = _LETTRES.match(plate)
    jeux = {jeu.nom: jeu for jeu in source.jeux if not jeu.nom_libre}
    if debut is None or not (proche := difflib.get_close_matches(debut[0], list(jeux), 1, _PRESQUE)):
        return None
    return _redresse(source, jeux[proche[0]], tige, plate[debut.end() :])


def _redresse(source: Source, jeu: Jeu, tige: str, suite: str) -> _Parente:
    """The name as the contract writes it, from what follows the jeu; the form of the periode where none is readable."""
    copie = _COPIE.search(suite)
    reste = suite[: copie.start()] if copie else suite
    versionne = _VERSION.fullmatch(reste)
    version = f"_v{versionne['version']}" if versionne else ""
    brute = (versionne["reste"] if versionne else reste).strip("-_. ")
    periode = _periode(jeu, brute)
    if periode is None:
        return _Parente(source, jeu, jeu.forme_du_nom, _raison_de_periode(jeu, brute))
    droite = "_".join(filter(None, [jeu.nom, periode])) + version
    if copie:
        return _Parente(source, jeu, f"{droite}_vN" if not version else droite, "c'est le nom d'une copie : garder le "
                        "nom d'origine, ou donner à un fichier corrigé un numéro de version")  # fmt: skip
    return _Parente(source, jeu, droite, _ecriture(jeu, tige, droite, brute, periode))


def _ecriture(jeu: Jeu, tige: str, droite: str, brute: str, periode: str) -> str:
    """What in the writing of the stem differs from the right one."""
    if tige == droite:
        return ""
    if not tige.isascii():
        return "un nom de fichier s'écrit sans accent, en lettres et chiffres simples"
    if jeu.periode == "aucune" and brute:
        return f"un fichier de « {jeu.nom} » n'a pas de période dans son nom"
    if periode and brute != periode.lower():
        return f"la période s'écrit « {periode} »"
    if not tige.startswith(jeu.nom):
        return f"le jeu s'écrit « {jeu.nom} »" + (", en minuscules" if tige.lower().startswith(jeu.nom) else "")
    return "le jeu, la période et la version sont séparés par « _ », la version s'écrit « _vN »"


def _raison_de_periode(jeu: Jeu, brute: str) -> str:
    if jeu.periode == "aucune":
        return f"un fichier de « {jeu.nom} » n'a rien d'autre dans son nom"
    attendue = _FORMES_DE_PERIODE[jeu.periode]
    if not brute:
        return f"il manque au nom d'un fichier de « {jeu.nom} » sa période ({attendue})"
    vue = brute if re.fullmatch(r"[0-9./_ sv-]{1,12}", brute) else "…"
    return f"« {vue} » n'est pas la période d'un fichier de « {jeu.nom} » ({attendue})"


def _periode(jeu: Jeu, brute: str) -> str | None:
    """The periode as the contract writes it; None where `brute` does not say it."""
    if jeu.periode == "aucune":
        # a year after a referentiel: its name has none
        return "" if re.fullmatch(r"[\d\-_. s]*", brute) else None
    if jeu.periode == "annee":
        return brute if re.fullmatch(r"[1-9]\d{3}", brute) else None
    if jeu.periode == "mois" and (m := _MOIS.fullmatch(brute)):
        mois = int(m["mois"] or m["mois2"])
        return f"{m['annee'] or m['annee2']}-{mois:02d}" if 1 <= mois <= 12 else None
    if jeu.periode == "semestre" and (m := _SEMESTRE.fullmatch(brute)):
        return f"{m['annee']}-S{m['semestre']}"
    if jeu.periode == "depot" and (m := _DEPOT.fullmatch(brute)):
        return f"depot-{m['numero']}"
    return None


def _source_de_forme(reg: Registre, source: Source, extension: str) -> str | None:
    """The other source that expects files of that extension."""
    return next((s.nom for s in reg if s.nom != source.nom and any(extension in j.extensions for j in s.jeux)), None)


def _a_la_racine(reg: Registre) -> str:
    dossiers = ", ".join(reg.noms)
    return f"un fichier se dépose dans le dossier de sa source ({dossiers}) : le déplacer ou le retirer (G7)."


def _forme_proche(source: Source, nom: str) -> str:
    formes = [f"{j.forme_du_nom}.{e}" for j in source.jeux if not j.nom_libre for e in j.extensions]
    formes += [f"*.{e}" for j in source.jeux if j.nom_libre for e in j.extensions]
    # the digits of a periode would drown the name of the jeu
    squelettes = {re.sub(r"AAAA|MM|SN|-N\b", lambda m: "0" * len(m[0]), c): c for c in formes}
    proche = difflib.get_close_matches(re.sub(r"\d", "0", _plate(nom)), list(squelettes), 1, 0.0)
    return le_plus_proche(squelettes[proche[0]] if proche else None)


def le_plus_proche(nom: str | None) -> str:
    """« (le plus proche : …) », or nothing."""
    return f" (le plus proche : « {nom} »)" if nom else ""


def dossier_proche(nom: str, connus: Iterable[str]) -> str:
    """« (le plus proche : … ) » among the folders of the sources."""
    proche = difflib.get_close_matches(_plate(nom), list(connus), 1, 0.0)
    return le_plus_proche(proche[0] if proche else None)


def _sans_accent(texte: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c))


def _plate(nom: str) -> str:
    """Lower case, without accents nor wide digits, words joined by « _ » (a name of jeu has no space)."""
    return re.sub(r"(?<=[a-z])[ -]+(?=[a-z])", "_", _sans_accent(nom).lower())
