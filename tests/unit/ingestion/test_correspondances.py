"""`correspondances`: which rows are at fault, and how a file is read with the others (F16)."""

from pathlib import Path

import pytest
from tests.atelier.tables import cas

from mutualisation.entree.ingestion.controle import lire_controle
from mutualisation.entree.ingestion.correspondances import Correspondance, compiler, defauts
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.sources.jeux import ILLISIBLES
from mutualisation.entree.sources.registre import registre

from .outillage import Lu, lire

ENTETE = "N° dépôt;Date vente;Type;Volume vendu (kWhc);Prix (€/MWhc)"
TEMPS = "Matricule;Date;Code activité;Durée;Type jour"


def _traduction(jeu: str, *lignes: str) -> Traduction:
    cellules = [[jeu, *ligne.split(";")] for ligne in lignes]
    return compiler([Correspondance.de_cellules(c) for c in cellules]).get(jeu, SANS_TRADUCTION)


def _lire(chemin: Path, texte: str, jeu: str, *lignes: str) -> Lu:
    chemin.write_text(texte, encoding="utf-8")
    return lire(chemin, jeu, traduction=_traduction(jeu, *lignes))


def _refus(chemin: Path, texte: str, jeu: str, *lignes: str) -> str:
    with pytest.raises(LectureRefusee) as e:
        _lire(chemin, texte, jeu, *lignes)
    return str(e.value)


@cas
def test_ligne_en_faute(ligne: str, colonne: str, motif: str) -> None:
    (defaut,) = defauts([Correspondance.de_cellules(ligne.split(";"))])
    assert defaut is not None
    assert defaut[0] == colonne
    assert motif in defaut[1]
    assert not compiler([Correspondance.de_cellules(ligne.split(";"))])


@cas
def test_ligne_saine(ligne: str) -> None:
    assert defauts([Correspondance.de_cellules(ligne.split(";"))]) == [None]


def test_deux_lignes_qui_se_contredisent() -> None:
    lignes = [
        "temps;Type jour;TRAVAIL;T", "Temps;type jour;travail ;A", "temps;Type jour;ABSENCE;A",
        "temps;Type jour;ABSENCE;A", "temps;Validé;;O", "temps;Validé;;N",
    ]  # fmt: skip
    trouves = defauts([Correspondance.de_cellules(x.split(";")) for x in lignes])
    assert [d is not None for d in trouves] == [True, True, False, False, True, True]
    assert _traduction("temps", *[x.split(";", 1)[1] for x in lignes]).valeurs == {"type_jour": {"absence": "A"}}


def test_autre_en_tete_et_autres_valeurs(tmp_path: Path) -> None:
    texte = "Dépôt n°;Jour;Sorte;Volume vendu (kWhc);Prix (€/MWhc)\n1;10/04/2020; CLASSIQUE ;5;8\n1;x;p;5;8\n"
    lu = _lire(
        tmp_path / "v.csv", texte, "ventes",
        "N° dépôt;DEPOT N°;", "Date vente;jour;", "Type;Sorte;", "Type;Classique;C", "Indice;;EMMY",
    )  # fmt: skip
    assert [list(r.values())[1:] for r in lu.rangees] == [
        ["2", None, "1", "10/04/2020", "C", "5", "8", "EMMY"],
        ["3", f"Date vente|{ILLISIBLES['date']}", "1", "x", "p", "5", "8", "EMMY"],
    ]
    assert lu.dialecte["colonnes_absentes"] == []
    assert lu.dialecte["colonnes_ignorees"] == []


def test_un_en_tete_pour_deux_colonnes(tmp_path: Path) -> None:
    texte = ENTETE.replace("Type", "Sorte") + "\n1;10/04/2020;C;5;8\n"
    motif = _refus(tmp_path / "v.csv", texte, "ventes", "Type;Sorte;", "Indice;Sorte;")
    assert "l'en-tête « Sorte » aux colonnes « Type » et « Indice »" in motif


