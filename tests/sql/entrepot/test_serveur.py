"""The embedded server: start, stop, sharing, recovery."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.atelier.processus import envoyer, processus_du_serveur

from mutualisation.entrepot.base import programmes, serveur
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.pannes import phrase_imprevue
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.base.programmes import Programmes
from mutualisation.entrepot.base.serveur import SUN_PATH_MAX, processus_de, serveur_entrepot
from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ErreurMutualisation

TENIR = """
import sys, time
from pathlib import Path
from mutualisation.entrepot.base.serveur import serveur_entrepot
with serveur_entrepot(Path(sys.argv[1])) as dsn:
    print(dsn, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def _initialise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose server was made, and stopped."""
    dossier = tmp_path_factory.mktemp("initialise")
    with serveur_entrepot(dossier):
        pass
    return dossier


@pytest.fixture
def var(_initialise: Path, tmp_path: Path) -> Path:
    """A copy of it, of this test's own; with its owner: PostgreSQL runs under an account of its own."""
    subprocess.run(["cp", "-a", str(_initialise), str(tmp_path / "var")], check=True)
    return tmp_path / "var"


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


def prise_de(dsn: str) -> Path:
    return Path(Adresse(dsn).parametres["host"])


def test_demarre_arrete_et_garde_les_donnees(tmp_path):
    with serveur_entrepot(tmp_path) as dsn, psycopg.connect(dsn) as conn:
        reglages = dict(conn.execute("select name, setting from pg_settings").fetchall())
        conn.execute("create table public.t as select upper('é') as e, current_user as u")
        assert stat.S_IMODE(prise_de(dsn).stat().st_mode) == 0o700
    assert (reglages["server_encoding"], reglages["fsync"], reglages["full_page_writes"]) == ("UTF8", "on", "on")
    assert reglages["listen_addresses"] == ""
    assert processus_de(tmp_path / "pg") == []
    with pytest.raises(psycopg.OperationalError):
        un(dsn)
    with serveur_entrepot(tmp_path) as dsn, psycopg.connect(dsn) as conn:
        assert conn.execute("select e, u from public.t").fetchone() == ("É", "mutualisation")


@pytest.mark.systeme
def test_une_autre_mineure_reprend_les_memes_donnees(var, tmp_path, monkeypatch):
    """That of the wheel, Debian's, which may be ahead, and the way back."""
    majeure, systeme, lues = Programmes.trouver().majeure, programmes.SYSTEME, []
    if not (systeme / str(majeure) / "bin" / "postgres").exists():
        pytest.skip(f"paquet postgresql-{majeure} absent")
    for rang, ou in enumerate([tmp_path, systeme, tmp_path], 1):
        monkeypatch.setattr(programmes, "SYSTEME", ou)
        with serveur_entrepot(var) as dsn, psycopg.connect(dsn) as conn:
            conn.execute(f"create table public.t{rang} as select upper('é') as e")
            assert conn.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (rang,)
            lues.append(conn.info.server_version)
    assert lues[1] == max(lues)
    assert lues[0] == lues[2]


def test_chemin_long_avec_espaces_et_accents(tmp_path):
    for var in (tmp_path / ("d" * 60) / ("e" * 60), tmp_path / "Bilan d'étape 100 %"):
        with serveur_entrepot(var) as dsn:
            assert un(dsn) == 1
            assert len(os.fsencode(prise_de(dsn) / ".s.PGSQL.5432")) <= SUN_PATH_MAX
        assert not prise_de(dsn).exists()


def test_des_commandes_partagent_le_serveur_et_la_derniere_l_arrete(var):
    commandes = [lancer(var), lancer(var)]
    adresses = {c.stdout.readline().strip() for c in commandes}
    with serveur_entrepot(var) as dsn:
        assert adresses == {dsn}
        assert finir(commandes[0]) == 0
        assert un(dsn) == 1
    assert un(dsn) == 1, "one command still uses it"
    assert finir(commandes[1]) == 0
    assert processus_de(var / "pg") == []


TENIR_LE_BLOC = """
import ctypes, sys
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
SHM_RDONLY = 0o10000
assert libc.shmat(int(sys.argv[1]), None, SHM_RDONLY) not in (None, ctypes.c_void_p(-1).value)
print("tenu", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def _bloc_tenu(var: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process keeps the server's block of shared memory, as one that reads the maps of a dying one does, until
    its standard input is closed."""
    bloc = (var / "pg" / "postmaster.pid").read_text().splitlines()[6].split()[1]
    commande = [sys.executable, "-c", TENIR_LE_BLOC, bloc]
    with subprocess.Popen(commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as teneur:
        assert teneur.stdout.readline().strip() == "tenu"
        try:
            yield teneur
        finally:
            teneur.kill()


def test_postmaster_tue_dont_la_memoire_tarde(var):
    """Its processes are gone from /proc before their memory: the next start waits for it."""
    with contextlib.ExitStack() as tenu:
        with serveur_entrepot(var):
            teneur = tenu.enter_context(_bloc_tenu(var))
            processus_de(var / "pg")[0].kill()
        threading.Timer(1, teneur.stdin.close).start()
        with serveur_entrepot(var) as dsn:
            assert un(dsn) == 1


def test_un_serveur_qui_ne_part_pas_dit_pourquoi(var, monkeypatch):
    """Its log ends on « database system is shut down », which is no cause."""
    monkeypatch.setattr(serveur, "ATTENTE_MEMOIRE_S", 0.2)
    with contextlib.ExitStack() as tenu:
        with serveur_entrepot(var):
            tenu.enter_context(_bloc_tenu(var))
            processus_de(var / "pg")[0].kill()
        with pytest.raises(ErreurMutualisation, match="pre-existing shared memory block"), serveur_entrepot(var):
            pass


def test_ce_qui_est_dit_fait_survit_a_la_mort_du_serveur(var):
    """Every process killed at the very moment the commit returns, twice over (K11)."""
    for fois in (1, 2):
        with serveur_entrepot(var) as dsn:
            conn = psycopg.connect(dsn)
            conn.execute("create table if not exists public.t (n int)")
            conn.execute("insert into public.t values (%s)", (fois,))
            processus = processus_du_serveur(var)
            conn.commit()
            envoyer(signal.SIGKILL, processus)
            conn.close()
        assert (var / "pg" / "postmaster.pid").exists()
    with serveur_entrepot(var) as dsn, psycopg.connect(dsn) as conn:
        assert conn.execute("select n from public.t order by n").fetchall() == [(1,), (2,)]


def test_un_serveur_fige_est_arrete_puis_repart(var, monkeypatch):
    """Frozen with its children, it sees no signal but the last."""
    monkeypatch.setattr(serveur, "ATTENTE_ARRET_S", 1)
    with serveur_entrepot(var) as dsn:
        assert un(dsn) == 1
        figes = processus_du_serveur(var)
        envoyer(signal.SIGSTOP, figes)
    assert psutil.wait_procs(figes, timeout=60)[1] == []
    with serveur_entrepot(var) as dsn:
        assert un(dsn) == 1


def test_un_disque_plein_se_dit_et_se_relance(var, tmp_path):
    """A real full disk: the server refuses, the sentence says why, and the warehouse goes on once there is room."""
    disque = tmp_path / "disque"
    disque.mkdir()
    monte = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disque)], check=False)
    if monte.returncode != 0:
        pytest.skip("monter un disque demande d'être root")
    try:
        os.chown(disque, *((c.pw_uid, c.pw_gid) if (c := Programmes.trouver().compte) else (-1, -1)))
        with serveur_entrepot(var) as dsn, connecter(dsn, autocommit=True, role=None) as conn:
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


