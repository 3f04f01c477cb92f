"""Discovery of a drop: which files it holds, what each one claims to be, which names are refused (G7, G12, F1)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from upath import UPath

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.sources.jeux import Jeu, Registre, Source
from mutualisation.sources.registre import registre

SUFFIXE_CONTROLE = ".controle.json"
_IGNORES = (".", "~$")
_DOSSIER_IGNORE = "__MACOSX"
_MOTIFS_PERIODE = {
    "annee": r"_(?P<periode>\d{4})",
    "mois": r"_(?P<periode>\d{4}-(?:0[1-9]|1[0-2]))",
    "semestre": r"_(?P<periode>\d{4}-S[12])",
    "depot": r"_(?P<periode>depot-\d+)",
    "aucune": r"(?P<periode>)",
}


@dataclass(frozen=True)
class FichierDepose:
    """A file of the drop whose name follows a jeu. `chemin` is relative to the drop."""

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
        """Name of the source."""
        return self.jeu.source

    @property
    def exercice(self) -> int | None:
        """Year of the periode, when it has one."""
        return int(self.periode[:4]) if self.jeu.periode in ("annee", "mois", "semestre") else None

    @property
    def mois(self) -> int | None:
        """Month of the periode, when it has one."""
        return int(self.periode[5:]) if self.jeu.periode == "mois" else None

    @property
    def semestre(self) -> int | None:
        """Half-year of the periode, when it has one."""
        return int(self.periode[6:]) if self.jeu.periode == "semestre" else None

    @property
    def depot(self) -> str | None:
        """The N of `depot-N` (C9)."""
        return self.periode.removeprefix("depot-") if self.jeu.periode == "depot" else None


@dataclass
class Depot:
    """What a drop holds. `refus` maps a source (or "" for the drop itself) to (path, reason) pairs."""

    racine: UPath
    fichiers: list[FichierDepose] = field(default_factory=list)
    refus: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def de(self, source: str) -> list[FichierDepose]:
        """Files of a source: by jeu in the order of the registry, then by periode and version."""
        return [f for f in self.fichiers if f.source == source]

    def refuser(self, source: str, chemin: str, motif: str) -> None:
        """Note a refused name."""
        self.refus.setdefault(source, []).append((affichable(chemin), motif))


def affichable(texte: str) -> str:
    """A name that can be printed: control characters and undecodable bytes shown as `?`."""
    propre = "".join(c if c.isprintable() else "?" for c in texte)
    return propre.encode("utf-8", "replace").decode()


def decouvrir(depot: str | UPath | Any, reg: Registre | None = None) -> Depot:
    """List a drop (a folder, or the URL of an object store that universal-pathlib knows).

    ErreurMutualisation when the folder is missing, isn't a folder, or holds nothing.
    """
    reg = reg or registre()
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
        for entree in sorted(racine.iterdir(), key=lambda e: str(e.name)):
            _examiner_racine(resultat, reg, entree)
    except (OSError, ValueError, ImportError) as e:
        raise ErreurMutualisation(f"Le dépôt {racine} ne peut pas être lu ({type(e).__name__} : {e}).") from None
    if not resultat.fichiers and not resultat.refus:
        raise ErreurMutualisation(
            f"Le dépôt {racine} est vide : aucun fichier dans les dossiers {', '.join(reg.noms)}."
        )
    return resultat


def _ignore(nom: str) -> bool:
    return nom.startswith(_IGNORES) or nom == _DOSSIER_IGNORE


def _examiner_racine(depot: Depot, reg: Registre, entree: Any) -> None:
    nom = entree.name
    if _ignore(nom):
        return
    if entree.is_dir():
        if nom in reg.noms:
            _examiner_source(depot, reg.source(nom), entree)
        else:
            motif = f"ce dossier n'est pas une source{_proche(nom, reg.noms)} : le renommer ou le retirer (G12)."
            depot.refuser("", nom, motif)
    elif not nom.endswith(SUFFIXE_CONTROLE):
        dossiers = ", ".join(reg.noms)
        motif = f"un fichier se dépose dans le dossier de sa source ({dossiers}) : le déplacer ou le retirer (G7)."
        depot.refuser("", nom, motif)


def _examiner_source(depot: Depot, source: Source, dossier: Any) -> None:
    entrees = {str(e.name): e for e in dossier.iterdir()}
    trouves: list[FichierDepose] = []
    for nom, entree in sorted(entrees.items()):
        chemin = f"{source.nom}/{nom}"
        if _ignore(nom):
            continue
        if entree.is_dir():
            motif = "un dossier dans une source n'est pas lu : remonter ses fichiers ou le retirer (G12)."
            depot.refuser(source.nom, chemin, motif)
        elif nom.endswith(SUFFIXE_CONTROLE):
            continue
        elif not entree.is_file():
            depot.refuser(source.nom, chemin, "ce n'est pas un fichier ordinaire : le retirer (G7).")
        else:
            fichier = _reconnaitre(source, nom, entree, entrees.get(nom + SUFFIXE_CONTROLE))
            if fichier is None:
                depot.refuser(source.nom, chemin, _motif_nom(source, nom))
            else:
                trouves.append(fichier)
    for doubles in _meme_identite(trouves):
        noms = " et ".join(affichable(f.nom) for f in doubles)
        for f in doubles:
            motif = f"{noms} : même jeu, même période, même version ; n'en garder qu'un (F1)."
            depot.refuser(source.nom, f.chemin, motif)
            trouves.remove(f)
    rangs = {j.nom: i for i, j in enumerate(source.jeux)}
    depot.fichiers += sorted(trouves, key=lambda f: (rangs[f.jeu.nom], f.periode, f.version))


def _meme_identite(fichiers: Iterable[FichierDepose]) -> list[list[FichierDepose]]:
    groupes: dict[tuple[str, str, int], list[FichierDepose]] = {}
    for f in fichiers:
        groupes.setdefault((f.jeu.nom, f.periode, f.version), []).append(f)
    return [g for g in groupes.values() if len(g) > 1]


def _reconnaitre(source: Source, nom: str, entree: Any, controle: Any) -> FichierDepose | None:
    if "/" in nom or "\\" in nom or not nom.isprintable() or ".." in nom:
        return None
    for jeu in source.jeux:
        trouve = _motif(jeu).fullmatch(nom)
        if trouve:
            return FichierDepose(
                jeu=jeu,
                nom=nom,
                chemin=f"{source.nom}/{nom}",
                emplacement=entree,
                periode=trouve["periode"],
                version=int(trouve["version"] or 1),
                extension=trouve["extension"],
                controle=controle,
            )
    return None


def _motif(jeu: Jeu) -> re.Pattern[str]:
    tete = r"(?P<periode>.+?)" if jeu.nom_libre else re.escape(jeu.nom) + _MOTIFS_PERIODE[jeu.periode]
    extensions = "|".join(re.escape(e) for e in jeu.extensions)
    return re.compile(rf"{tete}(?:_v(?P<version>[1-9]\d{{0,8}}))?\.(?P<extension>{extensions})", re.ASCII)


def _motif_nom(source: Source, nom: str) -> str:
    if "/" in nom or "\\" in nom or ".." in nom:
        return "le nom contient un chemin : déposer le fichier sous son seul nom (G7)."
    formes = [f"{j.forme_du_nom}.{e}" for j in source.jeux if not j.nom_libre for e in j.extensions]
    formes += [f"*.{e}" for j in source.jeux if j.nom_libre for e in j.extensions]
    return f"le nom ne suit aucun jeu de la source {source.nom}{_proche(nom, formes)} : le renommer ou le retirer (G7)."


def _proche(nom: str, connus: Iterable[str]) -> str:
    connus = list(connus)
    # the digits of a periode would drown the name of the jeu
    squelettes = {re.sub(r"AAAA|MM|SN|-N\b", lambda m: "0" * len(m[0]), c): c for c in connus}
    proche = difflib.get_close_matches(re.sub(r"\d", "0", nom), list(squelettes), 1, 0.0)
    return f" (le plus proche : « {squelettes[proche[0]]} »)" if proche else ""
