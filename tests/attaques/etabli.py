"""Hostile and borderline drops, built for real: server, loader, one dbt process for the session.

Each drop is `tests/cas/_socle/` for its exercices, and the files of the test over it. dbt itself builds, with its
contracts and data tests: a value that breaks a model or the key of a relation fails here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from tests.cas.atelier import autre_base, creer_base, ouvrir_construction, supprimer_base
from tests.cas.scenario import composer_socle

from mutualisation.construction.dbt import OuvrierDbt
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.migrations import migrer
from mutualisation.ingestion.chargement import charger_depot
from mutualisation.operations.construction import SQL_BLOQUANTS

BASE = "attaques"
Fichiers = Mapping[str, str | bytes | None]


@dataclass
class Feuille:
    """A tabular file written row by row, each with the outcome it must have: '' or « statut colonne »."""

    entete: str
    rangees: list[str] = field(default_factory=list)
    attendus: dict[int, str] = field(default_factory=dict)

    def ligne(self, cellules: str, attendu: str = "") -> Feuille:
        """Add a row; `attendu` is kept under the line number of the file."""
        self.rangees.append(cellules)
        if attendu:
            self.attendus[len(self.rangees) + 1] = attendu
        return self

    @property
    def texte(self) -> str:
        """The file."""
        return "\n".join([self.entete, *self.rangees, ""])


class Journal(Feuille):
    """Ledger lines: every cell has a default, each piece its own number."""

    COLONNES = (
        "Exercice;Budget;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Axe analytique;SIRET;Objet;"
        "Exercice origine;Période service;Montant HT;TVA;Montant TTC;Statut"
    )

    def __init__(self, serie: str) -> None:
        super().__init__(self.COLONNES)
        self.serie = serie

    def ecriture(
        self,
        ttc: str,
        attendu: str = "",
        *,
        nature: str = "611",
        axe: str = "ADS",
        type_piece: str = "01",
        date: str = "15/03/2023",
        exercice: str = "2023",
        budget: str = "P",
        piece: tuple[str, str] | None = None,
        siret: str = "",
        objet: str = "",
        origine: str = "",
        periode: str = "",
        ht: str = "",
        tva: str = "",
        statut: str = "Payé",
    ) -> Journal:
        """Add a line; `piece`: (bordereau, pièce), by default the next one of the series."""
        bordereau, numero = piece or (self.serie, str(len(self.rangees) + 1))
        cellules = [
            exercice, budget, bordereau, numero, "1", date, type_piece, nature, axe, siret, objet, origine, periode,
            ht, tva, ttc, statut,
        ]  # fmt: skip
        self.ligne(";".join(cellules), attendu)
        return self


class Etabli:
    """Loads and builds one drop at a time in the database `attaques`."""

    def __init__(self, dsn: str, dossier: Path) -> None:
        self._dsn = dsn
        self._dossier = dossier
        self._modele = f"{BASE}_modele"
        creer_base(dsn, self._modele, "template0")
        migrer(autre_base(dsn, self._modele))
        self._dbt = OuvrierDbt(autre_base(dsn, BASE), dossier)

    @contextmanager
    def construit(
        self, fichiers: Fichiers, exercices: tuple[int, ...] = (2023,), *, socle: tuple[int, ...] = ()
    ) -> Iterator[Construction]:
        """The `Construction` of a drop, built and tested by dbt; `socle`: exercices with files (default: asked)."""
        depot = deposer(self._dossier / "depot", fichiers, socle or exercices)
        supprimer_base(self._dsn, BASE)
        creer_base(self._dsn, BASE, self._modele)
        with connecter(autre_base(self._dsn, BASE)) as conn:
            charger_depot(conn, depot, var=self._dossier, porte=lambda _conn, _chargement: [])
            ouvrir_construction(conn, exercices)
            echecs = self._dbt.construire().echecs
            conn.execute("set search_path = construction, public")
            yield Construction(conn, echecs)

    def fermer(self) -> None:
        """End dbt."""
        self._dbt.fermer()


@dataclass
class Construction:
    """What was built, read by SQL."""

    conn: psycopg.Connection[Any]
    echecs: list[str]

    def lire(self, requete: str) -> list[tuple[Any, ...]]:
        """Rows of a query, numbers as text without trailing zeros, so that a figure is compared exactly."""
        return [tuple(map(_cellule, r)) for r in self.conn.execute(requete)]

    def rejets(self) -> dict[tuple[str, int], str]:
        """(file, line) → « statut colonne » of each row of `rejets`; several on one line joined by « + »."""
        sortis: dict[tuple[str, int], str] = {}
        for fichier, ligne, issue in self.conn.execute(
            "select fichier, ligne, trim(concat_ws(' ', statut, colonne)) from rejets order by 1, 2, 3"
        ):
            cle = (fichier, ligne)
            sortis[cle] = f"{sortis[cle]} + {issue}" if cle in sortis else issue
        return sortis

    def bloquants(self) -> list[str]:
        """« contrôle clé » of the blocking controls that fail."""
        return sorted(f"{c[0]} {c[1]}".strip() for c in self.conn.execute(SQL_BLOQUANTS))


def _cellule(valeur: Any) -> Any:
    if valeur is None or isinstance(valeur, bool | str):
        return valeur
    texte = format(valeur, "f") if hasattr(valeur, "as_tuple") else str(valeur)
    return texte.rstrip("0").rstrip(".") if "." in texte else texte


def deposer(depot: Path, fichiers: Fichiers, exercices: tuple[int, ...]) -> Path:
    """Write a drop: the socle of the exercices, then the files; a text that starts with « + » adds its rows."""
    shutil.rmtree(depot, ignore_errors=True)
    composer_socle(exercices, depot)
    for nom, contenu in fichiers.items():
        chemin = depot / nom
        chemin.parent.mkdir(parents=True, exist_ok=True)
        if contenu is None:
            chemin.unlink()
        elif isinstance(contenu, bytes):
            chemin.write_bytes(contenu)
        elif contenu.startswith("+"):
            chemin.write_text(chemin.read_text(encoding="utf-8") + contenu[1:], encoding="utf-8")
        else:
            chemin.write_text(contenu, encoding="utf-8")
    return depot


def attendus(fichiers: Mapping[str, Feuille]) -> dict[tuple[str, int], str]:
    """(file, line) → outcome over several files."""
    return {(nom, ligne): issue for nom, feuille in fichiers.items() for ligne, issue in feuille.attendus.items()}


def etabli_de_session(dsn: str, dossier: Path) -> Iterator[Etabli]:
    """For the fixture."""
    ouvert = Etabli(dsn, dossier)
    yield ouvert
    ouvert.fermer()
