"""Discover a drop: its files, what each claims to be, the names that are refused and why (G7, G12, F1). Only regular
files inside it are read: a pipe hangs, a device never ends, a link leads anywhere."""

import difflib
import os
import re
import stat
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

from upath import UPath

from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.lecteurs.noms import CONSEILS, plat
from mutualisation.entree.sources.jeux import PERIODES, Jeu, Registre, Source
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import ErreurMutualisation, affichable, raison_systeme

SUFFIXE_CONTROLE = ".controle.json"
_LOCAUX = ("", "file", "local")
_PAS_ORDINAIRE = "ce n'est pas un fichier ordinaire : le retirer, ou déposer le fichier lui-même (G7)."
_LIEN_DEHORS = "ce lien mène hors du dépôt : déposer le fichier lui-même (G7)."
_LIEN_ROMPU = "ce lien ne mène à aucun fichier, ou tourne en rond : déposer le fichier lui-même (G7)."
# a desktop leaves these in a folder (G7, G12)
_IGNORES = (".", "~$")
_NOMS_IGNORES = frozenset({"thumbs.db", "desktop.ini"})
_DOSSIER_IGNORE = "__MACOSX"
_DOSSIER_DANS_SOURCE = "un dossier dans une source n'est pas lu : remonter ses fichiers ou le retirer (G12)."
# a version hides every lower one (F2). It is a number to 999, or the day of a correction: never a day to come, for
# tomorrow's correction must be able to replace it
VERSION_MAX = 999
_VERSION = r"[1-9]\d{0,2}"
_JOUR = r"20\d{6}"
# as for a date in a cell, no year is before 1000
_ANNEE = r"[1-9]\d{3}"
_MOTIFS_PERIODE = {
    "annee": rf"_(?P<periode>{_ANNEE})",
    "mois": rf"_(?P<periode>{_ANNEE}(?:-(?:0[1-9]|1[0-2])|-T[1-4])?)",
    "fin_de_mois": rf"_(?P<periode>{_ANNEE}-(?:0[1-9]|1[0-2]))",
    "semestre": rf"_(?P<periode>{_ANNEE}-S[12])",
    "depot": r"_(?P<periode>depot-\d+)",
    "aucune": r"(?P<periode>)",
}
# a period may come in parts (F21), but not one that has no length
MARQUE_PARTIE = "_part-"
_NON_PARTAGES = ("depot", "aucune")
_PARTIE = rf"(?:{MARQUE_PARTIE}(?P<partie>(?:[^\W\d_]|[0-9-]){{1,40}}))?"
# {kind of periode: (what stands for it in a name, how it is written)}
_PERIODES = {
    "annee": (r"(?P<a>[1-9]\d{3})", "{a}"),
    "mois": (r"(?P<a>[1-9]\d{3})[\W_]?(?P<n>0[1-9]|1[0-2]|t[1-4])", "{a}-{n}"),
    "fin_de_mois": (r"(?P<a>[1-9]\d{3})[\W_]?(?P<n>0[1-9]|1[0-2])", "{a}-{n}"),
    "semestre": (r"(?P<a>[1-9]\d{3})[\W_]?s?(?P<n>[12])", "{a}-S{n}"),
    "depot": (r"(?:depot)?[\W_]*(?P<n>\d+)", "depot-{n}"),
}


@dataclass(frozen=True)
class FichierDepose:
    """The name of a file of the drop follows a jeu. `chemin` is relative to the drop, `extension` in lower case;
    `periode` is followed by its part, where the period comes in parts (F21)."""

    jeu: Jeu
    nom: str
    chemin: str
    emplacement: UPath
    periode: str
    version: int
    extension: str
    controle: UPath | None = None

    @property
    def source(self) -> str:
        return self.jeu.source

    @property
    def exercice(self) -> int | None:
        """Return the year of the periode, when it has one."""
        return int(self.periode[:4]) if self.jeu.periode not in _NON_PARTAGES else None

    @property
    def periode_et_partie(self) -> tuple[str, str]:
        """Return the periode and the name of its part, empty for a whole one (F21)."""
        return sans_partie(self.jeu, self.periode)

    @property
    def couverts(self) -> range:
        """Return the months that the file covers (F17); none of a jeu that is not by month."""
        return mois_couverts(self.jeu, self.periode)

    @property
    def mois(self) -> int | None:
        """Return the last month of the periode, when it has one."""
        return self.couverts[-1] if self.couverts else None

    @property
    def semestre(self) -> int | None:
        """Return the half-year of the periode, when it has one."""
        return int(self.periode[6:7]) if self.jeu.periode == "semestre" else None

    @property
    def depot(self) -> str | None:
        """Return the N of `depot-N` (C9)."""
        return self.periode.removeprefix("depot-") if self.jeu.periode == "depot" else None


