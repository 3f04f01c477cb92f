"""A drop of one exercice, one dispositif, one agent and one commune: the smallest that publishes."""

import csv
from pathlib import Path

EXERCICE = 2021
SIRET_EPCI = "20009320100016"
SIRET_COMMUNE = "21590350100017"

Lignes = list[dict[str, object]]


def ecrire_petit_depot(dossier: Path) -> Path:
    """Write the drop under `dossier`; the same folder."""
    fichiers: dict[str, Lignes] = {
        "rh/agents_2021": [{"Matricule": "007", "Catégorie": "A", "Quotité": "100", "Date entrée": "01/01/2021"}],
        "rh/masse_salariale_2021": [
            {"Exercice": 2021, "Catégorie": "A", "Masse salariale": "50000,00", "Atténuations": "", "ETPT": "1"}
        ],
        "compta/etat_actif_2021": [_bien()],
        **_referentiel(),
    }
    for mois in range(1, 13):
        fichiers[f"rh/temps_2021-{mois:02}"] = [_temps(mois)]
        fichiers[f"compta/mandats_2021-{mois:02}"] = [_mandat(mois)]
    for nom, lignes in fichiers.items():
        _ecrire(dossier / f"{nom}.csv", lignes)
    return dossier


def _temps(mois: int) -> dict[str, object]:
    return {
        "Matricule": "007",
        "Nom": "DURAND",
        "Prénom": "Zoé",
        "Service": "Énergie",
        "Date": f"04/{mois:02}/2021",
        "Code activité": "A1",
        "Libellé activité": "Conseil",
        "Durée": "7h30",
        "Type jour": "T",
        "Validé": "O",
    }


def _mandat(mois: int) -> dict[str, object]:
    return {
        "Exercice": 2021,
        "Budget": "00",
        "Bordereau": mois,
        "Pièce": mois,
        "Ligne": 1,
        "Date émission": f"15/{mois:02}/2021",
        "Type pièce": "01",
        "Nature": "611",
        "Axe analytique": "X1",
        "Montant HT": "100,00",
        "TVA": "20,00",
        "Montant TTC": "120,00",
        "Statut": "Payé",
    }


def _bien() -> dict[str, object]:
    return {
        "N° inventaire": "B1",
        "Compte": "2183",
        "Date mise en service": "01/01/2021",
        "Valeur brute": "3000,00",
        "Durée": 3,
        "Mode": "L",
        "Axe analytique": "X1",
        "Quote-part %": "100",
    }


def _referentiel() -> dict[str, Lignes]:
    cle = {"Dispositif": "CEP", "Part communes %": "100", "Début": "01/01/2020", "Fin": "", "Référence": "Délib. 1"}
    adherent = {"Nom": "Essai", "Début": "01/01/2020", "Fin": ""}
    return {
        "referentiel/dispositifs": [
            {
                "Code": "CEP",
                "Libellé": "Conseil en énergie partagé",
                "Thématique": "Énergie",
                "Véhicule juridique": "",
                "Valorisation": "valorisé",
                "Début": "01/01/2020",
                "Fin": "",
            }
        ],
        "referentiel/adherents": [
            {"SIRET": SIRET_EPCI, "SIREN": SIRET_EPCI[:9], "Type": "epci", "Code INSEE": "", **adherent},
            {"SIRET": SIRET_COMMUNE, "SIREN": SIRET_COMMUNE[:9], "Type": "commune", "Code INSEE": "59350", **adherent},
        ],
        "referentiel/adhesions": [
            {
                "Dispositif": "CEP",
                "SIRET adhérent": SIRET_COMMUNE,
                "Convention": "",
                "Début": "01/01/2020",
                "Fin": "",
            }
        ],
        "referentiel/populations": [{"Année": 2021, "Code INSEE": "59350", "Population totale": 236234}],
        "referentiel/cles_analytiques": [
            {"Origine": "activite", "Code": "A1", **cle},
            {"Origine": "axe", "Code": "X1", **cle},
        ],
        "referentiel/parametres": [
            {"Paramètre": "methode_etp", "Valeur": "R", "Début": "01/01/2020", "Fin": "", "Référence": "Règlement"}
        ],
    }


# every optional column of the contract that the rows leave out
COLONNES = {
    "agents": "Matricule;Nom;Prénom;Statut;Grade;Catégorie;Quotité;Date entrée;Date sortie;Code activité;% affectation;"
    "Début affectation;Fin affectation",
    "mandats": "Exercice;Budget;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Fonction;Opération;"
    "Service gestionnaire;Axe analytique;Tiers;SIRET;Objet;N° marché;N° inventaire;Exercice origine;Pièce origine;"
    "Période service;Montant HT;TVA;Montant TTC;Statut",
    "etat_actif": "N° inventaire;Désignation;Compte;Date acquisition;Date mise en service;Valeur brute;Durée;Mode;"
    "Axe analytique;Quote-part %;N° subvention;Montant subvention;Date sortie",
}


def _ecrire(chemin: Path, lignes: Lignes) -> None:
    jeu = chemin.stem.split("_20")[0]
    entetes = COLONNES[jeu].split(";") if jeu in COLONNES else list(lignes[0])
    chemin.parent.mkdir(parents=True, exist_ok=True)
    with chemin.open("w", encoding="utf-8", newline="") as fichier:
        ecrivain = csv.DictWriter(fichier, entetes, delimiter=";", lineterminator="\r\n")
        ecrivain.writeheader()
        ecrivain.writerows(lignes)
