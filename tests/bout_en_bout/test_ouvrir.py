"""The embedded warehouse opened to tools of the machine: read only, by a password, until Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest
from tests.atelier.commande import EXECUTABLE, RACINE, lancer
from tests.atelier.serveur_reseau import port_libre

from mutualisation.entrepot.base.serveur import serveur_entrepot


def _taper(var: Path, *arguments: str) -> subprocess.Popen[str]:
    environnement = {k: v for k, v in os.environ.items() if k != "ENTREPOT_DSN"} | {"MUTUALISATION_VAR": str(var)}
    return subprocess.Popen(
        [EXECUTABLE, *arguments], env=environnement, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_ouvert_a_la_lecture_jusqu_a_ctrl_c(tmp_path: Path) -> None:
    port, voisin = port_libre(), tmp_path / "echantillon"
    (voisin / "pg").mkdir(parents=True)
    (voisin / "pg" / "PG_VERSION").touch()
    vide = (
        f"Rien n'est publié dans l'entrepôt lu, celui de {tmp_path} ; MUTUALISATION_VAR en désigne un autre, vu ici : "
    )
    assert lancer(tmp_path, "migrer").code == 0
    ouverte = _taper(tmp_path, "ouvrir", "--port", str(port))
    assert ouverte.stdout is not None
    adresse = ouverte.stdout.readline().strip()
    with psycopg.connect(adresse, autocommit=True) as conn:
        assert conn.execute("select count(*) from publication.synthese_financiere").fetchone() == (0,)
        for ordre in ("create table t ()", "select * from brut.agents", "delete from versions.textes"):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
                conn.execute(ordre)
        conn.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("create table publication.t ()")
    sans_mot_de_passe = adresse.replace(adresse[adresse.index(":", 13) : adresse.index("@")], "")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(sans_mot_de_passe, connect_timeout=5)

    autre = _taper(tmp_path, "etat")
    premiere, *_, derniere = autre.communicate()[0].splitlines()
    assert (premiere, autre.returncode) == ("publication aucune", 0)
    # `mutualisation ouvrir` after `make bilan` had opened another folder than the one it had filled, and said nothing
    assert derniere.startswith(f"à faire : {vide}")
    assert str(voisin) in derniere
    seconde = _taper(tmp_path, "ouvrir", "--port", str(port_libre()))
    assert "Une autre commande se sert de l'entrepôt" in seconde.communicate()[1]
    assert seconde.returncode == 1

    ouverte.send_signal(signal.SIGINT)
    assert f"· {vide}" in ouverte.communicate()[1]
    assert ouverte.returncode == 0
    with serveur_entrepot(tmp_path) as dsn, psycopg.connect(dsn) as conn:
        assert conn.execute("select rolcanlogin from pg_roles where rolname = 'lecture_locale'").fetchone() == (False,)


def test_ce_qu_une_commande_tuee_a_laisse_ouvert_n_est_pas_une_commande(tmp_path: Path) -> None:
    assert lancer(tmp_path, "migrer").code == 0
    ouverte = _taper(tmp_path, "ouvrir", "--port", str(port_libre()))
    assert ouverte.stdout is not None
    ouverte.stdout.readline()
    ouverte.kill()
    ouverte.communicate()
    suivante = _taper(tmp_path, "ouvrir", "--port", str(port_libre()))
    assert suivante.stdout is not None
    assert suivante.stdout.readline().startswith("postgresql://lecture_locale:")
    suivante.send_signal(signal.SIGINT)
    suivante.communicate()
    assert suivante.returncode == 0


def test_un_port_pris_ou_un_serveur_nomme_se_disent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        prise.listen()
        refusee = _taper(tmp_path, "ouvrir", "--port", str(prise.getsockname()[1]))
        dit = refusee.communicate()[1]
    assert (refusee.returncode, "est pris : --port" in dit) == (1, True), dit
    monkeypatch.setenv("ENTREPOT_DSN", "postgresql://nulle.part/entrepot")
    nomme = subprocess.run([EXECUTABLE, "ouvrir"], capture_output=True, text=True, check=False)
    assert (nomme.returncode, "serveur nommé" in nomme.stderr) == (1, True)


@pytest.mark.parametrize("page", ["questions", "analyser"])
def test_la_documentation_ouvre_l_entrepot_que_make_bilan_remplit(page: str) -> None:
    (var,) = re.findall(r"^ECHANTILLON := (\S+)$", (RACINE / "Makefile").read_text(), re.MULTILINE)
    dits = re.findall(r"`([^`]*mutualisation ouvrir)`", (RACINE / f"docs/{page}.md").read_text())
    assert dits == [f"MUTUALISATION_VAR={var} mutualisation ouvrir"]
