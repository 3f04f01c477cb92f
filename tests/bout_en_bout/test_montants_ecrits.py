"""Every amount that the documents of the reference drop print is that of the CSV beside them, as an auditor checks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from tests.bout_en_bout import montants_ecrits as e
from tests.bout_en_bout.reference import Reference

EXERCICES = (2019, 2020, 2021)
TOTAL = "TOTAL"
SERVICES = ("Services du bloc communal", "Services utilisés")
SOMME = re.compile(r"Synthèse\s:\s(.+?)\.\sSomme de\s(.+?)\slignes?\s:\s(.+?)\.\s")
MESURES = {
    "Dû": ("recouvrement", "montant_du"),
    "Payé par titre": ("recouvrement", "montant_titre"),
    "Coût de l'usage": ("cout_adherent", "cout_usage"),
    "Part de l'EPCI": ("cout_adherent", "reste_a_charge"),
}


@pytest.fixture(params=EXERCICES)
def extrait(reference: Reference, request: pytest.FixtureRequest) -> Path:
    """The extract of an exercice."""
    return reference.bilans / f"bilan_{request.param}"


def _libelles(extrait: Path) -> dict[str, str]:
    return {r["dispositif"]: " ".join(r["libelle"].split()) for r in e.relation(extrait, "etat_valorisation")}


def _synthese(extrait: Path) -> dict[str, e.Ligne]:
    return {r["dispositif"]: r for r in e.relation(extrait, "synthese_financiere")}


def _passage(extrait: Path) -> dict[str, e.Ligne]:
    libelles = _libelles(extrait)
    return {libelles[r["dispositif"]]: r for r in e.relation(extrait, "passage_d5211") if r["dispositif"] != TOTAL}


# ---------------------------------------------------------------- communes
def test_each_row_of_a_commune_page_is_its_csv(extrait: Path) -> None:
    pages = {r["siret_adherent"]: r["code_insee"] for r in e.relation(extrait, "adherent")}
    libelles = _libelles(extrait)
    sommes: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for mesure, (relation, colonne) in MESURES.items():
        for r in e.relation(extrait, relation):
            insee = pages.get(r["siret_adherent"], "")
            for service in (libelles[r["dispositif"]], "Total"):
                sommes[insee, service, mesure] += Decimal(r[colonne] or 0)
    fausses, lues = [], 0
    for insee, page in e.pages_de_communes(extrait):
        table = next(t for t in e.tables(page) if t.titre.startswith(SERVICES))
        for ligne in (*table.lignes, table.pied):
            for mesure in MESURES:
                if e.lu(ligne[mesure]) is not None:
                    lues += 1
                    attendu = sommes[insee, ligne[""], mesure]
                    fausses += [] if e.est(ligne[mesure], attendu) else [(page.name, ligne, mesure, attendu)]
    assert fausses == []
    assert lues > 900


def test_pages_add_up_to_the_relations(extrait: Path) -> None:
    """What is printed on 95 pages is the whole, to the cent for what is due, paid and invoiced."""
    du = titre = facture = Decimal(0)
    for _, page in e.pages_de_communes(extrait):
        lues = e.tables(page)
        services = next(t for t in lues if t.titre.startswith(SERVICES))
        du += e.lu(services.pied["Dû"]) or 0
        titre += e.lu(services.pied["Payé par titre"]) or 0
        # the first one is that of the page; the others are of each of its adherents
        factures = next((t for t in lues if t.titre.startswith("Factures semestrielles")), None)
        facture += (e.lu(factures.pied["Facturé"]) or 0) if factures else 0
    recouvrement = e.relation(extrait, "recouvrement")
    assert du == e.somme(recouvrement, "montant_du")
    assert titre == e.somme(recouvrement, "montant_titre")
    assert facture == e.somme(e.relation(extrait, "facture_semestrielle"), "montant_facture")


def test_the_index_of_communes_is_whole(extrait: Path) -> None:
    totaux = e.titree(extrait / "communes" / "index.html", "Les pages et le bilan")
    for mesure, (relation, colonne) in MESURES.items():
        attendu = e.somme(e.relation(extrait, relation), colonne)
        assert e.lu(totaux.pied[mesure]) == attendu == sum(e.lu(x[mesure]) or 0 for x in totaux.lignes), mesure
    noms = {x[""] for x in e.titree(extrait / "communes" / "index.html", "Communes, dans").lignes}
    assert len(noms) == len([*e.pages_de_communes(extrait)])


# ---------------------------------------------------------------- audit file
def test_staff_of_the_audit_file_is_that_of_the_csv(extrait: Path) -> None:
    page = extrait / f"dossier_audit_{extrait.name[-4:]}" / "personnel.html"
    libelles, synthese = _libelles(extrait), _synthese(extrait)
    par_dispositif: dict[str, list[e.Ligne]] = defaultdict(list)
    for r in e.relation(extrait, "etp_categorie"):
        par_dispositif[libelles[r["dispositif"]]].append(r)
    lues = {t.titre: t for t in e.tables(page)}
    for libelle, categories in par_dispositif.items():
        table = next(t for titre, t in lues.items() if f"« {libelle} »" in titre)
        for mesure, colonne in (
            ("ETP", "etp"), ("Coût de personnel", "cout_personnel"), ("Base D5211-16", "cout_personnel_d5211"),
        ):  # fmt: skip
            assert Counter(e.lu(x[mesure]) for x in table.lignes) == Counter(Decimal(r[colonne]) for r in categories)
            assert e.lu(table.pied[mesure]) == e.somme(categories, colonne)
    ensemble = next(t for titre, t in lues.items() if titre.startswith("Coût de personnel par dispositif"))
    publies = {libelles.get(code, "Total"): r for code, r in synthese.items()}
    for ligne in (*ensemble.lignes, ensemble.pied):
        attendu = Decimal(publies[ligne[""]]["cout_personnel"])
        assert e.lu(ligne["Synthèse publiée"]) == e.lu(ligne["Somme des catégories"]) == attendu


def test_every_trace_adds_up_to_the_synthese(extrait: Path) -> None:
    tracees = e.relation(extrait, "tracabilite")
    mesures = {(r["dispositif"], r["mesure"]) for r in tracees if r["mesure"] in _synthese(extrait)[TOTAL]}
    synthese, dites = _synthese(extrait), 0
    for page in sorted((extrait / f"dossier_audit_{extrait.name[-4:]}").glob("trace_*.html")):
        texte = re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))
        for publie, nombre, somme in re.findall(SOMME, texte):
            assert e.lu(publie) == e.lu(somme), page.name
            assert int(e.lu(nombre) or 0) > 0
            dites += 1
    assert dites == len(mesures)
    for dispositif, mesure in mesures:
        lignes = [r for r in tracees if (r["dispositif"], r["mesure"]) == (dispositif, mesure)]
        # lines are kept with twelve decimals, an ETP is published with six
        assert round(e.somme(lignes, "montant"), 6) == Decimal(synthese[dispositif][mesure] or 0), (dispositif, mesure)


def test_bridges_of_the_audit_file_are_the_csv(extrait: Path) -> None:
    page = extrait / f"dossier_audit_{extrait.name[-4:]}" / "passages.html"
    base = e.titree(page, "Du coût complet à la base")
    publies = _passage(extrait)
    colonnes = {
        "Coût complet": "cout_complet",
        "Charges de structure écartées": "dont_structure",
        "Base D5211-16": "cout_d5211",
    }
    assert {x[""] for x in base.lignes} == set(publies)
    for mesure, colonne in colonnes.items():
        assert all(e.lu(x[mesure]) == Decimal(publies[x[""]][colonne]) for x in base.lignes)
        assert e.lu(base.pied[mesure]) == e.somme(publies.values(), colonne)
    detail = e.titree(page, "Charges de structure écartées")
    assert e.lu(detail.pied["Montant écarté"]) == e.somme(publies.values(), "dont_structure")
    effets = [r for r in e.relation(extrait, "variation") if r["dispositif"] != TOTAL]
    if effets:
        pont = e.titree(page, "Du coût net").pied
        dits = sum(e.lu(pont[x]) or 0 for x in ("Temps passé", "Coût d'un ETP", "Autres effets"))
        assert dits == e.somme(effets, "montant")


# ---------------------------------------------------------------- council, workbook
def test_figures_of_the_council_are_the_csv(extrait: Path) -> None:
    page = extrait / f"bilan_etape_{extrait.name[-4:]}.html"
    libelles = {**_libelles(extrait), TOTAL: "Total"}
    synthese = {libelles[code]: r for code, r in _synthese(extrait).items()}
    cout = e.avec(page, "ETP", "Coût net", "Recettes", "Reste à charge")
    lues = 0
    for ligne in (*cout.lignes, cout.pied):
        publie = synthese[ligne[""]]
        for mesure, colonne in (
            ("ETP", "etp"), ("Coût net", "cout_net"), ("Recettes", "recettes"), ("Reste à charge", "reste_a_charge"),
        ):  # fmt: skip
            if e.lu(ligne[mesure]) is not None:
                lues += 1
                assert e.est(ligne[mesure], Decimal(publie[colonne])), (ligne, mesure)
    assert lues >= 3 * len(synthese)
    base = e.avec(page, "Base D5211-16", "Structure")
    passage = _passage(extrait)
    for ligne in base.lignes:
        assert e.est(ligne["Base D5211-16"], Decimal(passage[ligne[""]]["cout_d5211"]))
        assert e.est(ligne["Structure"], -Decimal(passage[ligne[""]]["dont_structure"]))


def test_figures_of_the_workbook_are_the_csv(extrait: Path) -> None:
    synthese, e_ = _synthese(extrait), extrait.name[-4:]
    total = synthese[TOTAL]
    _, pied = e.feuille(extrait, f"T_Detail_{e_}")
    for mesure, colonne, signe in (
        ("Personnel", "cout_personnel", 1),
        ("Fonctionnement direct", "cout_fonctionnement", 1),
        ("Amortissements", "amortissements", 1),
        ("Subventions de fonctionnement", "subventions", -1),
        ("Reprises de subventions d'investissement", "reprises", -1),
        ("Coût net", "cout_net", 1),
    ):
        assert e.exact(pied[mesure]) == signe * Decimal(total[colonne]), mesure
    lignes, pied = e.feuille(extrait, "T_Cout_adherent")
    for mesure, colonne in (
        ("Coût de ce qui est utilisé", "cout_usage"), ("Montant dû", "montant_du"),
        ("À la charge de l'EPCI", "reste_a_charge"),
    ):  # fmt: skip
        rangees = e.relation(extrait, "cout_adherent")
        assert Counter(e.exact(x[mesure]) for x in lignes) == Counter(Decimal(r[colonne]) for r in rangees), mesure
        assert e.exact(pied[mesure]) == e.somme(rangees, colonne)
    lignes, pied = e.feuille(extrait, "T_ETP_par_categorie")
    rangees = e.relation(extrait, "etp_categorie")
    assert Counter(e.exact(x["Coût de personnel publié"]) for x in lignes) == Counter(
        Decimal(r["cout_personnel"]) for r in rangees
    )
    _, pied = e.feuille(extrait, "T_Recouvrement")
    recouvrement = e.relation(extrait, "recouvrement")
    assert e.exact(pied["Dû"]) == e.somme(recouvrement, "montant_du")
    assert e.exact(pied["Titré"]) == e.somme(recouvrement, "montant_titre")
    _, pied = e.feuille(extrait, "T_Communes")
    assert e.exact(pied["Coût utilisé"]) == Decimal(total["cout_net"])
