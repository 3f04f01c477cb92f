"""The report gate: each expectation seen failing on one seeded defect, and failing when it can't run."""

from pathlib import Path

import psycopg
import pytest
from tests.atelier.tables import lire

from mutualisation.publication.portes.bilan import verifier_bilan
from mutualisation.publication.portes.suites import lire_point
from mutualisation.socle.erreurs import PannePassagere

S = "construction"
DEFAUTS = lire(Path(__file__).with_suffix(".toml"))
SAIN = (
    f"update {S}.controles set statut = 'ecart' where not bloquant",
    f"create table {S}.epci (nom text)",
    f"create table {S}.factures_adherents (nom text)",
    # an exercice that is not asked for
    f"insert into {S}.synthese_financiere (version, exercice, dispositif, cout_net) values (1, 2023, 'ADS', 1)",
)


def _executer(dsn: str, *ordres: str) -> None:
    with psycopg.connect(dsn) as conn:
        for ordre in ordres:
            conn.execute(ordre.encode())


def _attentes() -> list[str]:
    return [attente.nom for suite in lire_point("bilan", "bilan") for attente in suite.attentes]


def test_un_candidat_sain_passe_toutes_les_attentes(candidat: str) -> None:
    _executer(candidat, *SAIN)
    resultat = verifier_bilan(candidat)
    assert resultat.echecs == []
    assert resultat.executees == _attentes()
    assert resultat.en_dict()["statut"] == "conforme"


@pytest.mark.parametrize("defauts", DEFAUTS.values(), ids=DEFAUTS.keys())
def test_chaque_attente_voit_son_defaut(candidat: str, defauts: list[dict[str, str]]) -> None:
    _executer(candidat, *(d["ordre"] for d in defauts))
    echecs = verifier_bilan(candidat).echecs
    for d in defauts:
        assert [e for e in echecs if e.startswith(d["attente"]) and d["phrase"] in e], (d, echecs)
    assert all(" — " in echec for echec in echecs)


def test_chaque_attente_a_son_defaut() -> None:
    vues = {d["attente"] for defauts in DEFAUTS.values() for d in defauts}
    assert set(_attentes()) == vues - {"mois_manquant", "somme_etp"} | {"controles_bloquants"}


def test_une_requete_qui_plante_est_un_echec(candidat: str) -> None:
    _executer(candidat, f"alter table {S}.controles_bloquants drop column remede")
    resultat = verifier_bilan(candidat)
    (echec,) = resultat.echecs
    assert echec.startswith("controles_bloquants : ")
    assert "n'a pas pu être exécuté (UndefinedColumn" in echec
    assert "controles_bloquants" not in resultat.executees


def test_un_entrepot_muet_ne_dit_rien_des_donnees() -> None:
    """K12: what may be tried again is exit 1, never 2."""
    with pytest.raises(PannePassagere, match="Porte bilan : l'entrepôt ne répond plus") as panne:
        verifier_bilan("postgresql://personne@127.0.0.1:1/rien")
    assert panne.value.code_sortie == 1
