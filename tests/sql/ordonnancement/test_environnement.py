"""Settings of the local Airflow, its keys, its command line."""

import json
import stat

import psycopg
import pytest
import sqlalchemy as sa

from mutualisation.ordonnancement import lancement
from mutualisation.ordonnancement.environnement import COMPTE, preparer


def test_reglages(entrepot, tmp_path):
    installation = preparer(tmp_path, entrepot)
    variables = installation.variables
    assert variables["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert variables["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert variables["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert "ENTREPOT_DSN" not in variables, "the tasks join the same embedded server as the command line"
    url = variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as conn:
        assert conn.execute(sa.text("select current_database()")).scalar() == "airflow"
    with psycopg.connect(entrepot, autocommit=True) as conn:
        conn.execute("drop database airflow with (force)")


def test_les_cles_sont_privees_et_gardees(entrepot, tmp_path):
    premiere = preparer(tmp_path, entrepot)
    fichiers = [premiere.accueil / "cles.json", premiere.accueil / "comptes.json"]
    assert [stat.S_IMODE(f.stat().st_mode) for f in fichiers] == [0o600, 0o600]
    assert json.loads(fichiers[1].read_text()) == {COMPTE: premiere.mot_de_passe}
    seconde = preparer(tmp_path, entrepot)
    cle = "AIRFLOW__CORE__FERNET_KEY"
    assert (seconde.mot_de_passe, seconde.variables[cle]) == (premiere.mot_de_passe, premiere.variables[cle])


def test_depot_absent(tmp_path, capsys):
    assert lancement.main(["--depot", str(tmp_path / "absent"), "--exercice", "2021"]) == 1
    assert "n'existe pas" in capsys.readouterr().err


def test_mauvaise_commande():
    assert lancement.main(["--exercice", "deux mille"]) == 1


def test_exercices_du_depot(tmp_path):
    (tmp_path / "rh").mkdir()
    for nom in (
        "masse_salariale_2021.csv",
        "masse_salariale_2019_v2.xlsx",
        "masse_salariale_2021_v2.csv",
        "temps_2020-01.csv",
    ):
        (tmp_path / "rh" / nom).touch()
    assert lancement.exercices_du_depot(tmp_path) == [2019, 2021]


@pytest.mark.parametrize("contenu", ["", "pas du json\n", '["liste"]\n', '{"event": "autre"}\n'])
def test_journal_sans_phrase(tmp_path, contenu):
    (tmp_path / "attempt=1.log").write_text(contenu)
    assert list(lancement._phrases(tmp_path / "attempt=1.log")) == []


def test_la_phrase_d_echec_est_lue_dans_le_journal(tmp_path):
    dossier = tmp_path / "task_id=charger"
    dossier.mkdir()
    phrase = "Échec de la chaîne ingestion_rh, tâche charger : rh/agents_2021.csv : fichier vide."
    (dossier / "attempt=1.log").write_text(json.dumps({"event": "début"}) + "\n" + json.dumps({"event": phrase}) + "\n")
    assert lancement._raison(tmp_path, {"task_id": "charger"}) == phrase