@dataclass
class Depot:
    """A drop holds files; `refus` is {source, or "" for the drop itself: [(path, reason)]}."""

    racine: UPath
    fichiers: list[FichierDepose] = field(default_factory=list)
    refus: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def de(self, source: str) -> list[FichierDepose]:
        """Return the files of a source: by jeu in the order of the registry, then by periode and version."""
        return [f for f in self.fichiers if f.source == source]

    def refuser(self, source: str, chemin: str, motif: str) -> None:
        """Note a refused file."""
        self.refus.setdefault(source, []).append((affichable(chemin), motif))


def entree_ignoree(nom: str) -> bool:
    """Say whether a name is what a desktop leaves in a folder (G7, G12)."""
    return nom.startswith(_IGNORES) or nom.lower() in _NOMS_IGNORES or nom == _DOSSIER_IGNORE


def _entrees(dossier: Any) -> dict[str, Any]:
    """Return {name: entry} of a folder, in order, without the ignored ones (G7, G12)."""
    entrees_vues = {str(e.name): e for e in dossier.iterdir()}
    return {nom: entrees_vues[nom] for nom in sorted(entrees_vues) if not entree_ignoree(nom)}


def sans_partie(jeu: Jeu, periode: str) -> tuple[str, str]:
    """Cut a periode as written into itself and its part, empty for a whole one (F21)."""
    entiere, _, partie = periode.partition(MARQUE_PARTIE)
    return (periode, "") if jeu.periode in _NON_PARTAGES else (entiere, partie)


def mois_couverts(jeu: Jeu, periode: str) -> range:
    """Return the months of `AAAA-MM`, `AAAA-TN` or `AAAA` (F17); none of a jeu that is not by month."""
    if jeu.periode not in ("mois", "fin_de_mois"):
        return range(0)
    _, _, mois = sans_partie(jeu, periode)[0].partition("-")
    if mois.startswith("T"):
        return range(3 * int(mois[1]) - 2, 3 * int(mois[1]) + 1)
    return range(int(mois), int(mois) + 1) if mois else range(1, 13)


def se_recouvrent(jeu: Jeu, periode: str, autre: str) -> bool:
    """Say whether two periods of a jeu cover a same month under two lengths (F17), or are one, whole and in parts."""
    (entiere, partie), (autre_entiere, autre_partie) = sans_partie(jeu, periode), sans_partie(jeu, autre)
    if entiere == autre_entiere:
        return bool(partie) != bool(autre_partie)
    communs = set(mois_couverts(jeu, periode)).intersection(mois_couverts(jeu, autre))
    return periode[:4] == autre[:4] and bool(communs)


def rang_de_periode(jeu: Jeu, periode: str) -> str:
    """Return what orders periods: the last month of a jeu by month (F17), elsewhere the periode itself."""
    couverts = mois_couverts(jeu, periode)
    return f"{periode[:4]}-{couverts[-1]:02}" if couverts else periode


def decouvrir(depot: str | UPath | Any) -> Depot:
    """List a drop (a folder, or the URL of an object store that universal-pathlib knows). Raises `ErreurMutualisation`
    when the folder is missing, isn't a folder, or holds nothing."""
    reg = registre()
    racine: Any = depot
    try:
        racine = UPath(depot)
        resultat = Depot(racine)
        if not racine.exists():
            raise ErreurMutualisation(f"Le dépôt {racine} n'existe pas : vérifier le chemin donné à --depot.")
        if not racine.is_dir():
            raise ErreurMutualisation(
                f"Le dépôt {racine} n'est pas un dossier : donner le dossier qui contient {', '.join(reg.noms)}."
            )
        for nom, quoi in _entrees(racine).items():
            _examiner_racine(resultat, reg, nom, quoi)
    except ErreurMutualisation:
        raise
    except OSError as e:
        raise ErreurMutualisation(f"Le dépôt {racine} ne peut pas être lu ({raison_systeme(e)}).") from None
    except BadZipFile:
        raise ErreurMutualisation(
            f"Le dépôt {racine} n'est pas une archive entière : la déposer de nouveau, une fois complète."
        ) from None
    except Exception as e:  # noqa: BLE001 - each store has its own family of errors
        raise ErreurMutualisation(
            f"Le dépôt {racine} ne peut pas être lu ({type(e).__name__}) : donner un dossier, ou l'adresse d'un "
            "stockage dont le pilote est installé."
        ) from None
    if not resultat.fichiers and not resultat.refus:
        raise ErreurMutualisation(
            f"Le dépôt {racine} est vide : aucun fichier dans les dossiers {', '.join(reg.noms)}."
        )
    return resultat


