"""`essayer`: what a file is, which jeu, how it reads, what would make it pass; no person's name is ever shown."""

import json
from collections import Counter
from pathlib import Path

import pytest
from tests.atelier.depots import ecrire
from tests.atelier.livre import livre
from tests.atelier.tables import cas

from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.examen import Essai, en_dict, essayer, lignes
from mutualisation.usage.examen.propositions import des_valeurs

pytestmark = pytest.mark.usefixtures("un_seul_brouillon")
TABULAIRES = [j for j in registre().jeux if j.format == "tabulaire"]
TEMPS = "Matricule;Nom;Date;Code activité;Durée;Type jour;Validé\n"
LIGNE = "0012;DUPONT;01/03/2023;ADS;3h30;T;O\n"
SANS_VALIDE = TEMPS.replace(";Validé", "") + LIGNE.replace(";O", "")


def _dit(essai: Essai) -> str:
    return "\n".join(lignes(essai)) + json.dumps(en_dict(essai), ensure_ascii=False)


@pytest.mark.parametrize("jeu", TABULAIRES, ids=lambda j: j.nom)
def test_chaque_jeu_se_reconnait_a_son_en_tete(tmp_path: Path, jeu) -> None:  # type: ignore[no-untyped-def]
    entete = ";".join(c.entete or "" for c in jeu.colonnes)
    essai = essayer(ecrire(tmp_path / "export.csv", entete + "\n"))
    assert essai.jeu is not None
    assert essai.code == 0
    if jeu.nom in ("mandats", "titres"):
        assert "jeu « mandats » (compta/mandats_AAAA-MM) ou « titres », incertain" in lignes(essai)[0]
    else:
        assert essai.jeu.nom == jeu.nom
        assert ", sûr, 100 %" in lignes(essai)[0]


def test_un_titre_se_distingue_d_un_mandat_par_ses_comptes(tmp_path: Path) -> None:
    jeu = registre().jeu("titres")
    cellules = {"nature": "70875", "type_piece": "01"}
    rangee = ";".join(cellules.get(c.nom, "") for c in jeu.colonnes)
    entete = ";".join(c.entete or "" for c in jeu.colonnes)
    essai = essayer(ecrire(tmp_path / "export.csv", f"{entete}\n{rangee}\n"))
    assert essai.jeu == jeu


def test_un_fichier_qui_passe(tmp_path: Path) -> None:
    essai = essayer(ecrire(tmp_path / "rh" / "temps_2023-03.csv", TEMPS + LIGNE))
    assert (essai.code, essai.propositions) == (0, [])
    assert "  Durée* : 3h30 → 3 h 30" in lignes(essai)
    assert "DUPONT" not in _dit(essai)


@pytest.mark.parametrize(("periode", "rejetees"), [("2023-T1", 1), ("2023-T2", 1), ("2023", 0)])
def test_une_date_se_juge_sur_la_periode_du_fichier(tmp_path: Path, periode: str, rejetees: int) -> None:
    """C5, F17: the 31st of March and the 1st of April."""
    deux = LIGNE.replace("01/03", "31/03") + LIGNE.replace("01/03", "01/04")
    essai = essayer(ecrire(tmp_path / f"temps_{periode}.csv", TEMPS + deux))
    assert essai.tel_quel.rejets == rejetees
    assert ("date hors de la période du fichier (F17, C5)" in _dit(essai)) is bool(rejetees)


def test_une_saisie_retenue_n_est_pas_rejetee(tmp_path: Path) -> None:
    essai = essayer(ecrire(tmp_path / "temps_2023-03.csv", TEMPS + LIGNE.replace(";O\n", ";N\n")))
    assert essai.code == 0
    assert "saisie non validée, retenue (R1g) (non rejetée)" in _dit(essai)


@pytest.mark.parametrize(
    ("montants", "attendu"), [("100,00;20,00;120,00", 0), ("100,00;20,00;121,00", 2), ("100,00;;-5,00", 2)]
)
def test_regles_d_une_ecriture(tmp_path: Path, montants: str, attendu: int) -> None:
    entete = "Exercice;Budget;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Statut;Montant HT;TVA;Montant TTC\n"
    ligne = f"2023;00;1;1;1;15/03/2023;01;6068;payé;{montants}\n"
    assert essayer(ecrire(tmp_path / "mandats_2023-03.csv", entete + ligne)).code == attendu


