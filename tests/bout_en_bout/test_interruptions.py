"""Killed runs: the publication is unchanged, and the next run ends as a run that nothing disturbed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.atelier import bases
from tests.atelier.atelier import BASE
from tests.atelier.bases import lire
from tests.atelier.commande import RACINE, Sortie, demarrer, empreinte, environnement, finir, lancer
from tests.atelier.fouille import manifeste
from tests.atelier.petit_depot import EXERCICE
from tests.atelier.processus import envoyer, processus_du_serveur
from tests.bout_en_bout.entrepots import Publie, publication

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.serveur import processus_de, serveur_entrepot
from mutualisation.publication.signatures.cle_signature import FICHIER
from mutualisation.usage import operations as op

ATTENTE_S = 300
# What the test holds stops the run just there: no hook in the code, no race with a clock
ATTERRISSAGE = ("lock table brut.mandats in share mode", "copy")
# the small drop has no file of it: only dbt reads it
CONSTRUCTION = ("lock table brut.unites in access exclusive mode", "create")
# documents are written, none is in place
COMPOSITION = ("lock table journal.extraits in exclusive mode", "noter_extrait")
PUBLICATION = ("select from journal.publications for update", "select journal.publier")
VERROU = 2021
TIERS = 5
SEULS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
# the server goes on with a commit whose client is gone: it waits for our lock first
AU_COMMIT = f"""
create function public.attendre() returns trigger language plpgsql as $$
begin
  perform set_config('client_connection_check_interval', '0', true), pg_advisory_xact_lock({VERROU});
  return null;
end $$;
create constraint trigger attendre after insert or update on journal.publications
  deferrable initially deferred for each row execute function public.attendre();
