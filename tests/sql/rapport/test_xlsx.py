"""The workbook: typed cells, named tables, totals as formulas that equal the warehouse, F10, a real recalculation."""

import re
import subprocess
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.sql.publication import entrepot_publie

from mutualisation.documents.mise_en_forme.xlsx import LIGNE_ENTETE, ecrire
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.documents.situation.dossier_situation import COLONNES
from mutualisation.documents.situation.page_situation import EFFETS, Situation, page
from mutualisation.socle.francais.typographie import imprimer

PREMIERE = LIGNE_ENTETE + 2
RECALCUL = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
    "<value>0</value></prop></item></oor:items>"
)
FEUILLES = [
    "Lisez-moi", "Synthèse", "Détail 2021", "Part de l’EPCI", "Variation", "Origine des recettes", "Coût moyen",
    "ETP par catégorie", "Passage D5211-16", "Passage par compte", "Coût unitaire", "Communes", "Coût par adhérent",
    "Adhésions", "Recouvrement", "Factures", "Écarts par adhérent", "CEE", "Prévision", "Prévision par adhérent",
    "Essai de la prévision", "Écart à la prévision", "Indicateurs", "États de valorisation", "Contrôles", "Répartition",
    "Rejets", "Paramètres",
]  # fmt: skip
# read on a screen, summed up by another sheet
NON_IMPRIMEES = {"Passage par compte", "Coût par adhérent", "Adhésions"}


@cache
def _classeur(extrait: Path, *, valeurs: bool = False) -> Any:
    return load_workbook(extrait / "bilan_etape_2021.xlsx", data_only=valeurs)


def _table(feuille: Any) -> Any:
    (table,) = feuille.tables.values()
    return table


def _entete(feuille: Any) -> int:
    return int(re.search(r"\d+", _table(feuille).ref).group())  # type: ignore[union-attr]


def _colonne(feuille: Any, titre: str) -> int:
    return next(c.column for c in feuille[_entete(feuille)] if c.value == imprimer(titre))


def _ligne(feuille: Any, intitule: str) -> int:
    return next(c.row for c in feuille["A"] if c.value == imprimer(intitule))


def test_chaque_feuille_est_une_table_nommee_totalisee_et_mise_en_page(extrait: Path) -> None:
    livre = _classeur(extrait)
    assert livre.sheetnames == FEUILLES
    noms = set()
    for nom in livre.sheetnames[1:]:
        feuille = livre[nom]
        table = _table(feuille)
        noms.add(table.name)
        assert table.totalsRowCount == 1, nom
        total = feuille[int(re.sub(r"\D", "", table.ref.partition(":")[2]))]
        assert any(c.data_type == "f" for c in total), f"{nom} : pas de total par formule"
        assert feuille.print_area, nom
        assert feuille.print_title_cols == "$A:$A", nom
        assert feuille.page_setup.orientation == "landscape"
        assert "Métropole Européenne de Lille" in feuille.oddHeader.left.text
        assert "exercice 2021" in feuille.oddHeader.center.text
        assert "Version 1" in feuille.oddHeader.right.text
        assert "&P / &N" in feuille.oddFooter.right.text
        imprimee = feuille.print_area.rpartition("!")[2]
        assert imprimee.startswith("$A$1:") is (nom not in NON_IMPRIMEES), nom
        assert "DONNÉES SYNTHÉTIQUES" in feuille["A2"].value
    assert len(noms) == len(FEUILLES) - 1
    assert livre["Part de l’EPCI"].print_title_rows == f"${PREMIERE - 1}:${PREMIERE - 1}"
    assert livre["Part de l’EPCI"].freeze_panes == f"B{PREMIERE}"
    assert all(livre[nom]._charts for nom in ("Synthèse", "Détail 2021", "Part de l’EPCI", "Variation"))


def test_le_sommaire_mene_a_chaque_feuille(extrait: Path) -> None:
    feuille = _classeur(extrait)["Lisez-moi"]
    liens = {c.value: c.hyperlink.location for c in feuille["A"] if c.hyperlink}
    assert list(liens) == FEUILLES[1:]
    assert liens["Communes"] == "'Communes'!A1"
    assert _classeur(extrait)["Communes"]["A3"].hyperlink.location == "'Lisez-moi'!A1"
    assert {c.value for c in feuille["A"]} >= {"Sans ligne cette année", "Coûts et financement", "Impression"}