def test_un_total_ou_un_controle_faux_refuse(tmp_path: Path) -> None:
    ventes = "N° dépôt;Date vente;Type;Volume vendu (kWhc);Prix (€/MWhc)\n1;01/02/2023;C;10;5\n"
    juste = ecrire(tmp_path / "ventes_2023.csv", ventes + "Total;;;10,0;\n")
    assert essayer(juste).code == 0
    assert "ligne Total" in _dit(essayer(ecrire(tmp_path / "ventes_2022.csv", ventes + "Total;;;11;\n")))
    controle = tmp_path / "ventes_2023.csv.controle.json"
    for contenu, code in (
        ('{"lignes": 1, "colonne": "volume vendu (kwhc)", "total": "10"}', 0),
        ('{"lignes": 2}', 3),
        ('{"colonne": "Volume vendu (kWhc)", "total": "11"}', 3),
        ('{"sha256": "00"}', 3),
    ):
        ecrire(controle, contenu)
        assert essayer(juste).code == code, contenu
    assert "le contrôle de ventes_2023.csv" in _dit(essayer(controle))


def test_une_liste_de_restes_de_deux_jours_est_refusee(tmp_path: Path) -> None:
    entete = "Exercice;Budget;Bordereau;Pièce;Reste à recouvrer;Au\n"
    lignes_ = "2023;BP;1;1;10,00;15/02/2024\n2023;BP;1;2;{};31/03/2024\n"
    fichier = tmp_path / "restes_a_recouvrer_2023.csv"
    essai = essayer(ecrire(fichier, entete + lignes_.format("5,00")))
    assert essai.code == 3
    assert (
        "« Au » : plusieurs jours dans un même fichier, 15/02/2024, 31/03/2024 — exporter la liste arrêtée à un seul"
        in _dit(essai)
    )
    assert essayer(ecrire(fichier, entete + lignes_.format("-5,00"))).code == 2


def test_un_classeur_dont_la_feuille_n_a_pas_les_en_tetes(tmp_path: Path) -> None:
    rangees = ["N° agent;Jour;Tâche;Heures;Nature du temps", "0012;01/03/2023;ADS_1;7,5;TRAVAIL"]
    essai = essayer(ecrire(tmp_path / "temps_2023-03.xlsx", livre([r.split(";") for r in rangees])))
    assert essai.code == 3
    assert essai.propose is not None
    assert essai.propose.code == 0
    assert {(p.ligne.colonne, p.ligne.lu, p.ligne.vaut) for p in essai.propositions} == {
        ("Matricule", "N° agent", ""), ("Date", "Jour", ""), ("Code activité", "Tâche", ""), ("Durée", "Heures", ""),
        ("Type jour", "Nature du temps", ""), ("Type jour", "TRAVAIL", "T"), ("Validé", "", "O"),
    }  # fmt: skip


def test_une_colonne_se_trouve_a_la_forme_de_ses_cellules(tmp_path: Path) -> None:
    texte = TEMPS.replace("Date", "Quand") + LIGNE
    essai = essayer(ecrire(tmp_path / "temps_2023-03.csv", texte))
    (p,) = essai.propositions
    assert (p.ligne.colonne, p.ligne.lu) == ("Date", "Quand")
    assert "forme attendue (des dates)" in p.raison


def test_aucun_jeu(tmp_path: Path) -> None:
    essai = essayer(ecrire(tmp_path / "x.csv", "Couleur;Saveur\nrouge;fraise\n"))
    assert essai.code == 3
    assert "aucun jeu ne ressemble" in _dit(essai)
    with pytest.raises(ErreurMutualisation, match="Jeu inconnu"):
        essayer(tmp_path / "x.csv", "gouts")
    with pytest.raises(ErreurMutualisation, match="n'existe pas"):
        essayer(tmp_path / "y.csv")