def test_commande_tuee_le_serveur_est_repris_puis_arrete(var):
    morte = lancer(var)
    dsn_mort = morte.stdout.readline().strip()
    (avant, *_) = processus_de(var / "pg")
    morte.kill()
    morte.communicate()
    assert un(dsn_mort) == 1
    with serveur_entrepot(var) as dsn:
        assert (dsn, processus_de(var / "pg")[0]) == (dsn_mort, avant)
    assert processus_de(var / "pg") == []


def test_postmaster_pid_d_un_processus_etranger(var):
    """After a reboot the number in `postmaster.pid` may belong to anything alive."""
    with serveur_entrepot(var):
        fichier = var / "pg" / "postmaster.pid"
        lignes = fichier.read_text().splitlines()
    fichier.write_text("\n".join([str(os.getpid()), *lignes[1:]]) + "\n")
    with serveur_entrepot(var) as dsn:
        assert un(dsn) == 1


def test_ce_que_fait_initdb_est_sur_le_disque_a_la_fin(tmp_path, monkeypatch):
    """The first command does not wait for it meanwhile (K11)."""
    lances: list[tuple[list[str], subprocess.Popen[bytes]]] = []
    lancer = Programmes.lancer

    def noter(self: Programmes, programme: str, arguments: list[str], journal: Path) -> "subprocess.Popen[bytes]":
        processus = lancer(self, programme, arguments, journal)
        lances.append(([programme, *arguments], processus))
        return processus

    monkeypatch.setattr(Programmes, "lancer", noter)
    for _ in range(2):
        with serveur_entrepot(tmp_path):
            pass
    (ecriture,) = [processus for commande, processus in lances if commande[:2] == ["initdb", "--sync-only"]]
    assert ecriture.returncode == 0


def test_un_entrepot_embarque_qui_n_est_pas_la_est_a_creer(tmp_path, monkeypatch):
    monkeypatch.setenv("MUTUALISATION_VAR", str(tmp_path))
    assert serveur.est_a_creer(tmp_path)
    with serveur_entrepot():
        assert not serveur.est_a_creer(tmp_path)


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


def test_ce_que_l_environnement_dit_d_un_autre_serveur_ne_joue_pas(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service, options or a host of another server: the embedded one did not « start », after two minutes."""
    ailleurs = {
        "PGSERVICE": "ailleurs",
        "PGOPTIONS": "-c statement_timeout=1",
        "PGHOSTADDR": "192.0.2.1",
        "PGSSLMODE": "require",
    }
    for nom, valeur in ailleurs.items():
        monkeypatch.setenv(nom, valeur)
    with serveur_entrepot(var) as dsn, connecter(dsn, role=None) as conn:
        assert conn.execute("select pg_catalog.current_setting('statement_timeout') <> '1ms'").fetchone() == (True,)
    assert {nom: os.environ[nom] for nom in ailleurs} == ailleurs
