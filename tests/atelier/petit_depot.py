"""A small drop, one exercice, two valued dispositifs: enough to be published, with people easy to recognise."""

from __future__ import annotations

import shutil
from calendar import monthrange
from pathlib import Path

from echantillon.siret import siren_fictif, siret

EXERCICE = 2021
EPCI = siren_fictif("20990000")
COMMUNES = {"59001": siren_fictif("21990001"), "59002": siren_fictif("21990002")}

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
    *(cellule for matricule, nom, prenom, _, _ in AGENTS for cellule in (matricule, nom, prenom)),
    *MOTIFS_ABSENCE,
    SERVICE,
    IBAN,
    TIERS_PRIVE,
    ADRESSE,
)

ENTETE_ECRITURES = (
    "Exercice;Budget;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Fonction;Opération;Service gestionnaire;"
    "Axe analytique;Tiers;SIRET;Objet;N° marché;N° inventaire;Exercice origine;Pièce origine;Période service;"
    "Montant HT;TVA;Montant TTC;Statut"
)


def ecrire(dossier: Path) -> Path:
    """Write the drop under `dossier` and give it back."""
    if dossier.exists():
        shutil.rmtree(dossier)
    _referentiel(dossier)
    _rh(dossier)
    _compta(dossier)
    return dossier


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
    """A reason for the gaps of the small drop, those that a closing would refuse by default."""
    ecrire_csv(
        depot / "referentiel" / "justifications.csv",
        "Exercice;Contrôle;Clé;Justification;Auteur;Date",
        *(f"{EXERCICE};{nom};;Vu;A. Essai;2022-03-01" for nom in controles or ("lignes_rejetees", "unites_nulles")),
    )


def corriger(depot: Path, montant: str = "1 000,00", piece: int = 555) -> None:
    """One more invoice in May, for CEP."""
    ajouter(depot / "compta" / f"mandats_{EXERCICE}-05.csv", ecriture(piece, 5, "6064", "XCEP", montant))


def _referentiel(depot: Path) -> None:
    ref = depot / "referentiel"
    ecrire_csv(
        ref / "dispositifs.csv",
        "Code;Libellé;Thématique;Véhicule juridique;Valorisation;Début;Fin",
        "CEP;Conseil en énergie partagé;Énergie;Convention;valorisé;2018-01-01;",
        f"ADS;{LIBELLE_FORMULE};Urbanisme;Convention;valorisé;2018-01-01;",
        "ARCHIVES;Archives;Documents;Convention;en attente;2018-01-01;",
    )
    ecrire_csv(
        ref / "adherents.csv",
        "SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin",
        f"{siret(EPCI)};{EPCI};epci;Communauté des Essais;;2015-01-01;",
        *(f"{siret(s)};{s};commune;Commune {insee};{insee};2015-01-01;" for insee, s in COMMUNES.items()),
    )
    ecrire_csv(
        ref / "adhesions.csv",
        "Dispositif;SIRET adhérent;Convention;Début;Fin",
        *(f"CEP;{siret(s)};C1;2019-01-01;" for s in COMMUNES.values()),
    )
    ecrire_csv(
        ref / "populations.csv",
        "Année;Code INSEE;Population totale",
        *(f"{EXERCICE};{insee};{1000 + rang}" for rang, insee in enumerate(COMMUNES)),
    )
    ecrire_csv(
        ref / "cles_analytiques.csv",
        "Origine;Code;Dispositif;Part communes %;Début;Fin;Référence",
        "activite;T-CEP;CEP;100;2018-01-01;;Délib. 1",
        "activite;T-ADS;ADS;75;2018-01-01;;Délib. 1",
        "activite;T-STR;STRUCTURE;100;2018-01-01;;Délib. 1",
        "axe;XCEP;CEP;100;2018-01-01;;Délib. 1",
        "axe;XADS;ADS;50;2018-01-01;;Délib. 1",
        "axe;XSTR;STRUCTURE;100;2018-01-01;;Délib. 1",
    )
    ecrire_csv(
        ref / "tarifs.csv",
        "Dispositif;Règle;Tranche min;Tranche max;Montant;Base;Mode recouvrement;Début;Fin;Référence",
        "CEP;par_habitant;;;0,91;;titre;2019-01-01;;=Délib. 7",
    )
    ecrire_csv(
        ref / "parametres.csv",
        "Paramètre;Valeur;Début;Fin;Référence",
        "methode_etp;R;2019-01-01;;Règlement financier",
    )


