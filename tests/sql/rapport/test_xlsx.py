"""The workbook: its relations, typed; totals as formulas that equal the warehouse; F10; a real recalculation."""

import csv
import subprocess
import zipfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook

from mutualisation.documents import classeur
from mutualisation.documents.mise_en_forme.xlsx import LIGNE_ENTETE, ecrire
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.documents.situation.dossier_situation import COLONNES
from mutualisation.documents.situation.page_situation import EFFETS, Situation, page
from mutualisation.publication.versions.relations import lire_relations

ENTETE, PREMIERE = LIGNE_ENTETE + 1, LIGNE_ENTETE + 2
PUBLIE = "Total publié par l’entrepôt"
RECALCUL = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
    "<value>0</value></prop></item></oor:items>"
)


@cache
def _classeur(extrait: Path, *, valeurs: bool = False) -> Any:
    return load_workbook(extrait / "bilan_etape_2021.xlsx", data_only=valeurs)


def _colonne(feuille: Any, titre: str) -> int:
    return next(c.column for c in feuille[ENTETE] if c.value == titre)


def _ligne(feuille: Any, intitule: str) -> int:
    return next(c.row for c in feuille["A"] if c.value == intitule)


def test_chaque_relation_qui_a_une_ligne_est_une_feuille(extrait: Path) -> None:
    livre = _classeur(extrait)
    pleines = [nom for nom in lire_relations() if len((extrait / f"{nom}.csv").read_bytes().splitlines()) > 1]
    assert livre.sheetnames == ["Lisez-moi", "Synthèse", *pleines]
    for feuille in livre.worksheets[1:]:
        (table,) = feuille.tables.values()
        assert (table.totalsRowCount, table.autoFilter is not None) == (1, True), feuille.title
        assert feuille.freeze_panes == f"B{PREMIERE}"
        assert feuille.print_title_rows == f"${ENTETE}:${ENTETE}"
        assert feuille.page_setup.orientation == "landscape"
        assert "Métropole Européenne de Lille" in feuille.oddHeader.left.text
        assert "exercice 2021" in feuille.oddHeader.center.text
        assert "Version 1" in feuille.oddHeader.right.text
        assert "DONNÉES SYNTHÉTIQUES" in feuille["A2"].value


def test_le_sommaire_mene_a_chaque_feuille_et_nomme_celles_sans_ligne(extrait: Path) -> None:
    livre = _classeur(extrait)
    feuille = livre["Lisez-moi"]
    assert [c.value for c in feuille["A"] if c.hyperlink] == livre.sheetnames[1:]
    assert livre["cout_adherent"]["A3"].hyperlink.location == "'Lisez-moi'!A1"
    vides = feuille.cell(_ligne(feuille, "Sans ligne"), 2).value
    assert {*livre.sheetnames[2:], *vides.split(", ")} == set(lire_relations())


def test_chaque_colonne_est_decrite_et_typee_comme_au_contrat(extrait: Path) -> None:
    livre, sortes = _classeur(extrait), {"numeric": "n", "integer": "n", "bigint": "n", "boolean": "b", "date": "d"}
    for nom in livre.sheetnames[2:]:
        relation, feuille = lire_relations()[nom], livre[nom]
        with (extrait / f"{nom}.csv").open(encoding="utf-8", newline="") as fichier:
            lues = [r for r in csv.DictReader(fichier, delimiter=";") if r.get("est_total") != "true"]
        for i, c in enumerate((c for c in relation.colonnes if not c.est_horodatage), start=1):
            assert feuille.cell(ENTETE, i).comment.text == f"{c.nom} : {c.description}"
            for rang, ligne in enumerate(lues, start=PREMIERE):
                cellule = feuille.cell(rang, i)
                if ligne[c.nom] == "":
                    assert cellule.value is None
                    continue
                assert cellule.data_type == sortes.get(c.type.partition("(")[0], "s"), f"{nom}.{c.nom}"
                if cellule.data_type == "s":
                    assert cellule.value == ligne[c.nom]


def test_un_nombre_est_le_texte_exact_de_son_decimal(extrait: Path) -> None:
    """No float on the way: the cell of a CSV of the extract is the text that the CSV has."""
    rang = _classeur(extrait).sheetnames.index("tracabilite") + 1
    archive = zipfile.Path(extrait / "bilan_etape_2021.xlsx")
    ecrits = (archive / "xl" / "worksheets" / f"sheet{rang}.xml").read_text(encoding="utf-8")
    with (extrait / "tracabilite.csv").open(encoding="utf-8", newline="") as fichier:
        montants = [r["montant"] for r in csv.DictReader(fichier, delimiter=";") if r["montant"]]
    assert montants
    assert [x for x in montants if f"<v>{Decimal(x):.16G}</v>" not in ecrits] == []


