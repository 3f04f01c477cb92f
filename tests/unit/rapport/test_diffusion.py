"""The threshold under which pay is hidden is read as the warehouse reads it (C1, R2c)."""

from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from tests.atelier.tables import cas

from mutualisation.documents.rapport.contenu.ouverture import est_restreinte, seuil_effectif
from mutualisation.publication.versions.contexte import Contexte


@cas
def test_un_seuil_se_lit_dans_toutes_ses_formes(valeur: str, lu: str) -> None:
    assert seuil_effectif(_bilan(valeur, "2020-01-01")) == Decimal(lu)


def test_un_seuil_qui_n_est_pas_en_vigueur_au_premier_janvier_ne_compte_pas() -> None:
    assert seuil_effectif(_bilan("0", "2021-01-02")) == 5


@pytest.mark.parametrize(("avant", "seuil", "attendu"), [("5", "5", False), ("4.999999", "5", True), ("9", "0", True)])
def test_une_annee_montree_sans_regroupement_restreint_l_extrait(avant: str, seuil: str, attendu: bool) -> None:
    bilan = _bilan(seuil, "2020-01-01")
    groupes = {2020: [{"etpt_groupe": Decimal(avant)}], 2021: [{"etpt_groupe": Decimal(12)}, {"etpt_groupe": None}]}
    bilan.exercices, bilan.lignes = [2020, 2021], lambda _relation, exercice: groupes[exercice]
    assert est_restreinte(bilan) is attendu


def _bilan(valeur: str, debut: str) -> Any:
    parametre = {"parametre": "seuil_effectif", "valeur": valeur, "debut": debut, "fin": None}
    contexte: Any = SimpleNamespace(parametres=[parametre])
    contexte.parametres_au = partial(Contexte.parametres_au, contexte)
    return SimpleNamespace(exercice=2021, contexte=contexte)
