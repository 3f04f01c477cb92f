"""The workbook to correct, without a warehouse: what it shows, what is read back, what is refused."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.unit.reparation.lignes_types import ABSENCE, AXE, LIGNE, MONTANT, POPULATION, SAISIE, TITRE, fautive

from mutualisation.entree.lecteurs.entete import normaliser
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.reparation import classeur as module
from mutualisation.usage.reparation.classeur import (
    AVANT,
    NON_REPARABLES,
    LigneFautive,
    classeur,
    ecrire_classeurs,
    jeu_de_la_feuille,
    lire_corrections,
)

REG = registre()
ENTETE, PREMIERE = 4, 5


def ecrire(chemin: Path, lignes: Sequence[LigneFautive]) -> Path:
    chemin.write_bytes(classeur(lignes[0].fichier.source, lignes))
    return chemin


def taper(chemin: Path, feuille: str, *saisies: tuple[int, str, Any]) -> None:
    """Cells typed in a spreadsheet: (rank of the row, header, value)."""
    livre = openpyxl.load_workbook(chemin)
    onglet = livre[feuille]
    colonnes = {c.value: c.column for c in onglet[ENTETE]}
    for rang, entete, valeur in saisies:
        onglet.cell(PREMIERE + rang, colonnes[entete]).value = valeur
    livre.save(chemin)


def relire(
    chemin: Path, lignes: Sequence[LigneFautive], limites: Limites | None = None
) -> list[tuple[int, dict[str, str]]]:
    return [(c.ligne.ligne, dict(c.valeurs)) for c in lire_corrections(chemin, lignes, limites or Limites())]


@pytest.mark.parametrize("jeu", [j for j in REG.jeux if j.nom not in NON_REPARABLES], ids=lambda j: j.nom)
def test_une_feuille_a_des_entetes_distincts(jeu: Jeu) -> None:
    noms = [normaliser(c.entete or c.nom) for c in jeu_de_la_feuille(jeu).colonnes]
    assert len(set(noms)) == len(noms)
    assert not {normaliser(n) for n in AVANT} & {normaliser(c.entete or "") for c in jeu.colonnes}


def test_ce_que_le_classeur_montre(tmp_path: Path) -> None:
    onglet = openpyxl.load_workbook(ecrire(tmp_path / "c.xlsx", [MONTANT, AXE]))["mandats"]
    entetes = [c.value for c in onglet[ENTETE]]
    montant = dict(zip(entetes, onglet[PREMIERE], strict=True))
    assert [montant[e].value for e in AVANT] == [
        "compta/mandats_2023-04.csv", "12", "rejetée", "montant illisible (deux décimales au plus, C1)", "C1",
        "écrire le nombre en chiffres, avec une virgule décimale, sans signe % ni point des milliers", "Montant TTC",
        None,
    ]  # fmt: skip
    assert montant["Montant TTC"].value == "'-12,345"
    assert montant["Bordereau"].value == "0012"
    assert montant["Montant TTC"].fill.fgColor.rgb == "FFF8D7DA"
    assert montant["Axe analytique"].fill.fgColor.rgb != "FFF8D7DA"
    assert (montant["Objet"].value, montant["Tiers"].value) == (None, None)
    assert onglet.protection.sheet
    assert [montant[e].protection.locked for e in ("Ligne livrée", "Corrigé", "Montant TTC", "Repère mandats")] == [
        True, False, False, True,
    ]  # fmt: skip


def test_une_ligne_de_total_ne_demande_rien_a_remplir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The workbook asked for the year of « Total général »: a total filled in would count twice."""
    fautes = [("Exercice", "nombre entier attendu (C1)", "rejete"), ("Bordereau", "cellule vide (C2)", "rejete")]
    total = replace(fautive("mandats", 4, fautes, montant_ttc="1 200,00"), est_un_total=True)
    fournisseur = fautive("mandats", 5, [fautes[1]], exercice="2024", tiers="Total Energies", objet="Total du mois")
    assert ecrire_tous(monkeypatch, tmp_path, total, fournisseur) == ["compta.xlsx"]
    onglet = openpyxl.load_workbook(tmp_path / "compta.xlsx")["mandats"]
    entetes = [c.value for c in onglet[ENTETE]]
    lues = [dict(zip(entetes, onglet[PREMIERE + i], strict=True)) for i in (0, 1)]
    assert [x["Remède"].value.startswith("ôter la ligne de l'export") for x in lues] == [True, False]
    assert [x["En faute"].value for x in lues] == ["toute la ligne", "Bordereau"]
    assert [x[e].protection.locked for x in lues for e in ("Corrigé", "Exercice")] == [True, True, False, False]
    assert [n for _, n in ecrire_classeurs(None, tmp_path)] == [1]


