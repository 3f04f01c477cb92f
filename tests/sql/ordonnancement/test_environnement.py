"""Settings of the local Airflow, its metadata, its command line."""

import json
import stat

import psycopg
import pytest
import sqlalchemy as sa

from mutualisation.ordonnancement import lancement
from mutualisation.ordonnancement.airflow_local import phrases_d_echec
from mutualisation.ordonnancement.environnement import preparer

URL = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


@pytest.fixture
def installation(entrepot, tmp_path):
    yield preparer(tmp_path, entrepot)
    with psycopg.connect(entrepot, autocommit=True) as conn:
        conn.execute("drop database airflow with (force)")


def test_reglages(installation):
    variables = installation.variables
    assert variables["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert variables["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert variables["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == "", "nobody logs in"
    assert "ENTREPOT_DSN" not in variables, "the tasks join the same embedded server as the command line"
    assert stat.S_IMODE(installation.accueil.stat().st_mode) == 0o700, "Airflow draws its keys there"


def test_metadonnees_neuves_a_chaque_lancement(installation, entrepot):
    """Beside the warehouse, and empty: a run that was killed is not resumed."""
    with psycopg.connect(installation.base, autocommit=True) as conn:
        conn.execute("create table dag_run ()")
    nouvelle = preparer(installation.accueil.parent, entrepot)
    with sa.create_engine(nouvelle.variables[URL], poolclass=sa.NullPool).connect() as conn:
        assert conn.execute(sa.text("select current_database(), to_regclass('dag_run')")).one() == ("airflow", None)


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


def test_la_phrase_d_echec_est_lue_dans_les_journaux(tmp_path):
    dossier = tmp_path / "task_id=charger" / "map_index=0"
    dossier.mkdir(parents=True)
    phrase = "Échec de la chaîne chargement_depot, tâche charger : rh/agents_2021.csv : fichier vide."
    lignes = ["", "pas du json", '["liste"]', "3", '{"event": "autre"}', "{}", json.dumps({"event": phrase})]
    (dossier / "attempt=1.log").write_text("\n".join(lignes))
    assert list(phrases_d_echec(tmp_path)) == [phrase]