def _est_controle(nom: str) -> bool:
    return nom.lower().endswith(SUFFIXE_CONTROLE)


def _examiner_racine(depot: Depot, reg: Registre, nom: str, quoi: Any) -> None:
    if faute := faute_de_lien(quoi, depot.racine):
        depot.refuser(nom if nom in reg.noms else "", nom, faute)
    elif quoi.is_dir() and nom in reg.noms:
        _examiner_source(depot, reg, reg.source(nom), _entrees(quoi))
    elif quoi.is_dir():
        proche = difflib.get_close_matches(plat(nom), reg.noms, 1, 0.0)
        depot.refuser(
            "",
            nom,
            f"ce dossier n'est pas une source (le plus proche : « {proche[0]} ») : le renommer ou le retirer (G12).",
        )
    elif not _est_controle(nom):
        depot.refuser("", nom, motif_nom(reg, None, nom))


def _examiner_source(depot: Depot, reg: Registre, source: Source, entrees: dict[str, Any]) -> None:
    controles = {nom: quoi for nom, quoi in entrees.items() if _est_controle(nom)}
    trouves: list[FichierDepose] = []
    for nom, quoi in entrees.items():
        # a folder named as a control is refused with the data file of that name (F3); without one, as any folder (G12)
        if nom in controles and (not quoi.is_dir() or nom[: -len(SUFFIXE_CONTROLE)] in entrees):
            continue
        if nom not in controles and (faute := faute_de_lien(quoi, depot.racine)):
            motif = faute
        elif quoi.is_dir():
            motif = _DOSSIER_DANS_SOURCE
        elif not quoi.is_file():
            motif = _PAS_ORDINAIRE
        elif fichier := _reconnaitre(source, nom, quoi, _controle_de(nom, controles)):
            trouves.append(fichier)
            continue
        else:
            motif = motif_nom(reg, source, nom)
        depot.refuser(source.nom, f"{source.nom}/{nom}", motif)
    for doubles in _meme_identite(trouves):
        lesquels = " et ".join(affichable(f.nom) for f in doubles)
        for f in doubles:
            motif = f"{lesquels} : même jeu, même période, même version ; n'en garder qu'un (F1)."
            depot.refuser(source.nom, f.chemin, motif)
            trouves.remove(f)
    for f, autres in _deux_longueurs(trouves):
        depot.refuser(source.nom, f.chemin, _motif_longueurs(f, autres))
        trouves.remove(f)
    rangs = {j.nom: i for i, j in enumerate(source.jeux)}
    depot.fichiers += sorted(trouves, key=lambda f: (rangs[f.jeu.nom], rang_de_periode(f.jeu, f.periode), f.version))


def _controle_de(nom: str, controles: dict[str, Any]) -> Any:
    """Find the `.controle.json` of a file: of its exact name, else of its name but for the case of extensions."""
    if nom + SUFFIXE_CONTROLE in controles:
        return controles[nom + SUFFIXE_CONTROLE]
    tige, _, extension = nom.rpartition(".")
    cherche = f"{tige}.{extension.lower()}{SUFFIXE_CONTROLE}"
    for autre, entree in sorted(controles.items()):
        if autre.startswith(f"{tige}.") and tige + autre[len(tige) :].lower() == cherche:
            return entree
    return None


def _meme_identite(fichiers: Iterable[FichierDepose]) -> list[list[FichierDepose]]:
    groupes: dict[tuple[str, str, int], list[FichierDepose]] = {}
    for f in fichiers:
        groupes.setdefault((f.jeu.nom, f.periode, f.version), []).append(f)
    return [g for g in groupes.values() if len(g) > 1]


def _deux_longueurs(fichiers: Iterable[FichierDepose]) -> list[tuple[FichierDepose, list[FichierDepose]]]:
    """Return each file that shares a month with others of its jeu under another length of period (F17), or its period
    with others in parts (F21), and those."""
    tous = list(fichiers)
    return [
        (f, autres)
        for f in tous
        if (autres := [a for a in tous if a.jeu == f.jeu and se_recouvrent(f.jeu, f.periode, a.periode)])
    ]