def test_les_totaux_sont_des_formules_qui_valent_le_total_publie(extrait: Path) -> None:
    formules, valeurs = _classeur(extrait)["Détail 2021"], _classeur(extrait, valeurs=True)["Détail 2021"]
    colonne, rang = _colonne(formules, "Coût net"), _ligne(formules, "Total")
    assert formules.cell(rang, colonne).value == "=SUBTOTAL(109,T_Detail_2021[Coût net])"
    total = next(
        r for r in entrepot_publie.rangees()["synthese_financiere"] if r["est_total"] and r["exercice"] == 2021
    )
    assert Decimal(str(valeurs.cell(rang, colonne).value)) == total["cout_net"]
    assert valeurs.cell(rang + 2, colonne).value == "conforme"


def test_les_signes_sont_ceux_de_la_page(extrait: Path) -> None:
    feuille = _classeur(extrait, valeurs=True)["Détail 2021"]
    rang = _ligne(feuille, "Centrale d'Achat Métropolitaine (CAM)")
    assert feuille.cell(rang, _colonne(feuille, "Subventions de fonctionnement")).value == -400
    assert _classeur(extrait)["Détail 2021"].cell(rang, _colonne(feuille, "Coût net")).value == f"=SUM(C{rang}:G{rang})"


def test_le_passage_est_verifie_face_aux_autres_relations(extrait: Path) -> None:
    formules, valeurs = _classeur(extrait)["Passage D5211-16"], _classeur(extrait, valeurs=True)["Passage D5211-16"]
    rang = _ligne(formules, "Total")
    assert valeurs.cell(rang + 1, 3).value == -3000.30  # Σ of the detail by account
    assert formules.cell(rang + 2, 3).value.startswith("=IF(ABS(SUM(")


def test_le_total_publie_est_verifie_sur_les_feuilles_qui_le_somment(extrait: Path) -> None:
    valeurs = _classeur(extrait, valeurs=True)
    controlees = {
        feuille.title
        for feuille in valeurs
        for rangee in feuille.iter_rows()
        if rangee[0].value == "Contrôle" and "conforme" in {c.value for c in rangee}
    }
    assert controlees >= {
        "Synthèse", "Détail 2021", "Part de l’EPCI", "Origine des recettes", "Passage D5211-16", "Passage par compte",
        "Coût unitaire", "Communes", "Coût par adhérent", "Recouvrement", "Rejets",
    }  # fmt: skip
    assert "écart" not in {c.value for feuille in valeurs for rangee in feuille.iter_rows() for c in rangee}


def test_une_commune_est_seule_et_la_feuille_est_le_tout(extrait: Path) -> None:
    formules, valeurs = _classeur(extrait)["Communes"], _classeur(extrait, valeurs=True)["Communes"]
    loos = _ligne(formules, "Commune de Loos")
    colonne = _colonne(formules, "Adhésion et usage")
    assert formules.cell(loos, colonne).value.startswith("=SUMIFS('Coût par adhérent'!$")
    attendu = sum(
        (Decimal(r["cout_usage"]) for r in entrepot_publie.rangees()["cout_adherent"] if r["exercice"] == 2021),
        Decimal(0),
    )
    total = valeurs.cell(_ligne(formules, "Total"), colonne).value
    assert Decimal(str(total)) == attendu
    # its CCAS is in the last row
    lille = valeurs.cell(_ligne(valeurs, "Commune de Lille"), colonne).value
    assert Decimal(str(lille)) == Decimal("129447.97")
    habitants = _colonne(formules, "Dû par habitant")
    assert formules.cell(loos, habitants).value == f"=F{loos}/C{loos}"


def test_le_cout_du_personnel_se_recalcule_des_couts_moyens(extrait: Path) -> None:
    formules = _classeur(extrait)["ETP par catégorie"]
    assert formules.cell(PREMIERE, _colonne(formules, "Coût moyen complet")).value.startswith("=INDEX('Coût moyen'!$")
    recalcul = formules.cell(PREMIERE, _colonne(formules, "Coût recalculé : ETP × coût moyen")).value
    assert recalcul == f"=ROUND(C{PREMIERE}*D{PREMIERE},2)"