"""


def test_des_executions_interrompues_de_suite_ne_perdent_rien(
    var_publie: Path, depot_corrige: Path, empreinte_corrigee: str, tmp_path: Path
) -> None:
    """Killed while landing, in dbt, once documents are composed, by the death of the server as it publishes, at the
    commit; the next ends well."""
    bilans = tmp_path / "bilans"
    commande = ["bilan", "--depot", depot_corrige, "--exercice", EXERCICE, "--sortie", bilans]
    with serveur_entrepot(var_publie) as dsn:
        avant = publication(dsn)
        for verrou, bloque in (ATTERRISSAGE, CONSTRUCTION, COMPOSITION):
            _tuer_la_ou(dsn, verrou, bloque, demarrer(var_publie, *commande))
            assert publication(dsn) == avant, bloque
        coupee = demarrer(var_publie, *commande)
        with contextlib.closing(psycopg.connect(dsn)) as gardien:
            gardien.execute(PUBLICATION[0])
            _attendre(lambda: _est_bloque(dsn, PUBLICATION[1]), coupee)
            processus_de(var_publie / "pg")[0].kill()
            sortie = finir(coupee)
    assert (sortie.code, "ne répond plus" in sortie.erreurs) == (1, True), sortie.erreurs
    with serveur_entrepot(var_publie) as dsn:
        assert publication(dsn) == avant
        _tuer_au_commit(dsn, demarrer(var_publie, *commande))
        apres = publication(dsn)
        assert len(apres) == len(avant)
        assert apres != avant, "the server had been asked to commit"
        assert not list(bilans.glob("bilan_*"))
        suivante = lancer(var_publie, *commande)
        publies = publication(dsn)
        # what the command said is published is there whatever happens next (K11)
        envoyer(signal.SIGKILL, processus_du_serveur(var_publie))
    assert suivante.code == 0, suivante.erreurs
    assert empreinte(suivante) == empreinte_corrigee
    assert [r[2:] for r in publies[1:]] == [r[2:] for r in apres[1:]]
    with serveur_entrepot(var_publie) as dsn:
        assert publication(dsn) == publies


def test_publier_tue_quinze_fois(publie: Publie, depot_corrige: Path, tmp_path: Path) -> None:
    """Anywhere from its first call to its last: the same command then ends it, as a run that nothing disturbed; nothing
    is signed that is not published."""
    session, bilans, depart = publie.contexte, tmp_path / "bilans", tmp_path / "depart"
    op.extraire(session, EXERCICE, str(bilans))
    op.charger(session, str(depot_corrige))
    op.controler(session, op.construire(session, [EXERCICE], "alice"))
    op.composer(session, 2, str(bilans))
    shutil.copytree(bilans, depart)
    serveur = bases.adresse(session.dsn, "postgres")
    bases.renommer(serveur, BASE, "a_publier")
    morts, entrees, attendu = [0], [""], Sortie(0, "", "")
    while morts:
        mort = morts.pop(0)
        shutil.rmtree(bilans)
        shutil.copytree(depart, bilans)
        var = Path(shutil.copytree(session.var / "sceaux", tmp_path / f"var_{mort}" / "sceaux")).parent
        shutil.copy(session.var / FICHIER, var)
        with bases.copie(serveur, "a_publier") as dsn:
            coup = _publier_jusqu_a(var, dsn, mort, tmp_path / "entrees")
            _attendre(lambda dsn=dsn: lire(dsn, SEULS) == [(0,)])  # type: ignore[misc]
            ((statut,),) = lire(dsn, "select statut from journal.constructions where version = 2")
            signes = [s for s in bilans.rglob("manifeste.json.sig") if manifeste(s.parent)["version"] == 2]
            assert (not signes) or statut == "publiee", mort
            suite = lancer(var, "publier", ENTREPOT_DSN=dsn)
            print(f"{mort:3} {entrees[mort]} ({coup}) {statut}, {len(signes)} signé : {suite.code}, {suite.erreurs!r}")
            if not mort:
                entrees, attendu = ["", *(tmp_path / "entrees").read_text().splitlines()], suite
                # before its transaction, within, then after the commit
                bornes = [1, entrees.index("promouvoir"), entrees.index("prendre_place"), len(entrees)]
                morts = [a + (b - a) * n // TIERS for a, b in pairwise(bornes) for n in range(TIERS)]
            assert (suite.code, suite.texte) == (0, attendu.texte), (mort, suite.erreurs)
            assert lire(dsn, "select version from journal.sceaux where acte = 'publication'") == [(1,), (2,)]
            assert [d.name for d in bilans.iterdir()] == [f"bilan_{EXERCICE}"]
            assert manifeste(bilans / f"bilan_{EXERCICE}")["version"] == 2
            ici = replace(session, dsn=dsn, var=var)
            assert op.verifier(ici, [EXERCICE], [bilans / f"bilan_{EXERCICE}"]) == ([], [])


def _publier_jusqu_a(var: Path, dsn: str, appel: int, fichier: Path) -> int:
    """Run `publier`, killed at a call where one is given; its exit code."""
    commande = [sys.executable, "-m", "tests.atelier.mort", str(appel), str(fichier), "publier"]
    propre = environnement(var, ENTREPOT_DSN=dsn)
    lancee = subprocess.run(commande, env=propre, cwd=RACINE, start_new_session=True, capture_output=True, check=False)
    assert lancee.returncode == (-signal.SIGKILL if appel else 0), lancee.stderr.decode()
    return lancee.returncode


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


def _tuer_au_commit(dsn: str, processus: subprocess.Popen[str]) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(AU_COMMIT)
        conn.execute("select pg_advisory_lock(%s)", (VERROU,))
        attente = "select pid from pg_locks where locktype = 'advisory' and not granted"
        _attendre(lambda: conn.execute(attente).fetchall() != [], processus)
        qui = [p for (p,) in conn.execute(attente).fetchall()]
        os.killpg(processus.pid, signal.SIGKILL)
        processus.communicate()
        conn.execute("select pg_advisory_unlock(%s)", (VERROU,))
        finie = "select count(*) from pg_stat_activity where pid = any(%s)"
        _attendre(lambda: conn.execute(finie, (qui,)).fetchone() == (0,))
        conn.execute("drop trigger attendre on journal.publications; drop function public.attendre()")


def _est_bloque(dsn: str, debut: str) -> bool:
    """A statement that begins so waits for a lock."""
    bloquees = "select query from pg_stat_activity where wait_event_type = 'Lock' and pid <> pg_backend_pid()"
    requetes = lire(dsn, bloquees)
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
