"""Killed as the publication commits, before and after each rename: nothing is half kept, the next run ends the same."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from tests.atelier.commande import Sortie, demarrer, empreinte, environnement, lancer
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne, octets, publication

from mutualisation.entrepot.serveur import serveur_entrepot

VERROU = 2021
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
# the command, killed before or after the nth rename of a folder into or out of its place
COMMANDE = """
import os, signal, sys
rang, moment, place = int(sys.argv[1]), sys.argv[2], sys.argv[3]
rename, passages = os.rename, 0

def renommer(de, vers, **autres):
    global passages
    passages += place in (os.path.basename(de), os.path.basename(vers))
    if (passages, moment) == (rang, "avant"):
        os.kill(os.getpid(), signal.SIGKILL)
    rename(de, vers, **autres)
    if (passages, moment) == (rang, "apres"):
        os.kill(os.getpid(), signal.SIGKILL)

os.rename = renommer
sys.argv = ["mutualisation", *sys.argv[4:]]
from mutualisation.cli import main
sys.exit(main())
"""


def test_tue_au_commit_puis_aux_renommages(
    var_publie: Path, en_ligne: EnLigne, depot_corrige: Path, empreinte_corrigee: str, tmp_path: Path
) -> None:
    bilan = ("bilan", "--depot", depot_corrige, "--exercice", EXERCICE, "--sortie")
    with serveur_entrepot(var_publie) as dsn:
        avant = publication(dsn)
        _tuer_au_commit(dsn, demarrer(var_publie, *bilan, tmp_path / "commit"))
        apres = publication(dsn)
        assert len(apres) == len(avant)
        assert apres != avant, "the server had been asked to commit"
        suivante = lancer(var_publie, *bilan, tmp_path / "neufs")
        assert suivante.code == 0, suivante.erreurs
        assert empreinte(suivante) == empreinte_corrigee
        assert [r[2:] for r in publication(dsn)[1:]] == [r[2:] for r in apres[1:]]
        _tuer_aux_renommages(var_publie, en_ligne.sortie, tmp_path / "neufs")


def _tuer_au_commit(dsn: str, processus: subprocess.Popen[str]) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(AU_COMMIT)
        conn.execute("select pg_advisory_lock(%s)", (VERROU,))
        attente = "select pid from pg_locks where locktype = 'advisory' and not granted"
        while not (qui := conn.execute(attente).fetchall()):
            assert processus.poll() is None, processus.communicate()
            time.sleep(0.05)
        os.killpg(processus.pid, signal.SIGKILL)
        processus.communicate()
        conn.execute("select pg_advisory_unlock(%s)", (VERROU,))
        while conn.execute("select from pg_stat_activity where pid = any(%s)", ([p for (p,) in qui],)).fetchall():
            time.sleep(0.05)
        conn.execute("drop trigger attendre on journal.publications; drop function public.attendre()")


def _tuer_aux_renommages(var: Path, anciens: Path, neufs: Path) -> None:
    """The extract in place is the former one, the new one, or none for an instant that the next run ends."""
    place, bilans = f"bilan_{EXERCICE}", var.parent / "bilans"
    ancien, neuf = octets(anciens / place), octets(neufs / place)
    assert ancien != neuf
    for rang, moment, attendu in ((1, "avant", ancien), (1, "apres", {}), (2, "avant", {}), (2, "apres", neuf)):
        shutil.rmtree(bilans, ignore_errors=True)
        shutil.copytree(anciens, bilans)
        extraire = ("extraire", "--exercice", str(EXERCICE), "--sortie", str(bilans))
        programme = [sys.executable, "-c", COMMANDE, str(rang), moment, place, *extraire]
        tuee = subprocess.run(programme, env=environnement(var), capture_output=True, check=False)
        assert tuee.returncode == -signal.SIGKILL, tuee.stderr
        assert octets(bilans / place) == attendu, (rang, moment)
        suivante: Sortie = lancer(var, *extraire)
        assert suivante.code == 0, suivante.erreurs
        assert octets(bilans / place) == neuf
        assert [d.name for d in bilans.iterdir()] == [place]