def _motif_longueurs(f: FichierDepose, autres: list[FichierDepose]) -> str:
    en_parties = [a for a in autres if a.periode_et_partie[0] == f.periode_et_partie[0]]
    autres = en_parties or autres
    noms = sorted(affichable(f.nom) for f in autres)
    premiers = ", ".join(noms[:3]) + (f" et {len(noms) - 3} de plus" if len(noms) > 3 else "")
    if en_parties:
        return f"la même période est aussi dans {premiers} : la déposer entière, ou en parties (F21)."
    return f"un même mois est aussi dans {premiers}, sous une autre longueur de période : n'en garder qu'une (F17)."


def _reconnaitre(source: Source, nom: str, entree: Any, controle: Any) -> FichierDepose | None:
    if "/" in nom or "\\" in nom or not nom.isprintable() or ".." in nom:
        return None
    for jeu in source.jeux:
        if (nom_lu := lire_nom(jeu, nom)) is not None:
            periode, version, extension = nom_lu
            return FichierDepose(jeu, nom, f"{source.nom}/{nom}", entree, periode, version, extension, controle)
    return None


def lire_nom(jeu: Jeu, nom: str) -> tuple[str, int, str] | None:
    """Return (periode and its part, version, extension in lower case) of a name of the jeu, else None (G7)."""
    tige, _, extension = nom.rpartition(".")
    tete = r"(?P<periode>.+?)" if jeu.nom_libre else re.escape(jeu.nom) + _MOTIFS_PERIODE[jeu.periode]
    partie = "" if jeu.periode in _NON_PARTAGES else _PARTIE
    # two flows of free names that end by a day are two flows
    formes = _VERSION if jeu.nom_libre else f"{_VERSION}|{_JOUR}"
    motif = rf"(?a:{tete}){partie}(?a:_v(?P<version>{formes}))?"
    trouve = re.fullmatch(motif, unicodedata.normalize("NFC", tige))
    if trouve is None or extension.lower() not in jeu.extensions:
        return None
    version = int(trouve["version"] or 1)
    nom_de_partie = plat(trouve["partie"] or "") if partie else ""
    periode = trouve["periode"] + (MARQUE_PARTIE + nom_de_partie if nom_de_partie else "")
    return (periode, version, extension.lower()) if _admise(version) else None


def version_suivante(version: int) -> int:
    """Return the version that replaces this one: the next number, today after 999, the next day after a day (F2)."""
    if version < VERSION_MAX:
        return version + 1
    jour = _jour_de_version(version)
    return int(f"{jour + timedelta(1) if jour else _aujourd_hui():%Y%m%d}")


def _admise(version: int) -> bool:
    """Say whether a version is a number, or a day that has come somewhere on Earth."""
    jour = _jour_de_version(version)
    return version <= VERSION_MAX or (jour is not None and jour <= _aujourd_hui() + timedelta(1))


def _jour_de_version(version: int) -> date | None:
    try:
        return date.fromisoformat(str(version))
    except ValueError:
        return None


def _aujourd_hui() -> date:
    return datetime.now(UTC).date()


def motif_nom(reg: Registre, source: Source | None, nom: str) -> str:
    """Say in French why `nom`, in the folder of `source` (None: at the root of the drop), follows no jeu."""
    if "/" in nom or "\\" in nom or ".." in nom:
        return "le nom contient un chemin : déposer le fichier sous son seul nom (G7)."
    if not nom.isprintable():
        return "le nom contient un caractère qui ne s'affiche pas : le renommer (G7)."
    tige, _, extension = nom.rpartition(".") if "." in nom else (nom, "", "")
    # « temps_2020-01.csv.gz »: the wrapped file has the name
    tige = re.sub(r"\.(?:csv|xlsx|json|xml|tar)$", "", tige)
    jeu = _jeu_proche(reg, source, re.sub(r"[ -]+(?=[a-z])", "_", plat(tige)), extension.lower())
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
            + f", puis « _vN » s'il est corrigé, N de 1 à {VERSION_MAX} ou le jour de sa correction (AAAAMMJJ)"
        )
    dossier = "" if source is not None and jeu.source == source.nom else f"{jeu.source}/"
    juste = extension if extension.lower() in jeu.extensions else jeu.extensions[0]
    return f"{' ; '.join(raisons)} ; le nom le plus proche : « {dossier}{nom_juste(jeu, plat(tige))}.{juste} » (G7)."


def _conseil_d_extension(jeu: Jeu, extension: str) -> str:
    extensions_lues = " ou ".join(f".{e}" for e in jeu.extensions)
    if not extension:
        return f"le nom n'a pas d'extension ({extensions_lues} pour « {jeu.nom} »)"
    return CONSEILS.get(extension, f"l'extension n'est pas celle du jeu « {jeu.nom} » ({extensions_lues})")


