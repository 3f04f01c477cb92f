"""What a workbook holds beside its table is said, or refuses it (F11): hidden rows, merged cells, macros…"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from .outillage import lire, refus

POPULATIONS = ["Année", "Code INSEE", "Population totale"]


def _classeur(chemin: Path, retoucher: Callable[[Any], None]) -> Path:
    classeur = Workbook()
    feuille = classeur.worksheets[0]
    for rangee in (["Populations légales"], POPULATIONS, [2020, "59001", 5], [2020, "59002", 6], [2020, "59003", 7]):
        feuille.append(rangee)
    retoucher(classeur)
    classeur.save(chemin)
    return chemin


def _notes(chemin: Path) -> list[str]:
    lu = lire(chemin, "populations")
    assert len(lu.rangees) == 3
    return [note.replace("\u00a0", " ") for note in lu.dialecte.get("avertissements", [])]


def _ligne_masquee(classeur: Any) -> None:
    classeur.worksheets[0].row_dimensions[4].hidden = True
    classeur.worksheets[0].row_dimensions[9].hidden = True


def _colonne_masquee(classeur: Any) -> None:
    classeur.worksheets[0].column_dimensions["B"].hidden = True
    classeur.worksheets[0].column_dimensions["H"].hidden = True


def _feuille_masquee(classeur: Any) -> None:
    classeur.create_sheet("Notice")
    classeur.worksheets[0].sheet_state = "hidden"


def _fusion(classeur: Any) -> None:
    classeur.worksheets[0].merge_cells("E3:E5")
    classeur.worksheets[0].merge_cells("A1:C1")  # a banner: nothing of it is read


def _autre_feuille(classeur: Any) -> None:
    for nom in ("2021", "Modèle"):
        classeur.create_sheet(nom).append(POPULATIONS)
    classeur["2021"].append([2021, "59001", 8])


@pytest.mark.parametrize(
    ("retoucher", "note"),
    [
        (_ligne_masquee, "1 ligne masquée ou filtrée est comptée"),
        (_colonne_masquee, "1 colonne masquée est lue"),
        (_feuille_masquee, "la feuille lue est masquée"),
        (_fusion, "1 fusion de cellules"),
        (_autre_feuille, "1 autre feuille porte le même en-tête"),
    ],
)
def test_ce_qui_ne_se_voit_pas_est_dit(tmp_path: Path, retoucher: Callable[[Any], None], note: str) -> None:
    (dite,) = _notes(_classeur(tmp_path / "p.xlsx", retoucher))
    assert dite.startswith(note)
    assert dite.endswith("(F11).")


def test_un_classeur_ordinaire_ne_dit_rien(tmp_path: Path) -> None:
    assert _notes(_classeur(tmp_path / "p.xlsx", lambda _: None)) == []


def _reecrire(chemin: Path, ajouts: dict[str, bytes], feuille: tuple[bytes, bytes] = (b"", b"")) -> Path:
    sortie = chemin.with_name("r.xlsx")
    with zipfile.ZipFile(chemin) as lu, zipfile.ZipFile(sortie, "w") as ecrit:
        for nom in lu.namelist():
            octets = lu.read(nom)
            ecrit.writestr(nom, octets.replace(*feuille) if nom.endswith("sheet1.xml") and feuille[0] else octets)
        for nom, octets in ajouts.items():
            ecrit.writestr(nom, octets)
    return sortie


def test_une_formule_est_lue_a_sa_derniere_valeur_et_dite(tmp_path: Path) -> None:
    chemin = _reecrire(_classeur(tmp_path / "p.xlsx", lambda _: None), {}, (b"<v>7</v>", b"<f>SUM(1,6)</f><v>7</v>"))
    assert _notes(chemin)[0].startswith("1 cellule est une formule")


def test_des_liens_vers_d_autres_classeurs_sont_dits(tmp_path: Path) -> None:
    chemin = _reecrire(_classeur(tmp_path / "p.xlsx", lambda _: None), {"xl/externalLinks/externalLink1.xml": b"<a/>"})
    assert _notes(chemin)[0].startswith("le classeur prend des valeurs d'autres classeurs")


def test_des_macros_refusent_le_classeur(tmp_path: Path) -> None:
    chemin = _reecrire(_classeur(tmp_path / "p.xlsx", lambda _: None), {"xl/vbaProject.bin": b"x"})
    assert "le classeur contient des macros : l'enregistrer en .xlsx, sans macros" in refus(chemin, "populations")


@pytest.mark.parametrize("jeu", ["temps", "masse_salariale", "mandats", "etat_actif"])
def test_le_nom_d_une_feuille_ne_dit_personne(tmp_path: Path, jeu: str) -> None:
    """K9: in every jeu that may be about persons."""
    classeur = Workbook()
    classeur.worksheets[0].title = "Paie DUPONT J"
    for titre in ("Feuil2", "temps 2020", "Masse salariale"):
        classeur.create_sheet(titre)
    classeur.save(tmp_path / "essai.xlsx")
    motif = refus(tmp_path / "essai.xlsx", jeu)
    assert "d'aucune des feuilles n° 1, « Feuil2 », « temps 2020 », « Masse salariale »" in motif