def test_la_synthese_a_trois_ans_et_les_scenarios_ne_s_additionnent_pas(extrait: Path, bilan: Bilan) -> None:
    livre = _classeur(extrait)
    synthese = livre["Synthèse"]
    assert [c.value for c in synthese[ENTETE]][1:4] == ["ETP 2019", "ETP 2020", "ETP 2021"]
    rang = _ligne(synthese, PUBLIE)
    assert Decimal(str(synthese.cell(rang, _colonne(synthese, "Coût net 2021")).value)) == bilan.total["cout_net"]
    assert "TOTAL" not in {c.value for c in livre["synthese_financiere"]["B"]}
    assert "f" not in {c.data_type for rangee in livre["prevision"].iter_rows() for c in rangee}


def test_une_relation_trop_longue_est_dite_au_sommaire(bilan: Bilan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classeur, "LIGNES_MAX", 1)
    (document,) = classeur.documents(bilan)
    noms = [t.feuille.nom for t in document.sections[0].blocs]  # type: ignore[union-attr]
    assert noms[0] == "Synthèse"
    assert "tracabilite" not in noms
    assert "tracabilite" in dict(document.notice[1])["Trop longues pour une feuille"]


def _convertir(livre: Path, dossier: Path) -> Path:
    """The workbook opened, recalculated and saved again by LibreOffice."""
    profil = dossier / "profil"
    (profil / "user").mkdir(parents=True, exist_ok=True)
    (profil / "user" / "registrymodifications.xcu").write_text(RECALCUL, encoding="utf-8")
    commande = ["soffice", f"-env:UserInstallation=file://{profil}", "--headless", "--convert-to", "xlsx", "--outdir"]
    subprocess.run([*commande, str(dossier), str(livre)], check=True, capture_output=True, timeout=180)
    return dossier / livre.name


def _publies(conn: psycopg.Connection[Any], nom: str, colonnes: list[str]) -> list[Decimal | None]:
    """What the warehouse adds up of a relation for 2021; its own row TOTAL apart."""
    sommes = ", ".join(f"sum({c})" for c in colonnes)
    relation = lire_relations()[nom]
    total = " and not est_total" if "est_total" in relation.noms_colonnes else ""
    requete = f"select {sommes} from versions.{nom} where {relation.pointeur} = 2021 and version = 1{total}"
    return list(conn.execute(requete).fetchone() or ())  # type: ignore[call-overload]


@pytest.mark.systeme("soffice")
def test_libreoffice_recalcule_chaque_total_comme_l_entrepot(extrait: Path, bilan: Bilan, tmp_path: Path) -> None:
    relu = _convertir(extrait / "bilan_etape_2021.xlsx", tmp_path)
    formules, avant = _classeur(extrait), _classeur(extrait, valeurs=True)
    apres, tables = load_workbook(relu, data_only=True), load_workbook(relu)
    comptees = 0
    for feuille in formules:
        nom = feuille.title
        assert {t.name for t in tables[nom].tables.values()} == {t.name for t in feuille.tables.values()}
        cellules = [c for rangee in feuille.iter_rows() for c in rangee if c.data_type == "f"]
        comptees += len(cellules)
        for c in cellules:
            assert c.value == f"=SUBTOTAL(109,{next(iter(feuille.tables))}[{feuille.cell(ENTETE, c.column).value}])"
            publie = feuille.cell(c.row + 1, c.column).value
            assert avant[nom][c.coordinate].value == publie
            assert apres[nom][c.coordinate].value == pytest.approx(publie, abs=0.000001), f"{nom}!{c.coordinate}"
        if cellules and nom in lire_relations():
            noms = [feuille.cell(ENTETE, c.column).comment.text.partition(" : ")[0] for c in cellules]
            sommes = _publies(bilan._conn, nom, noms)
            lus = [Decimal(repr(feuille.cell(c.row + 1, c.column).value)) for c in cellules]
            assert lus == sommes, nom
    assert comptees > 40


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
    apres = load_workbook(_convertir(tmp_path / "situation.xlsx", tmp_path / "relu"), data_only=True)["Situation"]
    rang = next(c.row for c in avant["A"] if c.value == "Total")
    assert [c.data_type for c in avant[rang]] == ["s", "f", "f", "f", "n", "f", "n", "n", "n"]
    assert [c.value for c in apres[rang][1:6]] == pytest.approx([999998.92, 0.30, 999998.62, None, 7.77], abs=1e-9)
