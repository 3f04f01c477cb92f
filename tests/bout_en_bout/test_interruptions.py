"""Killed runs: the publication is unchanged, and the next run ends as a run that nothing disturbed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.atelier.commande import demarrer, empreinte, finir, lancer
from tests.atelier.petit_depot import EXERCICE
from tests.atelier.processus import envoyer, processus_du_serveur
from tests.bout_en_bout.entrepots import publication

from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.serveur import processus_de, serveur_entrepot

ATTENTE_S = 300
# What the test holds stops the run just there: no hook in the code, no race with a clock
ATTERRISSAGE = ("lock table brut.mandats in share mode", "copy")
# the small drop has no file of it: only dbt reads it
CONSTRUCTION = ("lock table brut.unites in access exclusive mode", "create")
PUBLICATION = ("select from journal.publications for update", "select journal.publier")


def test_trois_executions_tuees_de_suite_ne_changent_rien(
    var_publie: Path, depot_corrige: Path, empreinte_corrigee: str, tmp_path: Path
) -> None:
    """Killed while landing, the next one in dbt, the next one in the publishing transaction; the fourth ends well."""
    bilans = tmp_path / "bilans"
    commande = ["bilan", "--depot", depot_corrige, "--exercice", EXERCICE, "--sortie", bilans]
    with serveur_entrepot(var_publie) as dsn:
        avant = publication(dsn)
        for verrou, bloque in (ATTERRISSAGE, CONSTRUCTION, PUBLICATION):
            _tuer_la_ou(dsn, verrou, bloque, demarrer(var_publie, *commande))
            assert publication(dsn) == avant, bloque
            assert not list(bilans.glob("bilan_*"))
    suivante = lancer(var_publie, *commande)
    assert suivante.code == 0, suivante.erreurs
    assert empreinte(suivante) == empreinte_corrigee


def _tuer_la_ou(dsn: str, verrou: str, bloque: str, processus: subprocess.Popen[str]) -> None:
    """Kill the whole process group when its statement `bloque` waits for the lock that we hold."""
    with connecter(dsn, role=None) as gardien:
        gardien.execute(verrou)  # type: ignore[arg-type]
        _attendre(lambda: _est_bloque(dsn, bloque), processus)
        enfants = psutil.Process(processus.pid).children(recursive=True)
        os.killpg(processus.pid, signal.SIGKILL)
        processus.communicate()
        # dbt and the gates have sessions of their own; they end with their parent, also in the middle of a build
        _attendre(lambda: not any(_vivant(e) for e in enfants))


def test_un_serveur_tue_ne_perd_rien(
    var_publie: Path, depot_corrige: Path, empreinte_corrigee: str, tmp_path: Path
) -> None:
    commande = ["bilan", "--depot", depot_corrige, "--exercice", EXERCICE, "--sortie", tmp_path / "bilans"]
    with serveur_entrepot(var_publie) as dsn:
        processus = demarrer(var_publie, *commande)
        with contextlib.closing(psycopg.connect(dsn)) as gardien:
            gardien.execute(CONSTRUCTION[0])
            _attendre(lambda: _est_bloque(dsn, CONSTRUCTION[1]), processus)
            processus_de(var_publie / "pg")[0].kill()
            coupee = finir(processus)
    assert coupee.code == 1
    assert "Porte modele : l'entrepôt ne répond plus (connexion coupée)" in coupee.erreurs
    with serveur_entrepot(var_publie) as dsn:
        lignes = publication(dsn)
        assert lignes[0] == (EXERCICE, 1)
    with serveur_entrepot(var_publie) as dsn:
        suivante = lancer(var_publie, *commande)
        publies = publication(dsn)
        # what the command said is published is there whatever happens next (K11)
        _tuer_le_serveur(var_publie)
    assert suivante.code == 0, suivante.erreurs
    assert empreinte(suivante) == empreinte_corrigee
    with serveur_entrepot(var_publie) as dsn:
        assert publication(dsn) == publies


def _tuer_le_serveur(var: Path) -> None:
    envoyer(signal.SIGKILL, processus_du_serveur(var))


def test_deux_executions_a_la_fois(
    var_publie: Path, depot_corrige: Path, empreinte_corrigee: str, tmp_path: Path
) -> None:
    commande = ["bilan", "--depot", depot_corrige, "--exercice", EXERCICE, "--sortie"]
    ensemble = [demarrer(var_publie, *commande, tmp_path / f"bilans_{n}") for n in (1, 2)]
    sorties = sorted((finir(p) for p in ensemble), key=lambda s: s.code)
    assert sorties[0].code == 0, sorties[0].erreurs
    assert empreinte(sorties[0]) == empreinte_corrigee
    if sorties[1].code == 0:
        assert empreinte(sorties[1]) == empreinte_corrigee
    else:
        assert sorties[1].code == 1
        assert "Un autre traitement utilise l'entrepôt" in sorties[1].erreurs


def _est_bloque(dsn: str, debut: str) -> bool:
    """A statement that begins so waits for a lock."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        requetes = conn.execute(
            "select query from pg_stat_activity where wait_event_type = 'Lock' and pid <> pg_backend_pid()"
        ).fetchall()
    return any(debut in requete.lower()[:400] for (requete,) in requetes)


def _attendre(condition: Callable[[], bool], processus: subprocess.Popen[str] | None = None) -> None:
    limite = time.monotonic() + ATTENTE_S
    while not condition():
        assert time.monotonic() < limite, "ce qui était attendu n'est pas arrivé"
        if processus is not None and processus.poll() is not None:
            pytest.fail(f"la commande a fini trop tôt : {finir(processus)}")
        time.sleep(0.05)


def _vivant(processus: psutil.Process) -> bool:
    try:
        return processus.is_running() and processus.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
