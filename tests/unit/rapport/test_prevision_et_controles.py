"""What a forecast and a control say, out of any document."""

from decimal import Decimal
from typing import Any

import pytest
from tests.atelier.tables import cas

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import controles, prevision


@cas
def test_une_prevision_ne_pretend_pas_a_mieux_que_le_millier(montant: str | None, lu: str) -> None:
    texte = prevision.millier(None if montant is None else Decimal(montant))
    assert texte.replace("\u202f", " ").replace("\u00a0", " ") == lu


def _prevue(
    scenario: str = "constant", essais: int = 2, fourchette: tuple[str, str] | None = ("1350400", "1420600"),
    cout: str = "1396400", recettes: str = "45050", erreurs: tuple[str, str] = ("-0.02", "0.035"), annee: int = 2022,
) -> dict[str, Any]:  # fmt: skip
    bas, haut = map(Decimal, fourchette) if fourchette else (None, None)
    return {
        "exercice_base": 2021, "exercice": annee, "scenario": scenario, "dispositifs": 8, "cout_net": Decimal(cout),
        "cout_net_bas": bas, "cout_net_haut": haut, "recettes": Decimal(recettes), "essais": essais,
        "erreur_min": Decimal(erreurs[0]), "erreur_max": Decimal(erreurs[1]),
    }  # fmt: skip


LECTURE = (
    "Au plus bas, au plus haut : ce que le coût serait si la méthode se trompait comme elle s'est trompée, au même "
    "horizon, sur les exercices connus."
)


@cas
def test_une_fourchette_repose_sur_trois_essais_et_contient_son_centre(
    prevues: list[dict[str, Any]], montrees: int, lue: bool, phrase: str
) -> None:
    rangees, dite = [_prevue(**p) for p in prevues], f"{LECTURE} {phrase}".strip() if lue else phrase
    assert sum(prevision.fourchette(r) is not None for r in rangees) == montrees
    assert prevision.lire_fourchettes(rangees) == dite
    tableau, _ = prevision._tableau_prevu(
        [r | {"scenario": f"s{i}", "recettes": Decimal(1000 * i)} for i, r in enumerate(rangees)]
    )
    assert ("bas" in {c.cle for c in tableau.colonnes}) is bool(montrees)
    assert tableau.note.endswith(dite)


@pytest.mark.parametrize(("essais", "annees"), [(2, [2022]), (3, [2022, 2023])])
def test_une_annee_plus_loin_se_montre_une_fois_que_trois_essais_l_ont_atteinte(essais: int, annees: list[int]) -> None:
    tableau, _ = prevision._tableau_prevu(
        [_prevue(), _prevue(annee=2023, essais=essais), _prevue(annee=2024, essais=0)]
    )
    assert [x["annee"] for x in tableau.lignes] == annees


def test_un_scenario_egal_a_un_autre_n_est_pas_montre() -> None:
    rangees = [
        _prevue(),
        _prevue("indexation", cout="1421000"),
        _prevue("tarifs", recettes="46050"),
        # the same to the thousand
        _prevue("adhesions", recettes="45060"),
    ]
    tableau, egaux = prevision._tableau_prevu(rangees)
    lus = [(x["scenario"], x["cout"], x["recettes"]) for x in tableau.lignes]
    assert [tuple(v.replace("\u202f", " ").replace("\u00a0", " ") for v in lu) for lu in lus] == [
        ("Reconduction", "≈ 1 396 000 €", "≈ 45 000 €"),
        ("Masse salariale indexée", "≈ 1 421 000 €", "≈ 45 000 €"),
        ("Tarifs révisés", "= Reconduction", "≈ 46 000 €"),
    ]
    assert egaux == {"adhesions": "constant"}
    bilan: Any = {"prevision_fourchette": rangees, "prevision": []}
    assert prevision._phrases(bilan, egaux)[-1] == ("Adhésions annoncées", "Mêmes montants que « Reconduction ».")


@cas
def test_un_scenario_dit_combien_d_essais_il_a_eus(erreurs: tuple[str, str], essais: int, dite: str) -> None:
    dit = prevision._erreur([_prevue(essais=essais, erreurs=erreurs)])
    assert dit.replace("\u202f", " ").replace("\u00a0", " ").removeprefix("À un an, ") == dite


@pytest.mark.parametrize(
    ("controle", "unite", "statut", "valeur", "lu"),
    [
        ("segments_chevauchants", "nombre", "conforme", "1234", "1 234 périodes d'emploi examinées"),
        ("segments_chevauchants", "nombre", "sans_donnee", "0", "0 période d'emploi examinée"),
        ("segments_chevauchants", "nombre", "ecart", "2 agents", "2 agents"),
        ("balance_dgfip", "EUR", "conforme", "30 ; 0.5", "30,00 € ; 0,50 €"),
        ("dotations_6811", "EUR", "conforme", "1000.5", m.Valeur(Decimal("1000.5"), "centimes")),
        ("segments_chevauchants", "nombre", "conforme", None, None),
    ],
)
def test_un_controle_dit_ce_qu_il_a_regarde(
    controle: str, unite: str | None, statut: str, valeur: str | None, lu: object
) -> None:
    dit = controles.examine({"controle": controle, "unite": unite, "statut": statut}, valeur)
    assert (dit.replace("\u202f", " ").replace("\u00a0", " ") if isinstance(dit, str) else dit) == lu
