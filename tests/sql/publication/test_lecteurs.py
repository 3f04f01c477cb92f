"""Readers under publications: whatever the moment and the isolation, what a statement sees is one publication, whole.

`PUBLICATIONS=300 pytest` on this file is the stress that found empty relations when versions were partitions.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel, sql
from tests.atelier import bases

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.roles import TRAITEMENT, sous_le_role
from mutualisation.publication.versions.promotion import promouvoir
from mutualisation.publication.versions.relations import relations_promues
from mutualisation.socle.poste import Poste
from mutualisation.usage.operations.conservation import purger
from mutualisation.usage.operations.session import Session

from . import entrepot_publie

Conn = psycopg.Connection[Any]
PUBLICATIONS = int(os.environ.get("PUBLICATIONS", "8"))
# each publication writes its mark in these columns
MARQUES = {"synthese_financiere": "libelle", "indicateurs_cles": "unite", "cout_adherent": "cle"}
UNE = "(select string_agg(distinct {}, ',') from publication.{})"
ENSEMBLE = "select " + ", ".join(UNE.format(colonne, relation) for relation, colonne in MARQUES.items())
# isolation, statements in a transaction, whether a statement reads every relation or one, from when psycopg prepares it
LECTEURS = (
    (IsolationLevel.READ_COMMITTED, 1, True, 5),
    (IsolationLevel.READ_COMMITTED, 2, True, None),
    (IsolationLevel.READ_COMMITTED, 40, True, 5),
    (IsolationLevel.REPEATABLE_READ, 3, False, 5),
)


@pytest.fixture
def dsn(_serveur: str, _publie: str, var_neuf: Path) -> Iterator[str]:
    """A warehouse of this test's own, whose first rows are set aside to be published again and again."""
    with bases.copie(_serveur, _publie) as adresse:
        with connecter(adresse, role=None) as conn:
            conn.execute("create schema depart authorization mutualisation_traitement")
            with sous_le_role(conn, TRAITEMENT):
                for nom in relations_promues():
                    conn.execute(f"create table depart.{nom} as select * from versions.{nom}".encode())
            conn.commit()
            _publier(conn, 0)
        yield adresse


def _publier(conn: Conn, tour: int) -> None:
    """A validated build, twin of the first one but for its mark, published; what it replaced is purged."""
    version = entrepot_publie.construction(conn, exercices="{2019, 2020, 2021}")
    with conn.transaction(), sous_le_role(conn, TRAITEMENT):
        conn.execute("select journal.renouveler_construction()")
        for nom in relations_promues():
            conn.execute(f"create table construction.{nom} as select * from depart.{nom}".encode())
            marque = f", {MARQUES[nom]} = 'tour {tour}'" if nom in MARQUES else ""
            conn.execute(
                sql.SQL("update construction.{} set version = {}" + marque).format(sql.Identifier(nom), version)
            )
    conn.commit()
    entrepot_publie.preparer(conn, int(version))
    promouvoir(conn, int(version), Poste.ici())
    purger(Session("", Path(), _conn=conn, _verrou=conn), remplacees=True)


def _lire(conn: Conn, ensemble: bool) -> tuple[Any, ...]:
    if ensemble:
        return conn.execute(ENSEMBLE.encode()).fetchone() or ()
    return tuple(conn.execute(f"select {UNE.format(c, r)}".encode()).fetchone()[0] for r, c in MARQUES.items())  # type: ignore[index]


def test_les_lecteurs_ne_voient_jamais_une_publication_a_moitie(dsn: str) -> None:
    fini = threading.Event()
    vues: list[set[tuple[Any, ...]]] = [set() for _ in LECTEURS]
    fautes: list[Any] = []

    def relire(rang: int) -> None:
        isolation, lectures, ensemble, preparer = LECTEURS[rang]
        try:
            with psycopg.connect(dsn, prepare_threshold=preparer) as conn:
                conn.isolation_level = isolation
                while not fini.is_set():
                    lues = [_lire(conn, ensemble) for _ in range(lectures)]
                    conn.commit()
                    vues[rang].update(lues)
                    if isolation is IsolationLevel.REPEATABLE_READ and len(set(lues)) > 1:
                        fautes.append((LECTEURS[rang], lues))
        except psycopg.Error as erreur:
            fautes.append((LECTEURS[rang], erreur))

    with connecter(dsn, role=None) as conn:
        conn.execute("create view public.mes_libelles as select libelle from publication.synthese_financiere")
        conn.commit()
        lecteurs = [threading.Thread(target=relire, args=(rang,)) for rang in range(len(LECTEURS))]
        for lecteur in lecteurs:
            lecteur.start()
        try:
            for tour in range(1, PUBLICATIONS + 1):
                _publier(conn, tour)
        finally:
            fini.set()
            for lecteur in lecteurs:
                lecteur.join()
        # the view of an analyst follows every publication
        suivis = conn.execute("select distinct libelle from public.mes_libelles").fetchall()
    assert suivis == [(f"tour {PUBLICATIONS}",)]
    assert fautes == []
    for vue in vues:
        assert len(vue) > 1, "ce lecteur n'a vu passer aucune publication"
        assert [lue for lue in vue if lue[0] is None or len(set(lue)) > 1] == []