def test_rien_de_personnel_dans_le_classeur(tmp_path: Path) -> None:
    onglet = openpyxl.load_workbook(ecrire(tmp_path / "c.xlsx", [SAISIE, ABSENCE]))["temps"]
    textes = {str(c.value) for rangee in onglet.iter_rows(min_row=PREMIERE) for c in rangee}
    assert not textes & {"f" * 32, "A-0123456789ab"}
    assert {"Nom", "Prénom", "Service"}.isdisjoint(c.value for c in onglet[ENTETE])


def test_ce_qui_ne_se_repare_pas_dit_pourquoi(tmp_path: Path) -> None:
    pes = fautive("mandats", 9, [("Montant HT (MtHT)", "montant absent (C2)", "rejete")])
    pes = LigneFautive(pes.fichier.__class__(**{**vars(pes.fichier), "jeu": "pes"}), 9, pes.fautes, {})
    livre = openpyxl.load_workbook(ecrire(tmp_path / "c.xlsx", [MONTANT, pes]))
    assert livre.sheetnames == ["Lisez-moi", "mandats", "pes"]
    assert "logiciel comptable" in str(livre["pes"].cell(2, 1).value)
    assert [c.value for c in livre["pes"][ENTETE]] == list(AVANT[:-1])


@pytest.mark.parametrize(
    ("lignes", "feuille", "saisies", "attendu"),
    [
        ([MONTANT, AXE], "mandats", [], []),
        ([MONTANT, AXE], "mandats", [(0, "Corrigé", "-12,34")], [(12, {"montant_ttc": "-12,34"})]),
        ([MONTANT, AXE], "mandats", [(0, "Montant TTC", "'-12,34")], [(12, {"montant_ttc": "-12,34"})]),
        ([MONTANT, AXE], "mandats", [(0, "Montant TTC", -12.34)], [(12, {"montant_ttc": "-12.34"})]),
        ([MONTANT, AXE], "mandats", [(0, "Corrigé", -12.34), (0, "Axe analytique", "XADS")],
         [(12, {"montant_ttc": "-12.34", "axe_analytique": "XADS"})]),
        ([MONTANT, AXE], "mandats", [(0, "Statut", None)], [(12, {"statut": ""})]),
        ([MONTANT, AXE], "mandats", [(0, "Objet", "Relevé")], [(12, {"objet": "Relevé"})]),
        ([MONTANT, AXE], "mandats", [(1, "Corrigé", "ADS")], [(13, {"axe_analytique": "ADS"})]),
        ([LIGNE], "mandats", [(0, "Axe analytique", "ADS")], [(14, {"axe_analytique": "ADS"})]),
        ([SAISIE, ABSENCE], "temps", [(0, "Corrigé", "O"), (1, "Matricule", "0907331")],
         [(5, {"valide": "O"}), (6, {"matricule": "0907331"})]),
        ([POPULATION], "populations", [(0, "Corrigé", 1000)], [(3, {"population_totale": "1000"})]),
    ],
)  # fmt: skip
def test_ce_qui_a_change(tmp_path: Path, lignes: Any, feuille: str, saisies: Any, attendu: Any) -> None:
    chemin = ecrire(tmp_path / "c.xlsx", lignes)
    taper(chemin, feuille, *saisies)
    assert relire(chemin, lignes) == attendu


@pytest.mark.parametrize(
    ("saisies", "dit"),
    [
        ([(0, "Ligne livrée", "13")], "« Repère » a été modifié"),
        ([(0, "Ligne livrée", "99")], "n'a pas, ou n'a plus, cette ligne"),
        ([(0, "Fichier livré", "compta/mandats_2023-05.csv")], "n'a pas, ou n'a plus, cette ligne"),
        ([(0, "Repère mandats", "0" * 16)], "« Repère » a été modifié"),
        ([(1, "Ligne livrée", "12"), (1, "Repère mandats", MONTANT.repere)], "déjà plus haut"),
        ([(2, "Corrigé", "ADS")], "ne dit pas de quelle colonne"),
        ([(0, "Corrigé", "=1+1")], "formule sans valeur"),
    ],
)
def test_ce_qui_est_refuse(tmp_path: Path, saisies: Any, dit: str) -> None:
    lignes = [MONTANT, AXE, LIGNE]
    chemin = ecrire(tmp_path / "c.xlsx", lignes)
    taper(chemin, "mandats", *saisies)
    with pytest.raises(LectureRefusee, match=r"^feuille « mandats », rangée \d") as refus:
        relire(chemin, lignes)
    assert dit in str(refus.value)


