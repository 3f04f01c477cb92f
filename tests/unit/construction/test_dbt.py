"""What the outcome of a dbt build becomes."""

from pathlib import Path

import pytest

from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.construction.dbt import EnfantDbt, Noeud, ResultatDbt, empreinte_compilee, juger
from mutualisation.socle.erreurs import PannePassagere

REFUS = "requête refusée par l'entrepôt (SQLSTATE 22003)"
MODELE, ESSAI = "model.mutualisation.int_etp", "test.mutualisation.cle_unique_int_etp.ab12"


def noeud(identifiant: str, statut: str, message: str = "Database Error 'DUPONT'", description: str = "") -> Noeud:
    dits = {"unique_id": identifiant, "status": statut, "message": message, "description": description}
    return dits | {"compiled_code": "select 1"}


def jugement(*noeuds: Noeud) -> ResultatDbt:
    """Every query is refused with 22003."""
    return juger(list(noeuds), lambda _: "22003")


def test_tout_a_tourne() -> None:
    resultat = jugement(noeud(MODELE, "success"), noeud(ESSAI, "pass"))
    assert resultat.echecs == []
    dit = {"reussie": True, "noeuds": 2, "tests": 1, "echecs": [], "projet_dbt_sha256": resultat.projet_dbt_sha256}
    assert resultat.en_dict() == dit


@pytest.mark.parametrize("statut", ["fail", "error", "warn", "runtime error"])
def test_un_test_qui_ne_passe_pas_est_un_echec(statut: str) -> None:
    (echec,) = jugement(noeud(MODELE, "success"), noeud(ESSAI, statut)).echecs
    assert echec == f"porte modele : cle_unique_int_etp.ab12 — échec {REFUS}"


def test_une_construction_sans_test_est_un_echec() -> None:
    assert jugement(noeud(MODELE, "success")).echecs == ["porte modele : aucun test n'a été exécuté"]


def test_la_cause_se_dit_avant_ce_qu_elle_empeche() -> None:
    assert jugement(noeud(MODELE, "error"), noeud(ESSAI, "skipped")).echecs == [
        f"porte modele : int_etp — échec {REFUS}",
        "porte modele : 1\u00a0modèle ou test non exécuté",
    ]


def test_un_test_qui_a_une_description_la_dit() -> None:
    (echec,) = jugement(noeud(ESSAI, "fail", description="Une seule ligne par clé")).echecs
    assert echec == f"porte modele : cle_unique_int_etp.ab12 (Une seule ligne par clé) — échec {REFUS}"


@pytest.mark.parametrize(
    ("message", "dit"),
    [
        ("Got 3 results, configured to fail if != 0", "3\u00a0lignes en défaut"),
        (
            "Database Error\n  l'index unique « cle_int_etp »\n  DETAIL: (DUPONT)",
            "plusieurs lignes portent une même clé",
        ),
        ("Compilation Error\n  'x' is undefined", "dbt n'a pas pu l'exécuter"),
        ("Database Error\n  value 'DUPONT' out of range", REFUS),
    ],
)
def test_ce_que_dbt_dit_se_dit_en_francais_sans_une_cellule(message: str, dit: str) -> None:
    echecs = jugement(noeud(MODELE, "error", message), noeud(ESSAI, "pass")).echecs
    assert echecs == [f"porte modele : int_etp — échec {dit}"]


def test_l_empreinte_suit_le_code_et_non_l_ordre() -> None:
    un, autre = noeud(MODELE, "success"), noeud(ESSAI, "pass")
    assert empreinte_compilee([un, autre]) == empreinte_compilee([autre, un])
    assert empreinte_compilee([un, autre]) != empreinte_compilee([un, autre | {"compiled_code": "select 2"}])


def test_un_enfant_mort_se_relance(tmp_path: Path) -> None:
    ouvrier = EnfantDbt(Adresse("postgresql://personne@127.0.0.1:1/rien"), tmp_path)
    ouvrier.fermer()
    with pytest.raises(PannePassagere, match="porte modele : dbt s'est arrêté"):
        ouvrier.construire()
