"""The threshold under which pay is hidden is read as the warehouse reads it (C1, R2c)."""

from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

from tests.atelier.tables import cas

from mutualisation.documents.rapport.contenu.ouverture import est_restreinte, seuil_effectif
from mutualisation.documents.rapport.contenu.paie import protection
from mutualisation.publication.versions.contexte import Contexte


@cas
def test_un_seuil_se_lit_dans_toutes_ses_formes(valeur: str, lu: str) -> None:
    assert seuil_effectif(_bilan(valeur, "2020-01-01")) == Decimal(lu)


def test_un_seuil_qui_n_est_pas_en_vigueur_au_premier_janvier_ne_compte_pas() -> None:
    assert seuil_effectif(_bilan("0", "2021-01-02")) == 5


@cas
def test_une_annee_montree_sans_protection_restreint_l_extrait(
    avant: str, seuil: str, isole: bool, attendu: bool
) -> None:
    bilan = _bilan(seuil, "2020-01-01")
    groupes = {2020: [_groupe(avant)], 2021: [_groupe("12"), _groupe("12") | {"etpt_groupe": None}]}
    bilan.exercices, bilan.lignes = [2020, 2021], lambda _relation, exercice: groupes[exercice]
    # a year that is not shown, a group of a former version, one that a former software kept
    lus = [{"exercice_lu": 2020, "isole": isole}, {"exercice_lu": 2019, "isole": True}, {"exercice_lu": 2021}]
    bilan.interne = {"groupes_lus": [*lus, {"exercice_lu": 2021, "isole": None}]}.__getitem__
    assert est_restreinte(bilan) is attendu
    assert ("diffusion de ce bilan est restreinte" in protection(bilan)) is attendu


def _groupe(etpt: str) -> dict[str, Any]:
    return {"categorie": "A", "groupe": "A", "etpt_groupe": Decimal(etpt)}


def _bilan(valeur: str, debut: str) -> Any:
    parametre = {"parametre": "seuil_effectif", "valeur": valeur, "debut": debut, "fin": None}
    contexte: Any = SimpleNamespace(parametres=[parametre])
    contexte.parametres_au = partial(Contexte.parametres_au, contexte)
    return SimpleNamespace(exercice=2021, contexte=contexte)
