"""The plausibility gate: what blocks, what is to comment, what is justified."""

from pathlib import Path

import psycopg
import pytest
from tests.sql.portes.projet_gx import ajouter, copier_projet

from mutualisation.publication.portes.bilan import points_a_commenter, verifier_plausibilite
from mutualisation.socle.erreurs import ControleEchoue

COLONNES = (
    "exercice, dispositif, mesure, cle, borne, valeur, variation_pct, gravite, reference, position, attendu, constate, "
    "justification"
)


@pytest.fixture
def mart(base_vierge: str) -> str:
    with psycopg.connect(base_vierge) as conn:
        conn.execute(
            "set role mutualisation_traitement; create table construction.mart_plausibilite (exercice int, "
            "dispositif text, mesure text, cle text, borne int, valeur numeric, variation_pct numeric, "
            "gravite text, reference text, position text, attendu text, constate text, justification text)"
        )
        conn.execute(_ligne())
        conn.execute(
            "reset role; insert into journal.constructions (exercices, prepare_par, code_version, statut) "
            "values ('{2024}', 'a', 'a', 'construite')"
        )
    return base_vierge


def _ligne(**valeurs: object) -> str:
    ligne = {
        "exercice": 2024, "dispositif": "ADS", "mesure": "cout_net", "cle": "cout_net/ADS", "borne": 2, "valeur": 120,
        "variation_pct": 1.5, "gravite": "critique", "reference": "Délib. 1", "position": "dans_les_bornes",
        "attendu": "au plus 100", "constate": "120", "justification": None,
    } | valeurs  # fmt: skip
    litteraux = ["null" if v is None else str(v) if isinstance(v, (int, float)) else f"'{v}'" for v in ligne.values()]
    return f"insert into construction.mart_plausibilite ({COLONNES}) values ({', '.join(litteraux)})"


def _avec(dsn: str, **valeurs: object) -> str:
    with psycopg.connect(dsn) as conn:
        conn.execute(_ligne(**valeurs))
    return dsn


def test_dans_les_bornes(mart: str) -> None:
    resultat, verdicts = verifier_plausibilite(mart)
    assert (resultat.echecs, resultat.avertissements, verdicts) == ([], [], [])
    assert "borne_critique" in resultat.executees


def test_une_borne_critique_bloque_si_rien_ne_la_justifie(mart: str) -> None:
    for position in ("sous_le_minimum", "au_dessus_du_maximum", "variation_excessive"):
        _avec(mart, position=position)
    _avec(mart, position="sous_le_minimum", justification="départ")
    # an exercice that is not asked for
    _avec(mart, exercice=2023, position="sous_le_minimum")
    resultat, verdicts = verifier_plausibilite(mart)
    phrase = (
        "plausibilite (cout_net/ADS), exercice 2024 : attendu au plus 100, constaté 120 — vérifier les données de la "
        "mesure, corriger la borne dans bornes, ou justifier la valeur"
    )
    assert resultat.echecs == [phrase] * 3
    assert [v["bloque"] for v in verdicts] == [True] * 3
    assert points_a_commenter({"plausibilite": {"verdicts": verdicts}}, 2024) == []


def test_une_borne_d_alerte_se_commente(mart: str) -> None:
    dsn = _avec(mart, position="au_dessus_du_maximum", gravite="alerte")
    resultat, verdicts = verifier_plausibilite(dsn)
    assert resultat.echecs == []
    assert [(a.attente.nom, a.nombre) for a in resultat.avertissements] == [("borne_alerte", 1)]
    (point,) = points_a_commenter({"plausibilite": {"verdicts": verdicts}}, 2024)
    assert point["libelle"] == "cout_net/ADS : attendu au plus 100, constaté 120"
    assert (point["gravite"], point["reference"], point["mesure"]) == ("alerte", "Délib. 1", "cout_net")
    assert points_a_commenter({"plausibilite": {"verdicts": verdicts}}, 2023) == []


# what moved too much since N−1, or can't be
BOUGENT = [
    ("cout_par_etp", 100.1, "cout_par_etp_n1"), ("cout_par_etp", -50.1, "cout_par_etp_n1"), ("etp", 201, "etp_n1"),
    ("cout_net", -67, "cout_net_n1"), ("recettes", 201, "recettes_n1"), ("unites", -67, "unites_n1"),
    ("cout_complet_unitaire", 201, "cout_unitaire_n1"),
]  # fmt: skip


def test_les_points_a_commenter_ont_un_ordre(mart: str) -> None:
    """The database gives rows in any: the documents of two builds would differ."""
    for dispositif in ("VOIRIE", "ADS", "RGPD"):
        _avec(
            mart, dispositif=dispositif, cle=f"cout_net/{dispositif}", gravite="alerte", position="au_dessus_du_maximum"
        )
    _, verdicts = verifier_plausibilite(mart)
    points = points_a_commenter({"plausibilite": {"verdicts": verdicts}}, 2024)
    assert [p["dispositif"] for p in points] == ["ADS", "RGPD", "VOIRIE"]


def test_ce_qui_bouge_trop_depuis_n_1_ou_ne_se_peut_pas_se_commente(mart: str) -> None:
    for mesure, variation, _ in BOUGENT:
        _avec(mart, mesure=mesure, variation_pct=variation, borne=0, gravite=None)
    _avec(mart, mesure="taux_couverture", valeur=1.6, borne=0, gravite=None)
    resultat, verdicts = verifier_plausibilite(mart)
    assert resultat.echecs == []
    attendus = [
        *((attente, mesure) for mesure, _, attente in BOUGENT),
        ("taux_couverture_plausible", "taux_couverture"),
    ]
    assert sorted((v["attente"], v["mesure"]) for v in verdicts) == sorted(attendus)
    dits = " ".join(v["libelle"] for v in verdicts)
    assert [v for _, v, _ in BOUGENT if str(v).replace(".", ",") not in dits] == []


def test_une_attente_de_plus_est_quelques_lignes(mart: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ajouter(
        copier_projet(tmp_path, monkeypatch) / "plausibilite.json",
        type="expect_column_values_to_be_between",
        kwargs={"column": "valeur", "max_value": 119},
        description="Aucune mesure ne dépasse 119",
        meta={"nom": "plafond", "message": "plausibilite ({cle}) : {constate} dépasse 119"},
    )
    assert verifier_plausibilite(mart)[0].echecs == ["plausibilite (cout_net/ADS) : 120 dépasse 119"]


def test_sans_mart_la_porte_a_echoue(base_vierge: str) -> None:
    with pytest.raises(ControleEchoue, match=r"porte plausibilite : aucun contrôle.*UndefinedTable"):
        verifier_plausibilite(base_vierge)