def test_un_adherent_est_nomme_a_cote_de_son_siret(extrait: Path) -> None:
    valeurs = _classeur(extrait, valeurs=True)
    for nom in ("Coût par adhérent", "Adhésions", "Écarts par adhérent"):
        feuille = valeurs[nom]
        siret, adherent = _colonne(feuille, "SIRET"), _colonne(feuille, "Adhérent")
        debut, fin = _entete(feuille) + 1, int(_table(feuille).ref.rpartition(":")[2].strip("ABCDEFGHIJKLMNOP")) - 1
        lus = [(feuille.cell(r, siret).value, feuille.cell(r, adherent).value) for r in range(debut, fin + 1)]
        assert lus
        assert all(noms for siret, noms in lus if siret), nom


def test_une_longue_liste_imprime_son_resume_par_formules(extrait: Path) -> None:
    formules, valeurs = (_classeur(extrait, valeurs=v)["Prévision"] for v in (False, True))
    rang = next(c.row for c in formules["A"] if c.value == "Déjà décidé" and formules.cell(c.row, 2).value == 2022)
    colonne = _colonne(formules, "Coût net")
    assert formules.cell(rang, colonne).value.startswith("=SUMIFS(")
    assert valeurs.cell(rang, colonne).value == 228400
    assert int(formules.print_area.rpartition("$")[2]) < _entete(formules)


def test_les_apostrophes_sont_celles_de_l_imprime(extrait: Path) -> None:
    for feuille in _classeur(extrait, valeurs=True):
        dits = [c.value for rangee in feuille.iter_rows() for c in rangee if isinstance(c.value, str)]
        entete, pied = feuille.oddHeader.center.text, feuille.oddFooter.left.text
        # a file is named as it is; a first one keeps a text from being a formula (F10)
        assert not [x for x in (*dits, entete, pied) if "'" in x[1:] and "/" not in x], feuille.title


def test_aucun_code_n_est_montre_et_un_pourcentage_en_est_un(extrait: Path) -> None:
    valeurs = _classeur(extrait, valeurs=True)
    dits = {str(c.value) for feuille in valeurs for rangee in feuille.iter_rows() for c in rangee if c.value}
    assert not {d for d in dits if re.fullmatch(r"[a-z]+(_[a-z]+)+", d)}
    feuille = valeurs["Indicateurs"]
    cellule = feuille.cell(_ligne(feuille, "Communes adhérentes à 5 à 9 dispositifs"), 2)
    assert (cellule.value, cellule.number_format[-1]) == (0.53, "%")
    motifs = {c.value for c in valeurs["Répartition"]["C"]}
    assert {"Sans axe analytique", "Opération d’ordre"} <= motifs
    assert _ligne(valeurs["CEE"], "Cumul 2019-2021")


def test_la_ligne_d_ecart_est_une_formule_qui_vaut_l_ecart_publie(extrait: Path) -> None:
    formules, valeurs = (_classeur(extrait, valeurs=v)["Écart à la prévision"] for v in (False, True))
    colonne, rang = _colonne(formules, "Écart"), _entete(formules) + 1
    assert formules.cell(rang, colonne).value.startswith(f"=E{rang}+F{rang}+G{rang}")
    assert valeurs.cell(rang, colonne).value in (62801.05, -5821.49)


def test_les_cellules_ont_un_type_et_des_recettes_inconnues_ne_sont_pas_zero(extrait: Path) -> None:
    feuille = _classeur(extrait, valeurs=True)["Synthèse"]
    colonne = _colonne(feuille, "Recettes 2021")
    assert (
        feuille.cell(_ligne(feuille, "Réseau métropolitain des moyens d'impression"), colonne).value == "non renseigné"
    )
    cellule = feuille.cell(_ligne(feuille, "Centrale d'Achat Métropolitaine (CAM)"), colonne)
    assert cellule.value == 45050
    assert "€" in cellule.number_format
    etats = _classeur(extrait, valeurs=True)["États de valorisation"]
    rang = _ligne(etats, "Carrières souterraines")
    assert [etats.cell(rang, _colonne(etats, t)).value for t in ("ETP mesurés", "Dépenses directes mesurées")] == [
        "non mesuré"
    ] * 2
    adhesions = _classeur(extrait)["Adhésions"]
    assert adhesions.cell(PREMIERE, _colonne(adhesions, "Début")).value.year == 2018


