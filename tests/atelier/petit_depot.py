"""A small drop, one exercice, two valued dispositifs: enough to be published, with people easy to recognise.

Its files are in `tests/donnees/petit_depot/`; two rows of the times of February are rejected (C8, F6). Its gaps are
justified: it may be closed (G4).
"""

import shutil
from pathlib import Path

from echantillon.siret import siren_fictif, siret

FICHIERS = Path(__file__).resolve().parents[1] / "donnees" / "petit_depot"
EXERCICE = 2021
EPCI = siren_fictif("20990000")
COMMUNES = {"59001": siren_fictif("21990001"), "59002": siren_fictif("21990002")}
SIRETS = tuple(siret(siren) for siren in COMMUNES.values())

# What must be found nowhere but in the drop
AGENTS = (
    ("0907331", "ZYLBERSTEIN", "Hermenegilde", "A", "100"),
    ("0907332", "QUXEMBOURG", "Ildefonse", "B", "80"),
    ("0907333", "WAGRAMSKI", "Philomene", "C", "100"),
)
MOTIFS_ABSENCE = ("MALAD77X", "Longue maladie")
SERVICE = "Pole Wxyz confidentiel"
IBAN = "FR7630006000011234567890189"
TIERS_PRIVE = "XANTHOPOULOS Cunegonde"
ADRESSE = "17 impasse des Hortensias bleus"
LIBELLE_FORMULE = "=1+1 Instruction"
SECRETS = (
    *(cellule for matricule, nom, prenom, _, _ in AGENTS for cellule in (matricule, nom, prenom)), *MOTIFS_ABSENCE,
    SERVICE, IBAN, TIERS_PRIVE, ADRESSE,
)  # fmt: skip

ENTETE_ECRITURES = (
    "Exercice;Budget;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Fonction;Opération;Service gestionnaire;"
    "Axe analytique;Tiers;SIRET;Objet;N° marché;N° inventaire;Exercice origine;Pièce origine;Période service;"
    "Montant HT;TVA;Montant TTC;Statut"
)


def ecrire(dossier: Path) -> Path:
    """Put a copy of the drop under `dossier` and give it back."""
    if dossier.exists():
        shutil.rmtree(dossier)
    return Path(shutil.copytree(FICHIERS, dossier))


def ecrire_csv(chemin: Path, entete: str, *lignes: str) -> None:
    """One CSV file, UTF-8, `;`."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_text("\n".join([entete, *lignes]) + "\n", encoding="utf-8")


def ajouter(chemin: Path, *lignes: str) -> None:
    """Rows added at the end of a file of the drop."""
    with chemin.open("a", encoding="utf-8") as fichier:
        fichier.writelines(f"{ligne}\n" for ligne in lignes)


def ecriture(
    piece: int,
    mois: int,
    nature: str,
    axe: str,
    montant: str,
    *,
    tiers: str = "",
    siret_tiers: str = "",
    objet: str = "Objet",
) -> str:
    """One counted ledger line of type 01, amount without tax."""
    return (
        f"{EXERCICE};00;{mois};{piece};1;{EXERCICE}-{mois:02}-15;01;{nature};020;;MUTU;{axe};{tiers};{siret_tiers};{objet};;;;;;"
        f"{montant};0,00;{montant};Payé"
    )


def justifier(depot: Path, *controles: str) -> None:
    """A reason for the gaps of these controls, and of no other."""
    ecrire_csv(
        depot / "referentiel" / "justifications.csv",
        "Exercice;Contrôle;Clé;Justification;Auteur;Date",
        *(f"{EXERCICE};{nom};;Vu;A. Essai;2022-03-01" for nom in controles),
    )


def corriger(depot: Path, montant: str = "1 000,00", piece: int = 555) -> None:
    """One more invoice in May, for CEP."""
    ajouter(depot / "compta" / f"mandats_{EXERCICE}-05.csv", ecriture(piece, 5, "6064", "XCEP", montant))


def compter_des_unites(depot: Path) -> None:
    """Both communes join ADS, and have the same units of it in each semestre."""
    ajouter(depot / "referentiel" / "adhesions.csv", *(f"ADS;{siret};C2;2019-01-01;" for siret in SIRETS))
    entete = "Exercice;Semestre;Dispositif;SIRET adhérent;Type unité;Quantité;Référence"
    for semestre in (1, 2):
        lignes = [f"{EXERCICE};{semestre};ADS;{siret};Permis;4;P-{siret}" for siret in SIRETS]
        ecrire_csv(depot / "activite" / f"unites_{EXERCICE}-S{semestre}.csv", entete, *lignes)