def _rh(depot: Path) -> None:
    rh = depot / "rh"
    ecrire_csv(
        rh / f"agents_{EXERCICE}.csv",
        "Matricule;Nom;Prénom;Statut;Grade;Catégorie;Quotité;Date entrée;Date sortie;Code activité;% affectation;"
        "Début affectation;Fin affectation",
        *(f"{m};{n};{p};Titulaire;;{c};{q};2015-01-01;;;;;" for m, n, p, c, q in AGENTS),
    )
    ecrire_csv(
        rh / f"masse_salariale_{EXERCICE}.csv",
        "Exercice;Catégorie;Masse salariale;Atténuations;ETPT",
        f"{EXERCICE};A;62 000,00;1 000,00;1,00",
        f"{EXERCICE};B;36 000,00;;0,80",
        f"{EXERCICE};C;31 000,00;0,00;1,00",
    )
    activites = ("T-CEP", "T-ADS", "T-STR")
    for mois in range(1, 13):
        jours = [j for j in range(1, monthrange(EXERCICE, mois)[1] + 1) if j % 7 == 3]
        lignes = [
            f"{m};{n};{p};{SERVICE};{jour:02}/{mois:02}/{EXERCICE};{activites[(rang + jour) % 3]};"
            f"Travail;{5 + rang},25;T;O"
            for rang, (m, n, p, _, _) in enumerate(AGENTS)
            for jour in jours
        ]
        m, n, p, _, _ = AGENTS[mois % 3]
        code, libelle = MOTIFS_ABSENCE
        lignes.append(f"{m};{n};{p};{SERVICE};28/{mois:02}/{EXERCICE};{code};{libelle};7,00;A;O")
        if mois == 2:
            # two rows to be rejected: more than a day (C8), a cell too many (F6)
            lignes.append(f"{m};{n};{p};{SERVICE};26/02/{EXERCICE};T-CEP;Travail;25,00;T;O")
            lignes.append(f"{m};{n};{p};{SERVICE};25/02/{EXERCICE};T-CEP;Travail;5,00;T;O;{n}")
        ecrire_csv(
            rh / f"temps_{EXERCICE}-{mois:02}.csv",
            "Matricule;Nom;Prénom;Service;Date;Code activité;Libellé activité;Durée;Type jour;Validé",
            *lignes,
        )


def _compta(depot: Path) -> None:
    compta = depot / "compta"
    for mois in range(1, 13):
        ecrire_csv(
            compta / f"mandats_{EXERCICE}-{mois:02}.csv",
            ENTETE_ECRITURES,
            ecriture(100 + mois, mois, "6064", "XCEP", f"{100 + mois},10", tiers=TIERS_PRIVE),
            ecriture(200 + mois, mois, "6156", "XADS", f"{300 + mois},35", objet="=Maintenance"),
            ecriture(300 + mois, mois, "6132", "XSTR", "250,00"),
        )
    commune = siret(next(iter(COMMUNES.values())))
    ecrire_csv(
        compta / f"titres_{EXERCICE}-06.csv",
        ENTETE_ECRITURES,
        ecriture(901, 6, "70845", "XCEP", "1 500,00", siret_tiers=commune, objet="CEP 2021-S1"),
        ecriture(902, 6, "7472", "XADS", "700,00"),
    )
    ecrire_csv(
        compta / f"etat_actif_{EXERCICE}.csv",
        "N° inventaire;Désignation;Compte;Date acquisition;Date mise en service;Valeur brute;Durée;Mode;Axe analytique;"
        "Quote-part %;N° subvention;Montant subvention;Date sortie",
        "INV-1;Caméra thermique;2188;2020-05-01;2020-05-15;24000,00;4;L;XCEP;100;;;",
        "INV-2;Serveur;21838;2020-01-01;2020-01-01;9000,00;3;L;XADS;50;SUB-1;3000,00;",
    )
    (compta / f"PESALR2_{EXERCICE}03.xml").write_bytes(_pes().encode("latin-1"))


def _pes() -> str:
    """One dépense line, valid against the schema, with bank details and an address, which must stay in the file."""
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller">
<Enveloppe><Parametres><Version V="2"/><TypFic V="PESALR2"/><NomFic V="PESALR2"/></Parametres>
<Emetteur><Sigle V="EDITEUR FICTIF"/><Adresse V="MOTEUR PES"/></Emetteur></Enveloppe>
<EnTetePES><DteStr V="{EXERCICE}-03-20"/><IdPost V="059001"/><IdColl V="{siret(EPCI)}"/><CodCol V="100"/>
<CodBud V="00"/></EnTetePES>
<PES_DepenseAller><EnTeteDepense><IdVer V="2"/></EnTeteDepense>
<Bordereau><BlocBordereau><Exer V="{EXERCICE}"/><IdBord V="0000077"/><DteBordEm V="{EXERCICE}-03-20"/><TypBord V="01"/>
<NbrPce V="1"/><MtBordHT V="540.00"/></BlocBordereau>
<Piece><BlocPiece><InfoPce><CodServ V="MUTU"/><IdPce V="00000771"/><TypPce V="01"/><NatPce V="01"/>
<Obj V="Relevés"/></InfoPce></BlocPiece>
<LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="000001"/><Nature V="6251"/><Fonction V="020"/>
<CptAna V="XCEP"/><ModRegl V="03"/><TVAIntraCom V="0"/><MtHT V="540.00"/></InfoLignePce></BlocLignePiece>
<Tiers><InfoTiers><RefTiers V="9"/><CatTiers V="01"/><NatJur V="01"/><Nom V="{TIERS_PRIVE}"/></InfoTiers>
<Adresse><TypAdr V="1"/><Adr2 V="{ADRESSE}"/><CP V="59000"/><Ville V="LILLE"/><CodRes V="0"/></Adresse>
<CpteBancaire><BIC V="XXXXFRPPXXX"/><IBAN V="{IBAN}"/><TitCpte V="{TIERS_PRIVE}"/></CpteBancaire></Tiers></LigneDePiece>
</Piece></Bordereau></PES_DepenseAller></n:PES_Aller>
"""