def test_un_fichier_livre_de_nouveau_ne_se_repare_plus(tmp_path: Path) -> None:
    chemin = ecrire(tmp_path / "c.xlsx", [MONTANT])
    taper(chemin, "mandats", (0, "Corrigé", "1,00"))
    fichier = MONTANT.fichier.__class__(**{**vars(MONTANT.fichier), "sha256": "b" * 64})
    with pytest.raises(LectureRefusee, match="livré de nouveau depuis"):
        relire(chemin, [LigneFautive(fichier, 12, MONTANT.fautes, MONTANT.cellules)])


def test_une_feuille_de_titres_n_est_pas_une_feuille_de_mandats(tmp_path: Path) -> None:
    chemin = ecrire(tmp_path / "c.xlsx", [MONTANT, TITRE])
    taper(chemin, "titres", (0, "Corrigé", "2,00"))
    assert relire(chemin, [MONTANT, TITRE]) == [(12, {"montant_ttc": "2,00"})]


def test_une_cellule_trop_longue(tmp_path: Path) -> None:
    chemin = ecrire(tmp_path / "c.xlsx", [MONTANT])
    taper(chemin, "mandats", (0, "Statut", "P" * 201))
    with pytest.raises(LectureRefusee, match="201 caractères, 200 au plus"):
        relire(chemin, [MONTANT], Limites(cellule=200))


def test_un_autre_classeur(tmp_path: Path) -> None:
    livre = openpyxl.Workbook()
    livre.active.append(["Dispositif", "Code"])
    livre.save(tmp_path / "autre.xlsx")
    with pytest.raises(LectureRefusee, match="n'est pas un classeur de lignes à corriger"):
        relire(tmp_path / "autre.xlsx", [MONTANT])


def ecrire_tous(monkeypatch: pytest.MonkeyPatch, dossier: Path, *lignes: LigneFautive) -> list[str]:
    """`reparer --sortie` over these rows of the last build; the names of the workbooks."""
    monkeypatch.setattr(module, "lignes_fautives", lambda _conn: list(lignes))
    return [chemin.name for chemin, _ in ecrire_classeurs(None, dossier)]


def test_un_classeur_que_personne_n_a_touche_se_remplace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert ecrire_tous(monkeypatch, tmp_path, MONTANT, AXE, SAISIE) == ["compta.xlsx", "rh.xlsx"]
    assert ecrire_tous(monkeypatch, tmp_path, MONTANT, SAISIE) == ["compta.xlsx", "rh.xlsx"]
    assert openpyxl.load_workbook(tmp_path / "compta.xlsx")["mandats"].max_row == PREMIERE


@pytest.mark.parametrize("valeur", ["O", None], ids=["corrigé", "enregistré"])
def test_un_classeur_corrige_n_est_pas_remplace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, valeur: str | None
) -> None:
    ecrire_tous(monkeypatch, tmp_path, MONTANT, SAISIE)
    taper(tmp_path / "rh.xlsx", "temps", (0, "Corrigé", valeur))
    avant = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    with pytest.raises(ErreurMutualisation, match=r"rh\.xlsx.*rien n'a été remplacé.*mutualisation reparer FICHIER"):
        ecrire_tous(monkeypatch, tmp_path, MONTANT, AXE, SAISIE)
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == avant
    assert ecrire_tous(monkeypatch, tmp_path, MONTANT) == ["compta.xlsx"]


def test_ce_qui_n_est_pas_un_classeur_n_est_pas_remplace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "compta.xlsx").write_bytes(b"notes")
    with pytest.raises(ErreurMutualisation, match="rien n'a été remplacé"):
        ecrire_tous(monkeypatch, tmp_path, MONTANT)
    assert (tmp_path / "compta.xlsx").read_bytes() == b"notes"
