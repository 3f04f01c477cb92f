"""The embedded server: start, stop, sharing, recovery."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.atelier.processus import envoyer, processus_du_serveur

from mutualisation.chemins import dossier_var
from mutualisation.entrepot import postmaster
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.pannes import phrase_imprevue
from mutualisation.entrepot.postmaster import SUN_PATH_MAX, serveur_en_marche
from mutualisation.entrepot.programmes import Programmes
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.erreurs import ErreurMutualisation

TENIR = """
import sys, time
from pathlib import Path
from mutualisation.entrepot.serveur import serveur_entrepot
with serveur_entrepot(Path(sys.argv[1])) as dsn:
    print(dsn, flush=True)
    sys.stdin.readline()
"""


def lancer(var: Path) -> "subprocess.Popen[str]":
    """Another command on the same folder, which holds the server until a line is written to it."""
    return subprocess.Popen(
        [sys.executable, "-c", TENIR, str(var)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def finir(processus: "subprocess.Popen[str]") -> int:
    processus.communicate("fin\n", timeout=60)
    return processus.returncode


def un(dsn: str) -> int:
    with psycopg.connect(dsn) as conn:
        return conn.execute("select 1").fetchone()[0]


def test_demarre_et_arrete(tmp_path):
    with serveur_entrepot(tmp_path) as dsn:
        assert un(dsn) == 1
        assert serveur_en_marche(tmp_path / "pg") is not None
    assert serveur_en_marche(tmp_path / "pg") is None
    with pytest.raises(psycopg.OperationalError):
        un(dsn)


def test_redemarre_et_garde_les_donnees(tmp_path):
    with serveur_entrepot(tmp_path) as dsn, psycopg.connect(dsn) as conn:
        conn.execute("create table public.t as select 1 as n")
    with serveur_entrepot(tmp_path) as dsn, psycopg.connect(dsn) as conn:
        assert conn.execute("select n from public.t").fetchone() == (1,)


def test_encodage_et_reglages_surs(tmp_path):
    with serveur_entrepot(tmp_path) as dsn, psycopg.connect(dsn) as conn:
        reglages = dict(conn.execute("select name, setting from pg_settings").fetchall())
        majuscule = conn.execute("select upper('é'), current_user").fetchone()
    assert (reglages["server_encoding"], reglages["fsync"], reglages["full_page_writes"]) == ("UTF8", "on", "on")
    assert reglages["listen_addresses"] == ""
    assert majuscule == ("É", "mutualisation")


def test_la_prise_est_privee(tmp_path):
    with serveur_entrepot(tmp_path):
        prise = serveur_en_marche(tmp_path / "pg").prise
        assert stat.S_IMODE(prise.stat().st_mode) == 0o700


def test_chemin_long(tmp_path):
    var = tmp_path / ("d" * 60) / ("e" * 60)
    with serveur_entrepot(var) as dsn:
        assert un(dsn) == 1
        prise = serveur_en_marche(var / "pg").prise
        assert len(os.fsencode(prise / ".s.PGSQL.5432")) <= SUN_PATH_MAX


def test_chemin_avec_espaces_et_accents(tmp_path):
    with serveur_entrepot(tmp_path / "Bilan d'étape 100 %") as dsn:
        assert un(dsn) == 1


def test_une_seconde_commande_rejoint_et_la_derniere_arrete(tmp_path):
    autre = lancer(tmp_path)
    dsn_autre = autre.stdout.readline().strip()
    with serveur_entrepot(tmp_path) as dsn:
        assert dsn == dsn_autre
        assert finir(autre) == 0
        assert un(dsn) == 1, "the command that started the server has left, this one still uses it"
    assert serveur_en_marche(tmp_path / "pg") is None


def test_la_premiere_laisse_le_serveur_a_qui_l_utilise(tmp_path):
    with serveur_entrepot(tmp_path) as dsn:
        autre = lancer(tmp_path)
        autre.stdout.readline()
    assert un(dsn) == 1
    assert finir(autre) == 0
    assert serveur_en_marche(tmp_path / "pg") is None


def test_deux_commandes_partent_en_meme_temps(tmp_path):
    commandes = [lancer(tmp_path), lancer(tmp_path)]
    adresses = {c.stdout.readline().strip() for c in commandes}
    assert len(adresses) == 1
    assert [finir(c) for c in commandes] == [0, 0]
    assert serveur_en_marche(tmp_path / "pg") is None


def test_postmaster_tue(tmp_path):
    with serveur_entrepot(tmp_path) as dsn:
        with psycopg.connect(dsn) as conn:
            conn.execute("create table public.t as select 1 as n")
            conn.commit()
            conn.execute("checkpoint")
        os.kill(serveur_en_marche(tmp_path / "pg").pid, signal.SIGKILL)
    assert (tmp_path / "pg" / "postmaster.pid").exists()
    with serveur_entrepot(tmp_path) as dsn, psycopg.connect(dsn) as conn:
        assert conn.execute("select n from public.t").fetchone() == (1,)


TENIR_LE_BLOC = """
import ctypes, sys, time
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
SHM_RDONLY = 0o10000
assert libc.shmat(int(sys.argv[1]), None, SHM_RDONLY) not in (None, ctypes.c_void_p(-1).value)
print("tenu", flush=True)
time.sleep(float(sys.argv[2]))
"""


@contextlib.contextmanager
def _bloc_tenu(var: Path, duree_s: float) -> Iterator["subprocess.Popen[str]"]:
    """Another process keeps the server's block of shared memory, as one that reads the maps of a dying one does."""
    bloc = (var / "pg" / "postmaster.pid").read_text().splitlines()[6].split()[1]
    commande = [sys.executable, "-c", TENIR_LE_BLOC, bloc, str(duree_s)]
    with subprocess.Popen(commande, stdout=subprocess.PIPE, text=True) as teneur:
        assert teneur.stdout.readline().strip() == "tenu"
        try:
            yield teneur
        finally:
            teneur.kill()


