"""Chains over entities: a table, a chain each, a slot each, an asset each."""

import time

import pytest
from tests.atelier.tables import cas
from tests.dags.conftest import CHAINES, DAGS, charger_dags

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def table(airflow_pret, tmp_path, monkeypatch):
    """Write the table that the installation names."""
    fichier = tmp_path / "entites.toml"
    monkeypatch.setenv("MUTUALISATION_ENTITES", str(fichier))

    def ecrire(texte: str):
        fichier.write_text(texte, encoding="utf-8")
        return fichier

    return ecrire


def test_chaque_entite_a_ses_chaines_son_tour_et_son_actif(table):
    table('[grand_lac]\nlibelle = "CA du Grand Lac"\nrepondent = ["lea", "7"]\n[pays_haut]\n')
    sac = charger_dags()
    assert sac.import_errors == {}
    comparaison = sac.dags.pop("comparaison_entites")
    assert set(comparaison.params) == {"exercice", "sortie"}
    assert set(sac.dags) == {f"{c}__{e}" for c in CHAINES for e in ("grand_lac", "pays_haut")}
    for nom, dag in sac.dags.items():
        base, entite = nom.split("__")
        assert dag.fileloc == str(DAGS / f"{base}.py")
        assert {t.pool for t in dag.tasks} - {"default_pool"} == {f"entrepot_{entite}"}
    assert sac.dags["bilan_etape__grand_lac"].dag_display_name == "Bilan d'étape · CA du Grand Lac"
    for chaine, tache in (("publication_bilan", "relire"), ("cloture_exercice", "approuver")):
        repondent = [sac.dags[f"{chaine}__{e}"].get_task(tache).assigned_users for e in ("grand_lac", "pays_haut")]
        assert repondent == [[{"id": "lea", "name": "lea"}, {"id": "7", "name": "7"}], []]
    (alerte,) = sac.dags["publication_bilan__grand_lac"].get_task("relire").notifiers
    assert alerte.phrase.startswith("CA du Grand Lac : {{")
    attendu = sac.dags["bilan_etape__pays_haut"].timetable.asset_condition
    annonces = sac.dags["chargement_depot__pays_haut"].get_task("charger").outlets
    lus = sac.dags["chargement_depot__pays_haut"].get_task("charger").inlets
    assert [(t.cluster, t.database, t.name) for t in lus] == [("mutualisation/pays_haut", "depot", "fichiers")]
    assert [a.name for a in attendu.objects] == [a.name for a in annonces[:1]] == ["entrepot/depot_charge_pays_haut"]


def test_une_tache_ne_construit_que_sa_chaine(table, monkeypatch):
    """What Airflow sets in the process of a task."""
    table("".join(f"[epci_{i}]\n" for i in range(20)))
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "bilan_etape__epci_7")
    assert set(charger_dags(DAGS / "bilan_etape.py").dags) == {"bilan_etape__epci_7"}


def test_vingt_entites_se_lisent_en_moins_d_une_seconde(table):
    table("".join(f"[epci_{i}]\n" for i in range(20)))
    charger_dags()  # imports
    debut = time.process_time()
    assert len(charger_dags().dags) == 20 * len(CHAINES) + 1
    assert time.process_time() - debut < 1


@cas
def test_une_table_en_faute_dit_sa_phrase(table, texte, dit):
    """The chains vanish from none in silence: each file shows the sentence as an import error."""
    table(texte)
    erreurs = charger_dags().import_errors
    assert len(erreurs) == len(CHAINES) + 1
    assert all(dit in e for e in erreurs.values()), erreurs


def test_une_table_absente_dit_sa_phrase(table):
    table("[a]\n").unlink()
    assert all("ne se lit pas" in e for e in charger_dags().import_errors.values())


def test_chaque_entite_a_son_depot_et_le_compte_de_son_stockage(table, monkeypatch):
    monkeypatch.setenv("MUTUALISATION_DEPOT", "/depots/")
    table('[lac]\ndepot = "s3://lac/depots/"\n[pays]\n')
    sac = charger_dags(DAGS / "chargement_depot.py")
    guets = {}
    for nom in ("lac", "pays"):
        (actif,) = sac.dags[f"chargement_depot__{nom}"].timetable.asset_condition.objects
        (guet,) = actif.watchers
        guets[nom] = (guet.trigger.depot, guet.trigger.connexion)
    assert guets == {"lac": ("s3://lac/depots", "depot_lac"), "pays": ("/depots/pays", "depot_pays")}