def _jeu_proche(reg: Registre, source: Source | None, tige: str, extension: str) -> Jeu:
    """Return the jeu whose name begins the stem, that source's own first; else one of that form, else the nearest."""
    jeux_de_la_source = source.jeux if source else reg.jeux
    for jeux in (jeux_de_la_source, reg.jeux):
        if debuts := [j for j in jeux if re.match(rf"{j.nom}(?![a-z])", tige)]:
            return max(debuts, key=lambda j: len(j.nom))
    de_forme = [j for j in reg.jeux if extension in j.extensions]
    if de_forme and not any(extension in j.extensions for j in jeux_de_la_source):
        return de_forme[0]
    noms = {j.nom: j for j in jeux_de_la_source}
    debut = re.match(r"[a-z]*(?:_[a-z]+)*", tige)
    return noms[difflib.get_close_matches(debut[0] if debut else "", noms, 1, 0.0)[0]]


def nom_juste(jeu: Jeu, tige: str) -> str:
    """Write the name as the contract does, as far as its periode and version can be read; else its form."""
    if jeu.nom_libre:
        return "*"
    forme_lue, ecrite = _PERIODES.get(jeu.periode, (r"[\d\W_s]*", ""))
    trouve = re.search(rf"(?<![a-z\d]){forme_lue}(?:[\W_]*v0*(?P<v>\d*))?$", tige, re.ASCII)
    if trouve is None:
        return jeu.forme_du_nom
    version = f"_v{trouve['v']}" if trouve["v"] and _admise(int(trouve["v"])) else ""
    periode = ecrite.format(**{nom: partie.upper() for nom, partie in trouve.groupdict("").items()})
    return "_".join(filter(None, (jeu.nom, periode))) + version


# ---------------------------------------------------------------- files that are opened
def local(emplacement: UPath | Path) -> Path | None:
    """Return the path on this machine; None in an object store."""
    if isinstance(emplacement, Path) and not isinstance(emplacement, UPath):
        return emplacement
    return Path(emplacement.path) if emplacement.protocol in _LOCAUX else None


def faute_de_lien(emplacement: UPath | Path, racine: UPath | Path) -> str | None:
    """Say why a link is refused: it leads outside the drop or nowhere; None for no link, or one inside."""
    chemin, base = local(emplacement), local(racine)
    if chemin is None or base is None or not chemin.is_symlink():
        return None
    try:
        vrai = chemin.resolve(strict=True)
    except (RuntimeError, OSError):
        return _LIEN_ROMPU
    return None if vrai.is_relative_to(base.resolve()) else _LIEN_DEHORS


def ouvrir_ordinaire(chemin: Path, racine: Path | None = None, *, lien: bool = True) -> BinaryIO:
    """Open a regular file, and never block on something else (a pipe, a device). Raises `LectureRefusee` for anything
    but a regular file, for one outside `racine`, and for a link when `lien` is false."""
    drapeaux = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if lien else os.O_NOFOLLOW)
    if not stat.S_ISREG((chemin.stat() if lien else chemin.lstat()).st_mode):
        raise LectureRefusee(_PAS_ORDINAIRE)
    descripteur = os.open(chemin, drapeaux)
    try:
        # the open file is checked, not its path: another file may have taken that name meanwhile
        if not stat.S_ISREG(os.fstat(descripteur).st_mode):
            raise LectureRefusee(_PAS_ORDINAIRE)
        if racine is not None and not Path(f"/proc/self/fd/{descripteur}").readlink().is_relative_to(racine):
            raise LectureRefusee(_LIEN_DEHORS)
        return os.fdopen(descripteur, "rb")
    except BaseException:
        os.close(descripteur)
        raise


def ouvrir_du_depot(emplacement: Any, racine: Any) -> BinaryIO:
    """Open a file of the drop, here or in an object store. Raises `LectureRefusee` or `OSError` if it can't be read."""
    chemin, base = local(emplacement), local(racine)
    if chemin is not None:
        return ouvrir_ordinaire(chemin, None if base is None else base.resolve())
    try:
        return emplacement.open("rb")  # type: ignore[no-any-return]
    except Exception as e:  # noqa: BLE001 - each store has its own family of errors
        raise LectureRefusee(distant_illisible(e)) from None


def distant_illisible(faute: Exception) -> str:
    """Give the reason when an object store fails."""
    if isinstance(faute, (BadZipFile, zlib.error)):
        return "l'archive du dépôt est abîmée à cet endroit : la déposer de nouveau, entière."
    return f"le dépôt distant n'a pas donné ce fichier ({type(faute).__name__}) : vérifier l'accès, puis relancer."