def test_l_en_tete_exact_d_une_autre_colonne_n_est_pas_pris(tmp_path: Path) -> None:
    texte = "N° dépôt;Date vente;Indice;Volume vendu (kWhc);Prix (€/MWhc)\n1;10/04/2020;C;5;8\n"
    assert "« Type »" in _refus(tmp_path / "v.csv", texte, "ventes", "Type;Indice;")


def test_traduit_avant_les_masques(tmp_path: Path) -> None:
    """The code of an absence never lands, whatever the export calls a worked day; nor when the column is a default."""
    texte = f"{TEMPS};Validé\n12;01/02/2020;ADS-1;7;TRAVAIL;O\n12;02/02/2020;M-1;7;ABSENCE;O\n"
    lu = _lire(tmp_path / "t.csv", texte, "temps", "Type jour;Travail;T", "Type jour;Absence;A")
    travail, absence = lu.colonne("code_activite")
    assert (travail, str(absence)[:2]) == ("ADS-1", "A-")
    sans = texte.replace(";Type jour", "").replace(";TRAVAIL", "").replace(";ABSENCE", "")
    lu = _lire(tmp_path / "t.csv", sans, "temps", "Type jour;;A")
    assert lu.colonne("type_jour") == ["A", "A"]
    assert all(str(c).startswith("A-") for c in lu.colonne("code_activite"))
    assert _lire(tmp_path / "t.csv", sans, "temps", "Type jour;;T").colonne("code_activite")[0] == "ADS-1"


def test_un_autre_nom_d_une_colonne_personnelle_ne_pose_rien(tmp_path: Path) -> None:
    texte = f"{TEMPS.replace('Matricule', 'Agent')};Validé;Salarié\n12;01/02/2020;ADS-1;7;T;O;DUPONT\n"
    lu = _lire(tmp_path / "t.csv", texte, "temps", "Matricule;AGENT;", "Nom;Salarié;")
    assert len(str(lu.colonne("matricule")[0])) == 32
    assert b"DUPONT" not in lu.octets
    assert lu.dialecte["colonnes_ignorees"] == []


def test_ligne_longue_ou_courte(tmp_path: Path) -> None:
    texte = f"{ENTETE}\n1;10/04/2020;C\n1;10/04/2020;C;5;8;EN TROP\nTotal;;;5;;\n"
    lu = _lire(tmp_path / "v.csv", texte, "ventes", "Indice;;EMMY")
    assert list(lu.rangees[0].values())[3:] == ["1", "10/04/2020", "C", None, None, "EMMY"]
    assert "6 cellules pour 5 colonnes" in str(lu.colonne("defauts")[1])
    assert lu.colonne("indice") == ["EMMY", "EMMY"]
    assert lu.totaux == {"volume_vendu": "5"}


def test_colonne_du_controle_sous_son_autre_nom() -> None:
    jeu = registre().jeu("ventes")
    traduction = _traduction("ventes", "Volume vendu (kWhc);Volume;")
    for nom in ("VOLUME", "volume vendu (kwhc)"):
        octets = f'{{"colonne": "{nom}", "total": "5"}}'.encode()
        assert lire_controle(octets, jeu, "0", traduction)["colonne"] == "Volume vendu (kWhc)"


def test_les_defauts_se_posent_sur_les_lignes(tmp_path: Path) -> None:
    chemin = tmp_path / "correspondances.csv"
    lignes = ["temps;Date;Jour;", "tempo;Date;Jour;", "temps;Validé;;O", "temps;Validé;;N", "temps;Statut;Etat;"]
    chemin.write_text("Jeu;Colonne;Lu;Vaut\n" + "\n".join(lignes) + "\n", encoding="utf-8")
    lu = lire(chemin, "correspondances")
    assert [(d or "").split("|")[0] for d in lu.colonne("defauts")] == ["", "Jeu", "Vaut", "Vaut", "Colonne"]
