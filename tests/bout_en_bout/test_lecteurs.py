"""Readers of `publication`: analysts' views that follow, queries that never see half a publication."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
from psycopg import sql
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, lire

from mutualisation.entrepot.connexion import connecter
from mutualisation.publication.promotion import promouvoir
from mutualisation.publication.relations import relations_promues

PUBLICATIONS = 6
LECTEURS = 3


def test_les_lecteurs_ne_voient_jamais_une_publication_a_moitie(publie: Publie) -> None:
    dsn = publie.contexte.dsn
    fini = threading.Event()
    lus: list[set[tuple[Any, Any]]] = [set() for _ in range(LECTEURS)]
    erreurs: list[psycopg.Error] = []

    def relire(rang: int) -> None:
        try:
            with connecter(dsn, autocommit=True) as conn:
                while not fini.is_set():
                    ligne = conn.execute(
                        "select (select string_agg(distinct libelle, ',') from publication.synthese_financiere),"
                        " (select string_agg(distinct unite, ',') from publication.indicateurs_cles)"
                    ).fetchone()
                    assert ligne is not None
                    lus[rang].add(ligne)
        except psycopg.Error as erreur:
            erreurs.append(erreur)

    lecteurs = [threading.Thread(target=relire, args=(rang,)) for rang in range(LECTEURS)]
    with connecter(dsn, autocommit=True, role=None) as conn:
        conn.execute("create view public.mes_libelles as select libelle from publication.synthese_financiere")
    with connecter(dsn) as conn:
        promouvoir(conn, _jumelle(conn, 0))
        for lecteur in lecteurs:
            lecteur.start()
        for tour in range(1, PUBLICATIONS + 1):
            promouvoir(conn, _jumelle(conn, tour))
    fini.set()
    for lecteur in lecteurs:
        lecteur.join()
    assert not erreurs
    # the view of an analyst follows every publication
    assert lire(dsn, "select distinct libelle from public.mes_libelles") == [(f"tour {PUBLICATIONS}",)]
    for couples in lus:
        assert len(couples) > 1, "les lecteurs n'ont vu passer aucune publication"
        assert all(libelles == unites for libelles, unites in couples), couples


def _jumelle(conn: psycopg.Connection[Any], tour: int) -> int:
    """A validated build, twin of the published one, whose two relations both carry the mark of the round."""
    (precedente,) = conn.execute("select max(version) from journal.publications").fetchone() or (0,)
    conn.execute("set local role none")
    (version,) = conn.execute(
        "insert into journal.constructions (exercices, statut, prepare_par, code_version)"
        " values (%s, 'validee', 'essai', 'essai') returning version",
        ([EXERCICE],),
    ).fetchone() or (0,)
    conn.commit()
    for nom in relations_promues():
        conn.execute(
            sql.SQL("create table construction.{t} as select * from versions.{t} where version = {v}").format(
                t=sql.Identifier(nom), v=sql.Literal(precedente)
            )
        )
        conn.execute(sql.SQL("update construction.{} set version = {}").format(sql.Identifier(nom), version))
    marque = f"tour {tour}"
    conn.execute("update construction.synthese_financiere set libelle = %s", (marque,))
    conn.execute("update construction.indicateurs_cles set unite = %s", (marque,))
    conn.commit()
    return int(version)
