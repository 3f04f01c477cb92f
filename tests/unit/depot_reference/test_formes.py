"""The reference drop is what real systems give: its PES, its keys without axis, its headers, its workbook."""

import re
from pathlib import Path

import openpyxl
from defusedxml.ElementTree import parse
from tests.atelier.partage import defauts_de_schema


def test_chaque_pes_est_valide(depot: Path) -> None:
    fichiers = sorted((depot / "compta").glob("*.xml"))
    assert len(fichiers) == 9
    assert {f.name: defauts for f in fichiers if (defauts := defauts_de_schema(f.read_bytes()))} == {}


def test_une_recette_n_a_pas_d_axe_mais_un_produit(depot: Path) -> None:
    """R3i."""
    for fichier in (depot / "compta").glob("*_R.xml"):
        noms = {noeud.tag for noeud in parse(fichier).getroot().iter()}
        assert "CptAna" not in noms
        assert "CodProdLoc" in noms


def test_un_mandat_par_pes_n_a_un_axe_que_s_il_est_partage(depot: Path) -> None:
    axes = [
        [ligne.find(".//CptAna") for ligne in parse(fichier).getroot().iter("LigneDePiece")]
        for fichier in (depot / "compta").glob("*_D.xml")
    ]
    presents = [axe is not None for fichier in axes for axe in fichier]
    assert set(presents) == {True, False}


def test_l_ancien_logiciel_de_temps_nomme_autrement(depot: Path) -> None:
    """2019: other headers and codes, no validation; `correspondances` gives them all (F16)."""
    ancien = (depot / "rh" / "temps_2019-06.csv").read_bytes().decode()
    assert {"Tâche", "Travail"} <= set(re.split(r"[;\n]", ancien))
    assert not {"Validé", "Code activité"} & set(re.split(r"[;\n]", ancien))


def test_l_etat_de_l_actif_est_un_classeur_en_pourcentages(depot: Path) -> None:
    for exercice in (2019, 2020, 2021):
        classeur = openpyxl.load_workbook(depot / "compta" / f"etat_actif_{exercice}.xlsx")
        assert classeur.sheetnames == ["Page de garde", "Export"]
        entete = [c.value for c in classeur["Export"][3]]
        colonne = entete.index("Quote-part %") + 1
        quotes = [classeur["Export"].cell(rang, colonne) for rang in range(4, classeur["Export"].max_row)]
        assert all(c.number_format == "0%" and 0 < c.value <= 1 for c in quotes)
