"""What the outcome of a dbt build becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mutualisation.entrepot.construction.dbt import EnfantDbt, _bilan, _faute, _une_ligne
from mutualisation.socle.erreurs import PannePassagere

REFUS = "requête refusée par l'entrepôt (SQLSTATE 22003)"

MODELE, ESSAI = "model.mutualisation.int_etp", "test.mutualisation.cle_unique_int_etp.ab12"


def reponse(**statuts: str) -> dict[str, Any]:
    """An answer of the child: `modele=…`, `essai=…` are the statuses of what it was to run."""
    noms = {"modele": MODELE, "essai": ESSAI}
    resultats = [
        {"id": noms[n], "description": "", "statut": s, "message": f"message de {n} 'DUPONT'", "sqlstate": "22003"}
        for n, s in statuts.items()
    ]
    return {"resultats": resultats, "projet_dbt_sha256": "ab12"}


def test_tout_a_tourne() -> None:
    resultat = _bilan(reponse(modele="success", essai="pass"))
    assert resultat.echecs == []
    assert (resultat.executes, resultat.tests) == (2, 1)
    assert resultat.en_dict() == {"reussie": True, "noeuds": 2, "tests": 1, "echecs": [], "projet_dbt_sha256": "ab12"}


@pytest.mark.parametrize("statut", ["fail", "error", "warn", "runtime error"])
def test_un_test_qui_ne_passe_pas_est_un_echec(statut: str) -> None:
    (echec,) = _bilan(reponse(modele="success", essai=statut)).echecs
    assert echec == f"porte modele : cle_unique_int_etp.ab12 — échec {REFUS}"


def test_une_construction_sans_test_est_un_echec() -> None:
    assert _bilan(reponse(modele="success")).echecs == [
        "porte modele : aucun test n'a été exécuté",
    ]


def test_la_cause_se_dit_avant_ce_qu_elle_empeche() -> None:
    assert _bilan(reponse(modele="error", essai="skipped")).echecs == [
        f"porte modele : int_etp — échec {REFUS}",
        "porte modele : 1\u00a0modèle ou test non exécuté",
    ]


def test_un_message_tient_en_une_ligne_sans_les_valeurs() -> None:
    assert _une_ligne("Database Error\n  duplicate key\nDETAIL: Key (x)=(DUPONT)") == "Database Error duplicate key"
    assert len(_une_ligne("x" * 1000)) == 300


def test_un_test_qui_a_une_description_la_dit() -> None:
    brute = reponse(essai="fail")
    brute["resultats"][0]["description"] = "Une seule ligne par clé"
    (echec,) = _bilan(brute).echecs
    assert echec == f"porte modele : cle_unique_int_etp.ab12 (Une seule ligne par clé) — échec {REFUS}"


def test_un_enfant_mort_se_relance(tmp_path: Path) -> None:
    ouvrier = EnfantDbt("postgresql://personne@127.0.0.1:1/rien", tmp_path)
    ouvrier._enfant.fermer()
    with pytest.raises(PannePassagere, match="porte modele : dbt s'est arrêté"):
        ouvrier.construire()
    ouvrier.fermer()


def test_ce_que_dbt_dit_en_anglais_se_dit_en_francais() -> None:
    assert _faute("Got 3 results, configured to fail if != 0") == "3\u00a0lignes en défaut"
    assert _faute("Database Error\n  value 'DUPONT' out of range", "22003") == REFUS
    assert _faute("Compilation Error\n  'x' is undefined") == "dbt n'a pas pu l'exécuter"
    assert _faute("") == ""


@pytest.mark.parametrize("code", [None, "53100", "57P01", "55P03", "40P01", "08006"])
def test_un_entrepot_perdu_pendant_la_construction_se_relance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str | None
) -> None:
    """A model that the server could not make is no wrong model (K12); a figure that overflows is one."""
    ouvrier = EnfantDbt("postgresql://personne@127.0.0.1:1/rien", tmp_path)
    ouvrier.fermer()
    monkeypatch.setattr(ouvrier._enfant, "demander", lambda *_: reponse(modele="error") | {"codes": ["22003", code]})
    with pytest.raises(PannePassagere, match="Porte modele : l'entrepôt"):
        ouvrier.construire()
    monkeypatch.setattr(ouvrier._enfant, "demander", lambda *_: reponse(modele="error") | {"codes": ["22003"]})
    assert ouvrier.construire().echecs