@pytest.mark.parametrize("colonne", ["Matricule", "Code activité", "Type jour", "Validé", "Date", "Durée"])
def test_un_nom_dans_une_autre_colonne_ne_se_montre_pas(tmp_path: Path, colonne: str) -> None:
    """K9: labels swapped, the names of people sit under a header that would be shown."""
    entete = TEMPS.replace("Nom", "PROVISOIRE").replace(colonne, "Nom").replace("PROVISOIRE", colonne)
    essai = essayer(ecrire(tmp_path / "temps_2023-03.csv", entete + LIGNE + LIGNE.replace("DUPONT", "MARTIN")))
    assert "DUPONT" not in _dit(essai)
    assert "MARTIN" not in _dit(essai)


def test_ecrire_dans_le_depot_puis_ailleurs(tmp_path: Path) -> None:
    texte = TEMPS.replace("Date", "Quand") + LIGNE
    fichier = ecrire(tmp_path / "depot" / "rh" / "temps_2023-03.csv", texte)
    table = tmp_path / "depot" / "referentiel" / "correspondances.csv"
    essai = essayer(fichier, ecrire=True)
    assert (essai.code, essai.ecrit) == (0, table)
    assert table.read_text(encoding="utf-8-sig") == "Jeu;Colonne;Lu;Vaut\ntemps;Date;Quand;\n"
    assert essayer(fichier, ecrire=True).ecrit is None
    seul = ecrire(tmp_path / "seul" / "temps_2023-03.csv", texte)
    with pytest.raises(ErreurMutualisation, match="--correspondances"):
        essayer(seul, ecrire=True)
    assert essayer(seul, correspondances=tmp_path / "t.csv", ecrire=True).ecrit == tmp_path / "t.csv"


def test_une_table_se_complete_dans_son_ecriture(tmp_path: Path) -> None:
    fichier = ecrire(tmp_path / "rh" / "temps_2023-03.csv", SANS_VALIDE)
    avant = "Vaut,Lu,Note,Jeu,Colonne\n,Tâche,é,temps,Code activité"
    table = ecrire(tmp_path / "referentiel" / "correspondances.csv", avant.encode("cp1252"))
    essai = essayer(fichier, ecrire=True)
    assert essai.ecrit == table
    assert table.read_bytes().decode("cp1252") == f"{avant}\nO,,,temps,Validé\n"


def test_une_table_en_classeur_fait_une_nouvelle_version(tmp_path: Path) -> None:
    fichier = ecrire(tmp_path / "rh" / "temps_2023-03.csv", SANS_VALIDE)
    table = livre([["Jeu", "Colonne", "Lu", "Vaut"], ["temps", "Code activité", "Tâche"]])
    ecrire(tmp_path / "referentiel" / "correspondances_v3.xlsx", table)
    ecrit = essayer(fichier, ecrire=True).ecrit
    assert ecrit == tmp_path / "referentiel" / "correspondances_v4.csv"
    assert ecrit.read_text(encoding="utf-8-sig").splitlines()[1:] == ["temps;Code activité;Tâche;", "temps;Validé;;O"]


ECRITURES = "Exercice;Budget;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Statut;Montant TTC\n"
AGENTS = "Matricule;Catégorie;Quotité;Date entrée\n"
NOMMES = [
    ("rh/temps_2023-03.csv", TEMPS, "0012;X;01/03/2023;ADS;7;T;{}\n", "MARTIN O.", "O", "Validé"),
    ("rh/temps_2023-03.csv", TEMPS, "0012;X;01/03/2023;ADS;7;T;{}\n", "Dupont N", "N", "Validé"),
    ("rh/temps_2023-03.csv", TEMPS, "0012;X;01/03/2023;ADS;7;{};O\n", "MARTIN T", "T", "Type jour"),
    ("rh/agents_2023.csv", AGENTS, "0012;{};100 %;01/01/2020\n", "DUPONT A.", "A", "Catégorie"),
    ("compta/mandats_2023-03.csv", ECRITURES, "2023;00;1;1;1;15/03/2023;01;6068;{};1\n", "PAYET", "Payé", "Statut"),
    ("compta/titres_2023-03.csv", ECRITURES, "2023;00;1;1;1;15/03/2023;01;7068;{};1\n", "Remise", "Émis", "Statut"),
    ("compta/mandats_2023-03.csv", ECRITURES, "2023;00;1;1;1;15/03/2023;{};6068;Payé;1\n", "FR76 01 3000", "01",
     "Type pièce"),
]  # fmt: skip


