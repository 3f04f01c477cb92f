"""Referentiel files tried before a vote: landed, checked by the file gate, never accepted."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion import chargement, journal
from mutualisation.ingestion.depot import decouvrir
from mutualisation.operations import porte_fichier
from mutualisation.sources.registre import registre

SOURCE = "referentiel"


def deposer_essai(conn: psycopg.Connection[Any], fichiers: Mapping[str, Path], var: Path) -> list[int]:
    """Land `{jeu: file}` of the referentiel as `en_attente`; give back their numbers in `journal.fichiers`.

    Raises `FichierRefuse` when a file does not follow the input contract, `ErreurMutualisation` when it is missing.
    """
    with tempfile.TemporaryDirectory(prefix="mutualisation-essai-") as dossier:
        depot = Path(dossier) / SOURCE
        depot.mkdir()
        for jeu, fichier in fichiers.items():
            if not fichier.is_file():
                raise ErreurMutualisation(f"Le fichier {fichier} n'existe pas.")
            shutil.copyfile(fichier, depot / f"{jeu}{fichier.suffix.lower()}")
        return chargement.atterrir_essai(conn, decouvrir(dossier, registre()), SOURCE, var, porte_fichier)


def retirer_essai(conn: psycopg.Connection[Any]) -> None:
    """Delete the rows of the trial: the same clean-up as after a killed load."""
    journal.nettoyer(conn, registre().source(SOURCE))
    conn.commit()
