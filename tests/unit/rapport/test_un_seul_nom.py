"""One name for each thing, and a unit that a reader can hold: what is said of gains, shares, units, effects."""

from decimal import Decimal
from typing import Any

import pytest
from tests.atelier.tables import cas
from tests.unit.rapport.communes_factices import EPCI, BilanFactice

from mutualisation.documents.classeur import calculs
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.modele import Valeur
from mutualisation.documents.rapport.contenu import actes, communes, textes, usage
from mutualisation.documents.rapport.contenu.conseil import dispositifs, evolution
from mutualisation.socle.francais import libelles

D = Decimal


def _d(texte: str | None) -> Decimal | None:
    return D(texte) if texte else None


@cas
def test_a_cost_under_ten_cents_is_told_by_the_thousand(couts: list[str], attendu: int) -> None:
    assert usage.lot([*map(_d, couts)]) == attendu


@cas
def test_the_unit_of_a_cost(lot: int, types: list[str], attendu: str) -> None:
    assert usage.pour(lot, types) == attendu


@cas
def test_a_thousand_units_cost_what_they_cost(cout: str | None, unites: str | None, attendu: str | None) -> None:
    assert usage.du_lot(_d(cout), _d(unites), 1000) == _d(attendu)


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


@cas
def test_a_gain_is_without_object_where_nothing_was_bought(achats: list[str], attendu: str) -> None:
    lu = actes.gain([{"gain": _d(x)} for x in achats])
    assert str(lu.valeur if isinstance(lu, Valeur) else lu) == attendu


@cas
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


def test_operations_sold_are_told_from_the_units_of_the_year() -> None:
    """« 636 dossiers » stood beside « 2 023 opérations »."""
    siens = BilanFactice()["cee_valorisation"]
    bilan = BilanFactice(cee_valorisation=[*siens, siens[0] | {"siren_beneficiaire": EPCI[:9], "operations": 9}])
    nombre = 9 + sum(r["operations"] for r in siens)
    assert dispositifs._certificats(bilan, "CEE").startswith(f"{nombre}\u00a0opérations, dont 9 de l'EPCI ;")
    assert dispositifs._certificats(bilan, "CAM") == ""


def test_what_the_epci_bears_has_one_name() -> None:
    assert libelles.MESURES["reste_a_charge"] == "Part de l'EPCI"
    assert "Part de l'EPCI" in libelles.GLOSSAIRE
    assert not [nom for nom in libelles.GLOSSAIRE if "reste à charge" in nom.lower()]


@cas
def test_a_word_is_defined_where_it_is_said(mot: str, texte: str, attendu: bool) -> None:
    assert textes.est_dit(mot, texte) is attendu


def test_the_glossary_defines_what_the_sections_say_and_nothing_else() -> None:
    table = m.Tableau("Titres", (m.Colonne("n", "Base D5211\u201116"),), [{"n": "Convention UGAP"}])
    sections = [m.Section("a", "Le CCAS", "CCAS", [m.Repli("Voir", [table])])]
    (repli,) = textes.section_glossaire(sections).blocs
    assert [mot for mot, _ in repli.blocs[0].points] == ["Base D5211\u201116", "CCAS", "UGAP"]  # type: ignore[union-attr]
    assert textes.section_glossaire([]).lus == []


def test_the_words_of_a_commune_are_explained_where_its_page_leads() -> None:
    index, *pages = communes.documents(BilanFactice())
    (repli,) = next(s for s in index.sections if s.ancre == "glossaire").blocs
    mots = dict(repli.blocs[0].points)  # type: ignore[union-attr]
    assert {"Titré", "Dû", "CCAS", "Satellite", "Coût de l'usage", "Part de l'EPCI"} <= mots.keys()
    # it said « sans structure », the opposite
    assert "charges de structure comprises" in mots["Coût complet"]
    assert "reprise" in " ".join(libelles.GLOSSAIRE).lower()
    for page in pages:
        if page.sorties == ("html",):
            assert m.Lien("index.html#glossaire", "Glossaire") in page.liens
        elif page.chemin != index.chemin:
            assert [mot for mot, _ in page.identite] == ["Dû", "Titré"]


@cas
def test_a_rule_that_is_cited_is_told(texte: str, attendu: list[str]) -> None:
    assert [code for code, _ in libelles.regles_citees([texte])] == attendu
    assert all(dit for _, dit in libelles.regles_citees([texte]))


def test_every_rule_that_a_reason_of_rejection_ends_with_is_told() -> None:
    assert [code for code in libelles.REMEDES if not libelles.regles_citees([f"({code.rstrip(chr(39))})"])] == []


@cas
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
