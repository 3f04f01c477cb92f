"""One name for each thing, and a unit that a reader can hold: what is said of gains, shares, units, effects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.rapport.communes_factices import BilanFactice

from mutualisation.documents.classeur import calculs
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.modele import Valeur
from mutualisation.documents.rapport.contenu import actes, communes, textes, usage
from mutualisation.documents.rapport.contenu.conseil import evolution, methode
from mutualisation.socle.francais import libelles

D = Decimal


@pytest.mark.parametrize(
    ("couts", "attendu"),
    [
        ([], 1),
        ([None], 1),
        # free is free
        ([D(0)], 1),
        ([D("0.10"), D("0.11")], 1),
        ([D("0.04"), D("0.08")], 1000),
        # one year under ten cents is enough: the curve has one scale
        ([None, D("0.09"), D("12")], 1000),
        ([D("-0.05")], 1000),
        ([D("355.61")], 1),
    ],
)
def test_a_cost_under_ten_cents_is_told_by_the_thousand(couts: list[Decimal | None], attendu: int) -> None:
    assert usage.lot(couts) == attendu


@pytest.mark.parametrize(
    ("lot", "types", "attendu"),
    [
        (1, [], "par unité"),
        (1, ["dossier"], "par dossier"),
        (1, ["PC", "DP"], "par unité pondérée"),
        (1000, [], "pour 1\u202f000\u00a0unités"),
        (1000, ["page"], "pour 1\u202f000\u00a0pages"),
        (1000, ["A4_NB", "AFFICHE"], "pour 1\u202f000\u00a0unités pondérées"),
    ],
)
def test_the_unit_of_a_cost(lot: int, types: list[str], attendu: str) -> None:
    assert usage.pour(lot, types) == attendu


@pytest.mark.parametrize(
    ("cout", "unites", "attendu"),
    # 8 646,00 / 108 075 = 0,0800 each: 80,00 the thousand
    [(D("8646.00"), D(108075), D("80.00")), (D(1), D(3), D("333.33")), (None, D(3), None), (D(1), None, None),
     (D(1), D(0), None), (D("-1"), D(8), D("-125.00"))],
)  # fmt: skip
def test_a_thousand_units_cost_what_they_cost(
    cout: Decimal | None, unites: Decimal | None, attendu: Decimal | None
) -> None:
    assert usage.du_lot(cout, unites, 1000) == attendu


@pytest.mark.parametrize(
    ("types", "attendu"),
    [(["PC", "DP"], "Dossiers"), (["A4_NB", "A4_COULEUR"], "Pages"), (["A4_NB", "AFFICHE"], ""), (["PC", "A4_NB"], "")],
)
def test_units_of_several_types_are_named_by_what_they_all_are(types: list[str], attendu: str) -> None:
    assert usage.nom_des_quantites(types) == attendu


def test_a_stock_counts_the_mean_of_its_semestres_before_weights_too() -> None:
    class Compte(BilanFactice):
        def agreger(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
            lues = (("CAM", "20", "10"), ("IMP", "20", "16"), ("SANS", "3", "3"))
            return [{"dispositif": d, "quantite": D(q), "unites": D(u)} for d, q, u in lues]

    couts = [{"dispositif": "CAM", "unites": D(5)}, {"dispositif": "IMP", "unites": D(16)}]
    lues = usage.quantites(Compte(cout_unitaire=couts), 2021)
    assert lues == {"CAM": D(10), "IMP": D(20), "SANS": D(3)}


def _achat(gain: str | None) -> dict[str, Any]:
    return {"gain": None if gain is None else D(gain)}


@pytest.mark.parametrize(
    ("achats", "attendu"),
    [
        ([], "sans objet"),
        ([None], "non connu"),
        ([None, "12.50"], D("12.50")),
        (["0"], D(0)),
        (["-3", "1"], D(-2)),
    ],
)
def test_a_gain_is_without_object_where_nothing_was_bought(achats: list[str | None], attendu: object) -> None:
    lu = actes.gain([_achat(x) for x in achats])
    assert (lu.valeur if isinstance(lu, Valeur) else lu) == attendu


@pytest.mark.parametrize(
    ("reste", "attendu"),
    [
        ("864561.64", "une part de l'EPCI de 864 561,64 €"),
        ("0", "une part de l'EPCI de 0,00 €"),
        ("-12.5", "un excédent des recettes sur le coût de 12,50 €"),
    ],
)
def test_a_share_below_zero_is_an_excess(reste: str, attendu: str) -> None:
    assert actes.part(D(reste)).replace("\u202f", " ").replace("\u00a0", " ") == attendu


def test_an_effect_is_a_total_and_says_so() -> None:
    effets = [("etp", "67737"), ("taux", "44721"), ("subventions", "-850")]
    variation = [{"dispositif": "CAM", "effet": e, "montant": D(x)} for e, x in effets]
    dite = evolution.phrase(BilanFactice(variation=variation)).replace("\u202f", " ").replace("\u00a0", " ")
    assert dite == "effet du temps passé +67 737 €, effet du coût par ETP +44 721 €, subventions −850 €"


@pytest.mark.parametrize(
    ("unitaire", "attendu"),
    [
        ("0.08", ("Milliers d'unités pondérées", D("108.075"), D("80.00"), D("73.12"))),
        ("80.00", ("Unités pondérées", D(108075), D("80.00"), D("0.07"))),
    ],
)
def test_the_workbook_tells_it_as_the_page(unitaire: str, attendu: tuple[object, ...]) -> None:
    ligne = {"unite": "unités pondérées", "unites": D(108075), "cout_complet": D("8646"), "cout_d5211": D("7902.41"),
             "cout_complet_unitaire": D(unitaire), "cout_d5211_unitaire": D("0.07")}  # fmt: skip
    lue = calculs.par_lot(ligne)
    assert tuple(lue[c] for c in ("unite", "unites", "cout_complet_unitaire", "cout_d5211_unitaire")) == attendu


def test_what_the_epci_bears_has_one_name() -> None:
    assert libelles.MESURES["reste_a_charge"] == "Part de l'EPCI"
    assert "Part de l'EPCI" in libelles.GLOSSAIRE
    assert not [nom for nom in libelles.GLOSSAIRE if "reste à charge" in nom.lower()]


@pytest.mark.parametrize(
    ("mot", "texte", "attendu"),
    [
        ("AC", "imputée sur l'AC de la commune", True),
        ("AC", "imputation_AC", False),
        ("AC", "un accord", False),
        ("ETP", "12 ETPT", False),
        ("ETP", "12\u202fETP", True),
        ("CGCT", "article L5211-4-1 (CGCT)", True),
        ("Acheteur", "95 acheteurs", True),
        ("Valorisé", "Dispositifs valorisés", True),
        ("UGAP", "", False),
    ],
)
def test_a_word_is_defined_where_it_is_said(mot: str, texte: str, attendu: bool) -> None:
    assert methode.est_dit(mot, texte) is attendu


def test_the_glossary_defines_what_the_sections_say_and_nothing_else() -> None:
    table = m.Tableau("Titres", (m.Colonne("n", "Base D5211\u201116"),), [{"n": "Convention UGAP"}])
    sections = [m.Section("a", "Le CCAS", "CCAS", [m.Repli("Voir", [table])])]
    (repli,) = methode.section_glossaire(sections).blocs
    assert [mot for mot, _ in repli.blocs[0].points] == ["Base D5211\u201116", "CCAS", "UGAP"]  # type: ignore[union-attr]
    assert methode.section_glossaire([]).lus == []


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("aucune règle", []),
        ("règle R2 des règles de calcul, puis R10 et R1", ["R1", "R2", "R10"]),
        ("deux montants pour une même identité de ligne (R3f)", ["R3f"]),
        # by its family
        ("compte sans rôle (R3b)", ["R3b"]),
        ("base D5211-16, article L5211-4-1, page A4, fichier unites_2021-S1", []),
        ("une règle inconnue (R99)", []),
    ],
)
def test_a_rule_that_is_cited_is_told(texte: str, attendu: list[str]) -> None:
    assert [code for code, _ in libelles.regles_citees([texte])] == attendu
    assert all(dit for _, dit in libelles.regles_citees([texte]))


def test_every_rule_that_a_reason_of_rejection_ends_with_is_told() -> None:
    assert [code for code in libelles.REMEDES if not libelles.regles_citees([f"({code.rstrip(chr(39))})"])] == []


@pytest.mark.parametrize(
    ("dits", "fiche", "attendu"),
    [
        ([], {}, ""),
        ([], {"thematique": "Achat", "vehicule_juridique": None}, "Achat."),
        ([], {"thematique": None, "vehicule_juridique": "convention."}, "Convention."),
        ([], {"thematique": "Achat", "vehicule_juridique": "Convention"}, "Achat. Convention."),
        (["Elle achète."], {"thematique": "Achat"}, "Elle achète. — DAF"),
    ],
)
def test_a_dispositif_says_what_the_data_describe(dits: list[str], fiche: dict[str, str | None], attendu: str) -> None:
    class Decrit(BilanFactice):
        def fiche(self, dispositif: str) -> dict[str, Any]:  # noqa: ARG002
            return fiche

    lus = [
        {"dispositif": "CAM", "rubrique": "presentation", "rang": i, "texte": x, "auteur": "DAF"}
        for i, x in enumerate(dits)
    ]
    assert textes.ce_que_c_est(Decrit(textes=lus), "CAM") == attendu


def test_the_index_asks_for_a_click_on_the_page_alone() -> None:
    index = [d for d in communes.documents(BilanFactice()) if d.chemin == "communes/index"]
    assert {d.sorties: "choisissez" in d.resume for d in index} == {("html",): True, ("pdf",): False}