def _convertir(classeur: Path, dossier: Path, forme: str) -> Path:
    """The workbook opened, recalculated and saved again by LibreOffice."""
    profil = dossier / "profil"
    (profil / "user").mkdir(parents=True, exist_ok=True)
    (profil / "user" / "registrymodifications.xcu").write_text(RECALCUL, encoding="utf-8")
    commande = ["soffice", f"-env:UserInstallation=file://{profil}", "--headless", "--convert-to", forme, "--outdir"]
    subprocess.run([*commande, str(dossier), str(classeur)], check=True, capture_output=True, timeout=180)
    return dossier / f"{classeur.stem}.{forme}"


@pytest.mark.systeme("soffice")
def test_libreoffice_recalcule_comme_l_entrepot_et_garde_les_tables(extrait: Path, tmp_path: Path) -> None:
    recalcule = _convertir(extrait / "bilan_etape_2021.xlsx", tmp_path, "xlsx")
    formules, avant = _classeur(extrait), _classeur(extrait, valeurs=True)
    apres, relu = load_workbook(recalcule, data_only=True), load_workbook(recalcule)
    lues = 0
    for nom in avant.sheetnames:
        for rangee in formules[nom].iter_rows():
            for cellule in rangee:
                if cellule.data_type != "f":
                    continue
                lues += 1
                publiee, recalculee = avant[nom][cellule.coordinate].value, apres[nom][cellule.coordinate].value
                if isinstance(publiee, str):
                    assert recalculee == publiee == "conforme", f"{nom}!{cellule.coordinate}"
                else:
                    assert recalculee == pytest.approx(publiee, abs=0.000001), f"{nom}!{cellule.coordinate}"
        assert {t.name for t in relu[nom].tables.values()} == {t.name for t in formules[nom].tables.values()}
    assert lues > 200


@pytest.mark.systeme("soffice")
def test_libreoffice_recalcule_une_situation(bilan: Bilan, tmp_path: Path) -> None:
    """Totals are formulas, of the cents of the CSV; a column of which nothing is known has none."""
    lignes = [
        dict.fromkeys([*COLONNES["atterrissage"], "depasse"])
        | dict.fromkeys((f"effet_{e}" for e in EFFETS), Decimal(0))
        | {"dispositif": d, "libelle": d, "cumul_cout": Decimal(n), "cumul_cout_n1": Decimal("0.10"), "prevu_cout": p}
        for d, n, p in (("A", "1.11", None), ("B", "-2.22", Decimal("7.77")), ("C", "1000000.03", None))
    ]  # fmt: skip
    mois = [{"exercice": e, "mois": 5, "dispositif": x["dispositif"], "etp": Decimal(1), "exercice_prix": 2020,
             "sans_cout": None}
            for e in (2020, 2021) for x in lignes]  # fmt: skip
    ecrire(page(Situation(bilan.contexte, 5, mois, lignes)), tmp_path / "situation.xlsx")
    avant = load_workbook(tmp_path / "situation.xlsx")["Situation"]
    apres = load_workbook(_convertir(tmp_path / "situation.xlsx", tmp_path / "relu", "xlsx"), data_only=True)[
        "Situation"
    ]
    rang = next(c.row for c in avant["A"] if c.value == "Total")
    assert [c.data_type for c in avant[rang]] == ["s", "f", "f", "f", "n", "f", "n", "n", "n"]
    assert [c.value for c in apres[rang][1:6]] == pytest.approx([999998.92, 0.30, 999998.62, None, 7.77], abs=1e-9)


@pytest.mark.systeme("soffice")
def test_le_classeur_s_imprime_en_peu_de_pages(extrait: Path, tmp_path: Path) -> None:
    pdf = _convertir(extrait / "bilan_etape_2021.xlsx", tmp_path, "pdf").read_bytes()
    pages = max(
        int(n) for n in re.findall(rb"/Type\s*/Pages[^>]*/Count\s+(\d+)|/Count\s+(\d+)[^>]*/Type\s*/Pages", pdf)[0] if n
    )
    # a page a sheet: a long list prints its summary, or nothing when another sheet sums it up
    assert pages == len(FEUILLES) - len(NON_IMPRIMEES)