def test_une_lecture_refusee_en_chemin_n_empeche_pas_la_suivante(tmp_path: Path) -> None:
    """A header to propose, and a cell that never ends: both readings are refused after their first rows."""
    ligne = '2023;00;1;1;1;15/03/2023;01;6068;Payé;1;"jamais fermé\n'
    texte = ECRITURES.replace("TTC", "TTC;Objet de la dépense") + ligne
    essai = essayer(ecrire(tmp_path / "export.csv", texte))
    assert essai.propose is not None
    assert (essai.tel_quel.code, essai.propose.code) == (3, 3)


def _nus(texte: str) -> list[str]:
    return [n for n in ("MARTIN", "DUPONT", "PAYET", "FR76", "REMISE") if n in texte.upper()]


@pytest.mark.parametrize(("nom", "entete", "ligne", "cellule", "lu", "colonne"), NOMMES, ids=lambda x: str(x)[:20])
def test_une_cellule_proche_d_une_valeur_n_en_prend_pas_le_sens(
    tmp_path: Path, nom: str, entete: str, ligne: str, cellule: str, lu: str, colonne: str
) -> None:
    """K9, S2: neither said, nor written, nor read; a header to propose makes sure that a table is written."""
    texte = "Sans intérêt;" + entete + "".join(f";{ligne.format(x)}" for x in (cellule, lu))
    texte = texte.replace("Matricule", "N° agent").replace("Nature", "Imputation")
    essai = essayer(ecrire(tmp_path / nom, texte), ecrire=True)
    table = tmp_path / "referentiel" / "correspondances.csv"
    assert essai.ecrit == table
    assert _nus(_dit(essai) + table.read_text(encoding="utf-8-sig")) == []
    assert essai.propose is not None
    assert (essai.code, essai.propose.rejets, essai.propose.lignes) == (2, 1, 2)
    assert f"1 valeur inconnue de « {colonne} », masquée : à corriger, ou à traduire dans correspondances" in _dit(
        essai
    )
    (inconnue,) = en_dict(essai)["valeurs_inconnues"]
    assert (inconnue["colonne"], inconnue["nombre"], inconnue["valeurs"]) == (colonne, 1, [])
    deja = {(p.ligne.colonne, p.ligne.vaut) for p in essai.propositions if p.ligne.lu and p.ligne.vaut}
    assert deja == set()


def test_un_nom_que_la_table_traduit_deja_reste_masque(tmp_path: Path) -> None:
    """A table written by hand, or by a former version: what it translates is read, and still not shown."""
    table = "Jeu;Colonne;Lu;Vaut\ntemps;Validé;MARTIN O.;O\ntemps;Durée;Dupont;7\n"
    ecrire(tmp_path / "referentiel" / "correspondances.csv", table)
    texte = TEMPS + "0012;X;01/03/2023;ADS;Dupont;T;MARTIN O.\n"
    essai = essayer(ecrire(tmp_path / "rh" / "temps_2023-03.csv", texte))
    assert essai.code == 0
    assert _nus(_dit(essai)) == []


def test_les_mots_usuels_d_un_autre_logiciel_gardent_leur_sens(tmp_path: Path) -> None:
    mots = [("TRAVAIL", "Oui"), ("Absent", "Non"), ("Travail", "OUI"), ("absence", "à valider")]
    texte = TEMPS + "".join(f"0012;X;01/03/2023;ADS;7;{t};{v}\n" for t, v in mots)
    essai = essayer(ecrire(tmp_path / "rh" / "temps_2023-03.csv", texte), ecrire=True)
    assert (essai.code, en_dict(essai)["valeurs_inconnues"]) == (0, [])
    assert {(p.ligne.lu, p.ligne.vaut) for p in essai.propositions} == {
        ("TRAVAIL", "T"), ("Absent", "A"), ("absence", "A"), ("Oui", "O"), ("Non", "N"), ("à valider", "N"),
    }  # fmt: skip
    assert "TRAVAIL → T ; Absent → A" in _dit(essai)


@cas
def test_ailleurs_un_mot_entier_et_sans_doute(jeu: str, colonne: str, lu: str, vaut: str | None) -> None:
    trouvees = des_valeurs(registre().jeu(jeu), {colonne: Counter([lu])})
    assert [p.ligne.vaut for p in trouvees] == ([vaut] if vaut else [])
