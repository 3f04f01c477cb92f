"""Scenario folders `NN_nom/`: what they hold, the drop they make over `_socle/`, the comparison with what is expected.

A folder holds README.md (rule, situation, arithmetic by hand), cas.yml (exercices asked, rules), entrees/<source>/ and
attendu/. `attendu/<relation>.csv` lists rows that the relation must hold, on the columns of the file only;
`<relation>.complet.csv` lists all its rows; `<relation>.absent.csv` rows that it must not hold. `attendu/sortie.txt`:
exit code, then the blocking controls, one a line (without it: 0, none).
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql

from mutualisation.construction.dbt import SCHEMA
from mutualisation.operations.construction import SQL_BLOQUANTS

DOSSIER = Path(__file__).resolve().parent
SOCLE = DOSSIER / "_socle"
SUFFIXES = ("complet", "absent")
OID_NOMBRES = {20, 21, 23, 1700}
Rangee = tuple[Any, ...]


@dataclass(frozen=True)
class Cas:
    """A scenario: folder, exercices asked, rules it tells."""

    dossier: Path
    exercices: tuple[int, ...]
    regles: tuple[str, ...]

    @property
    def nom(self) -> str:
        """`NN_nom`, the name of the folder."""
        return self.dossier.name


@dataclass(frozen=True)
class Attendu:
    """An expected file: relation, how it is compared ('' contains, 'complet', 'absent'), columns, rows of cells."""

    relation: str
    mode: str
    colonnes: tuple[str, ...]
    rangees: tuple[tuple[str, ...], ...]


def lister() -> list[Cas]:
    """Every scenario, in the order of the folders."""
    return [lire(d) for d in sorted(DOSSIER.iterdir()) if d.is_dir() and d.name[:2].isdigit()]


def lire(dossier: Path) -> Cas:
    """A scenario from its `cas.yml`."""
    brut = yaml.safe_load((dossier / "cas.yml").read_text(encoding="utf-8"))
    return Cas(dossier, tuple(brut["exercices"]), tuple(brut["regles"]))


def composer(cas: Cas, destination: Path) -> Path:
    """Write the drop of a scenario: `_socle/` for each exercice asked, its own files over it."""
    composer_socle(cas.exercices, destination)
    for fichier in _fichiers(cas.dossier / "entrees"):
        _copier(fichier, destination / fichier.relative_to(cas.dossier / "entrees"))
    return destination


def composer_socle(exercices: Iterable[int], destination: Path) -> Path:
    """Write `_socle/` for the exercices: AAAA in a name or a cell is the year, AAAA-MM stands for twelve files."""
    for fichier in _fichiers(SOCLE):
        texte = fichier.read_text(encoding="utf-8")
        chemin = str(fichier.relative_to(SOCLE))
        for annee in exercices if "AAAA" in chemin else (0,):
            noms = [chemin.replace("MM", f"{m:02}") for m in range(1, 13)] if "-MM" in chemin else [chemin]
            for nom in noms:
                cible = destination / nom.replace("AAAA", str(annee))
                cible.parent.mkdir(parents=True, exist_ok=True)
                cible.write_text(texte.replace("AAAA", str(annee)), encoding="utf-8")
    return destination


def _fichiers(dossier: Path) -> list[Path]:
    return sorted(f for f in dossier.rglob("*") if f.is_file())


def _copier(source: Path, cible: Path) -> None:
    cible.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, cible)


def sortie_attendue(cas: Cas) -> tuple[int, list[str]]:
    """Exit code and blocking controls that the scenario expects."""
    chemin = cas.dossier / "attendu" / "sortie.txt"
    if not chemin.exists():
        return 0, []
    code, *controles = chemin.read_text(encoding="utf-8").split()
    return int(code), sorted(controles)


def sortie_constatee(conn: psycopg.Connection[Any]) -> tuple[int, list[str]]:
    """Exit code that the report gate would give, and the blocking controls that fail (each name once)."""
    noms = sorted({ligne[0] for ligne in conn.execute(SQL_BLOQUANTS)})
    return (2 if noms else 0), noms


def attendus(cas: Cas) -> list[Attendu]:
    """The expected files of a scenario. Raises `ValueError` on a row of another width than its header."""
    return [_lire_attendu(f) for f in sorted((cas.dossier / "attendu").glob("*.csv"))]


def _lire_attendu(chemin: Path) -> Attendu:
    relation, _, mode = chemin.stem.partition(".")
    if mode not in ("", *SUFFIXES):
        raise ValueError(f"{chemin} : suffixe inconnu {mode!r} (attendu : {', '.join(SUFFIXES)})")
    with chemin.open(encoding="utf-8", newline="") as f:
        entete, *lignes = list(csv.reader(f, delimiter=";"))
    for numero, ligne in enumerate(lignes, 2):
        if len(ligne) != len(entete):
            raise ValueError(f"{chemin}, ligne {numero} : {len(ligne)} cellules pour {len(entete)} colonnes")
    return Attendu(relation, mode, tuple(entete), tuple(map(tuple, lignes)))


def ecarts(conn: psycopg.Connection[Any], attendu: Attendu) -> list[str]:
    """Sentences for what an expected file and its relation in `construction` don't share."""
    requete = sql.SQL("select {} from {}").format(
        sql.SQL(", ").join(map(sql.Identifier, attendu.colonnes)), sql.Identifier(SCHEMA, attendu.relation)
    )
    curseur = conn.execute(requete)
    nombres = [c.type_code in OID_NOMBRES for c in curseur.description or []]
    constatees = Counter(tuple(map(_cellule, r)) for r in curseur)
    voulues = Counter(tuple(map(_attendue, r, nombres)) for r in attendu.rangees)
    if attendu.mode == "absent":
        return [f"{attendu.relation} : ligne de trop {_montrer(r)}" for r in voulues & constatees]
    manquantes = [f"{attendu.relation} : attendu {_montrer(r)}" for r in voulues - constatees]
    if attendu.mode == "complet" or manquantes:
        manquantes += [f"{attendu.relation} : constaté {_montrer(r)}" for r in list(constatees - voulues)[:20]]
    return manquantes


def _cellule(valeur: Any) -> Any:
    if isinstance(valeur, bool):
        return str(valeur).lower()
    if isinstance(valeur, int | Decimal):
        return Decimal(valeur)
    return None if valeur is None else str(valeur)


def _attendue(texte: str, nombre: bool) -> Any:
    if texte == "":
        return None
    return Decimal(texte) if nombre else texte


def _montrer(rangee: Rangee) -> str:
    return " ; ".join("(vide)" if v is None else str(v) for v in rangee)