def test_postmaster_tue_dont_la_memoire_tarde(tmp_path):
    """Its processes are gone from /proc before their memory: the next start waits for it."""
    with contextlib.ExitStack() as tenu:
        with serveur_entrepot(tmp_path):
            teneur = tenu.enter_context(_bloc_tenu(tmp_path, 4))
            os.kill(serveur_en_marche(tmp_path / "pg").pid, signal.SIGKILL)
        assert teneur.poll() is None, "held until after the end of the server"
        with serveur_entrepot(tmp_path) as dsn:
            assert un(dsn) == 1
            assert teneur.poll() == 0


def test_un_serveur_qui_ne_part_pas_dit_pourquoi(tmp_path, monkeypatch):
    """Its log ends on « database system is shut down », which is no cause."""
    monkeypatch.setattr(postmaster, "ATTENTE_ORPHELINS", 0.2)
    with contextlib.ExitStack() as tenu:
        with serveur_entrepot(tmp_path):
            tenu.enter_context(_bloc_tenu(tmp_path, 60))
            os.kill(serveur_en_marche(tmp_path / "pg").pid, signal.SIGKILL)
        with pytest.raises(ErreurMutualisation, match="pre-existing shared memory block"), serveur_entrepot(tmp_path):
            pass


def test_ce_qui_est_dit_fait_survit_a_la_mort_du_serveur(tmp_path):
    """Every process killed at the very moment the commit returns, three times over (K11)."""
    for fois in (1, 2, 3):
        with serveur_entrepot(tmp_path) as dsn:
            conn = psycopg.connect(dsn)
            conn.execute("create table if not exists public.t (n int)")
            conn.execute("insert into public.t values (%s)", (fois,))
            processus = processus_du_serveur(tmp_path)
            conn.commit()
            envoyer(signal.SIGKILL, processus)
            conn.close()
    with serveur_entrepot(tmp_path) as dsn, psycopg.connect(dsn) as conn:
        assert conn.execute("select n from public.t order by n").fetchall() == [(1,), (2,), (3,)]


def test_un_serveur_fige_est_arrete_puis_repart(tmp_path, monkeypatch):
    """Frozen with its children, it sees no signal but the last."""
    monkeypatch.setattr(
        postmaster, "ATTENTES_ARRET", ((signal.SIGINT, 0.5), (signal.SIGQUIT, 0.5), (signal.SIGKILL, 9))
    )
    with serveur_entrepot(tmp_path) as dsn:
        assert un(dsn) == 1
        figes = processus_du_serveur(tmp_path)
        envoyer(signal.SIGSTOP, figes)
    assert psutil.wait_procs(figes, timeout=5)[1] == []
    with serveur_entrepot(tmp_path) as dsn:
        assert un(dsn) == 1


