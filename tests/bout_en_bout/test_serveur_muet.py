"""A command behind a lock, or before a frozen server, gives up in its time and says why (K12)."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.atelier.commande import demarrer, finir, lancer
from tests.atelier.processus import envoyer, processus_du_serveur

from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.serveur import serveur_entrepot

BLOQUEE = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def var_vide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder of what runs whose warehouse is migrated and empty; its server runs."""
    var = tmp_path_factory.mktemp("muet") / "var"
    with serveur_entrepot(var) as dsn:
        assert lancer(var, "etat").code == 0
        yield var, dsn


@pytest.mark.parametrize(
    ("commande", "attendue"),
    [(("etat",), "journal.publications"), (("sauvegarder", "sauvegarde"), "journal.extraits")],
    ids=["requete", "pg_dump"],
)
def test_un_serveur_fige_rend_la_main(var_vide: tuple[Path, str], commande: tuple[str, ...], attendue: str) -> None:
    """SIGSTOP on the whole server, in the middle of a statement: nothing is closed, nothing answers."""
    var, dsn = var_vide
    with connecter(dsn, role=None) as gardien, psycopg.connect(dsn, autocommit=True) as temoin:
        gardien.execute(sql.SQL("lock table {}").format(sql.Identifier(*attendue.split("."))))
        lancee = demarrer(var, *commande, MUTUALISATION_DELAI_SERVEUR="2")
        while temoin.execute(BLOQUEE).fetchone() == (0,):
            assert lancee.poll() is None
            time.sleep(0.05)
        figes = processus_du_serveur(var)
        envoyer(signal.SIGSTOP, figes)
        try:
            sortie = finir(lancee)
        finally:
            envoyer(signal.SIGCONT, figes)
    assert sortie.code == 1
    assert "ne répond plus depuis" in sortie.erreurs
    assert not (var.parent / "sauvegarde").exists()