def test_un_disque_plein_se_dit_et_se_relance(tmp_path):
    """A real full disk: the server refuses, the sentence says why, and the warehouse goes on once there is room."""
    disque = tmp_path / "disque"
    disque.mkdir()
    monte = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disque)], check=False)
    if monte.returncode != 0:
        pytest.skip("monter un disque demande d'être root")
    try:
        os.chown(disque, *((c.pw_uid, c.pw_gid) if (c := Programmes.trouver().compte) else (-1, -1)))
        with serveur_entrepot(tmp_path / "var") as dsn, connecter(dsn, autocommit=True, role=None) as conn:
            conn.execute(f"create tablespace plein location '{disque}'")
            conn.execute("create table public.gros (t text) tablespace plein")
            with pytest.raises(psycopg.errors.DiskFull) as pleine:
                conn.execute(
                    "insert into public.gros select repeat(md5(g::text), 60) from generate_series(1, 100000) g"
                )
            phrase = phrase_imprevue(pleine.value)
            assert "plus de place sur le disque du serveur" in phrase
            assert "Relancez la commande" in phrase
            conn.execute("drop table public.gros")
            conn.execute("drop tablespace plein")
    finally:
        subprocess.run(["umount", "-l", str(disque)], check=True)


def test_commande_tuee_le_serveur_est_repris_puis_arrete(tmp_path):
    morte = lancer(tmp_path)
    dsn_mort = morte.stdout.readline().strip()
    pid = serveur_en_marche(tmp_path / "pg").pid
    morte.kill()
    morte.communicate()
    assert un(dsn_mort) == 1
    with serveur_entrepot(tmp_path) as dsn:
        assert (dsn, serveur_en_marche(tmp_path / "pg").pid) == (dsn_mort, pid)
    assert serveur_en_marche(tmp_path / "pg") is None


def test_postmaster_pid_d_un_processus_etranger(tmp_path):
    """After a reboot the number in `postmaster.pid` may belong to anything alive."""
    with serveur_entrepot(tmp_path):
        fichier = tmp_path / "pg" / "postmaster.pid"
        lignes = fichier.read_text().splitlines()
    fichier.write_text("\n".join([str(os.getpid()), *lignes[1:]]) + "\n")
    with serveur_entrepot(tmp_path) as dsn:
        assert un(dsn) == 1


def test_initdb_interrompu(tmp_path):
    (tmp_path / "pg.ebauche" / "base").mkdir(parents=True)
    with serveur_entrepot(tmp_path) as dsn:
        assert un(dsn) == 1


def test_dossier_etranger_refuse(tmp_path):
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "notes.txt").write_text("à garder")
    with (
        pytest.raises(ErreurMutualisation, match="n'est pas un dossier de données PostgreSQL"),
        serveur_entrepot(tmp_path),
    ):
        pass
    assert (tmp_path / "pg" / "notes.txt").exists()


def test_dossier_impossible(tmp_path):
    (tmp_path / "fichier").write_text("")
    with pytest.raises(ErreurMutualisation, match="MUTUALISATION_VAR"), serveur_entrepot(tmp_path / "fichier" / "var"):
        pass


def test_entrepot_nomme(monkeypatch):
    monkeypatch.setenv("ENTREPOT_DSN", "postgresql://a@b/c")
    with serveur_entrepot() as dsn:
        assert dsn == "postgresql://a@b/c"


def test_dossier_var(tmp_path, monkeypatch):
    monkeypatch.delenv("MUTUALISATION_VAR", raising=False)
    monkeypatch.chdir(tmp_path)
    assert dossier_var() == tmp_path / "var"
    sous_dossier = tmp_path / "include" / "mutualisation" / "entrepot"
    sous_dossier.mkdir(parents=True)
    monkeypatch.chdir(sous_dossier)
    assert dossier_var() == tmp_path / "var"
    monkeypatch.setenv("MUTUALISATION_VAR", str(tmp_path / "ailleurs"))
    assert dossier_var() == tmp_path / "ailleurs"
