"""Mandats: the direct costs that bring each net cost to its target, the structure pool, payroll, the rest."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

from echantillon import actif, cee, masse_salariale
from echantillon.calendrier import ouvre_apres
from echantillon.faits import Axe, axe, axes, lire, services, valorises
from echantillon.grand_livre import Ligne, Piece, Tiers, fournisseur
from echantillon.hasard import tirage
from echantillon.tables import arrondi
from echantillon.territoire import communes

# running subsidies (R5): (exercice, dispositif) -> (account, payer, amount in euros)
SUBVENTIONS = {
    (2019, "CEP"): ("74788", "ADEME Hauts-de-France", Decimal("24500.00")),
    (2020, "CEP"): ("74788", "ADEME Hauts-de-France", Decimal("31200.00")),
    (2021, "CEP"): ("74788", "ADEME Hauts-de-France", Decimal("27800.00")),
    (2021, "GEOXALIS"): ("74772", "FEDER", Decimal("4250.00")),
}
RABAIS = {(2021, "GEOXALIS"): Decimal("350.00")}
PAIE = Tiers("PAIE DES AGENTS")
REGIE = Tiers("FRAIS DE DÉPLACEMENT")
JOUR_DISPOSITIFS, JOUR_MOYENS, JOUR_PAIE = 18, 24, 27
SERVICE_MOYENS, SERVICE_PAIE = "MOYENS", "DRH"


def cout_direct(exercice: int, dispositif: str) -> Decimal:
    """R3 amount that brings the net cost of a dispositif to its target, euros."""
    cible = next(Decimal(r["cout_net"]) for r in lire("cibles")
                 if (r["dispositif"], r["exercice"]) == (dispositif, str(exercice)))  # fmt: skip
    dotations, reprises = actif.couts(exercice, dispositif)
    subvention = SUBVENTIONS.get((exercice, dispositif), ("", "", Decimal(0)))[2]
    return cible - masse_salariale.couts_personnel(exercice)[dispositif] - dotations + reprises + subvention


def jour_du_mois(exercice: int, mois: int, jour: int) -> date:
    """A working day of a month; month 13 is the complementary period in January."""
    annee, mois = (exercice, mois) if mois <= 12 else (exercice + 1, 1)
    return ouvre_apres(date(annee, mois, jour))


def pieces(exercice: int) -> list[Piece]:
    """Every mandat of the exercice."""
    sortie: list[Piece] = []
    for dispositif in valorises():
        net = cout_direct(exercice, dispositif) + RABAIS.get((exercice, dispositif), Decimal(0))
        sortie += _postes(exercice, dispositif, net)
    pool = masse_salariale.structure(exercice) - actif.couts(exercice, "STRUCTURE")[0]
    sortie += _postes(exercice, "STRUCTURE", pool)
    sortie += _paie(exercice) + _hors(exercice) + _amortissements(exercice) + _reversements(exercice)
    return sortie + _incidents(exercice)


def _postes(exercice: int, dispositif: str, net: Decimal) -> list[Piece]:
    """Lines by poste and month; the last one, wholly the communes', takes what is left to the cent."""
    alea = tirage(f"mandats/{exercice}/{dispositif}")
    postes = [r for r in lire("postes") if r["dispositif"] == dispositif]
    tires = [(r, alea.randint(60, 140) * int(r["poids"]) // int(r["lignes"]), rang)
             for r in postes for rang in range(int(r["lignes"]))]  # fmt: skip
    somme = sum(poids for _, poids, _ in tires)
    reste, sortie = net, []
    for position, (poste, poids, rang) in enumerate(tires):
        dernier = position == len(tires) - 1
        cle = _axe(dispositif, "depense" if dernier else poste["usage"], alea)
        part = Fraction(cle.part) / 100 if dispositif != "STRUCTURE" else Fraction(1)
        montant = reste if dernier else arrondi(Fraction(net) * poids / somme / part)
        reste -= arrondi(Fraction(montant) * part)
        mois = 1 + rang * 12 // int(poste["lignes"]) + alea.randint(0, max(0, 12 // int(poste["lignes"]) - 1))
        if dispositif != "STRUCTURE" and mois == 12 and alea.random() < 0.4:
            mois = 13
        sortie.append(_piece(exercice, mois, dispositif, poste, cle.code, montant, alea))
    if montant <= 0:
        raise ValueError(f"{dispositif} {exercice} : dernier mandat {montant} €, le calage n'est pas tenable")
    return sortie


def _axe(dispositif: str, usage: str, alea: random.Random) -> Axe:
    if dispositif != "STRUCTURE":
        return axe(dispositif, usage)
    return alea.choice([a for a in axes() if a.dispositif == "STRUCTURE" and a.usage == "depense"])


def _piece(
    exercice: int, mois: int, dispositif: str, poste: dict[str, str], code: str, montant: Decimal, alea: random.Random
) -> Piece:
    structure = dispositif == "STRUCTURE"
    tiers = REGIE if poste["compte"] == "6251" else fournisseur(1 + alea.randrange(36))
    marche = f"{exercice - 1}-M{alea.randrange(900):03d}" if poste["compte"] in ("611", "6156") else ""
    ligne = Ligne(poste["compte"], code, montant, poste["objet"], marche=marche)
    jour = jour_du_mois(exercice, mois, JOUR_MOYENS if structure else JOUR_DISPOSITIFS)
    service = SERVICE_MOYENS if structure else services()[dispositif].code
    return Piece("mandat", exercice, jour, "M" if structure else "D", tiers, [ligne], service=service)


def _paie(exercice: int) -> list[Piece]:
    """Payroll by month and account, no axis: R2 takes it from the payroll file, the ledger only confirms it."""
    total = sum((t for t, _, _ in masse_salariale.masse(exercice).values()), Decimal(0))
    reste, sortie = total, []
    for mois in range(1, 13):
        lignes = []
        for rang, (compte, part) in enumerate(masse_salariale.COMPTES):
            dernier = mois == 12 and rang == len(masse_salariale.COMPTES) - 1
            montant = reste if dernier else arrondi(Fraction(total) * part / 1200)
            reste -= montant
            lignes.append(Ligne(compte, "", montant, f"Paie {mois:02d}/{exercice}"))
        sortie.append(Piece("mandat", exercice, jour_du_mois(exercice, mois, JOUR_PAIE), "P", PAIE, lignes,
                            service=SERVICE_PAIE))  # fmt: skip
    return sortie


def _hors(exercice: int) -> list[Piece]:
    """Lines that are no cost of a valued dispositif: the MEL's own, no axis, dispositifs « en attente »."""
    alea = tirage(f"hors/{exercice}")
    sortie = []
    for mois in range(1, 13):
        jour = jour_du_mois(exercice, mois, JOUR_MOYENS)
        for code in ("MELDIV", "MELDIV", ""):
            ligne = Ligne("60632", code, Decimal(alea.randint(20_000, 900_000)) / 100, "Fournitures des services")
            sortie.append(Piece("mandat", exercice, jour, "M", fournisseur(1 + alea.randrange(36)), [ligne],
                                service=SERVICE_MOYENS))  # fmt: skip
    lille = communes()["59350"]
    part_mel = Decimal(23_500 + 640 * (exercice - 2019))
    carrieres = Ligne("62875", "CARLIL", part_mel, "Service commun carrières, part MEL")
    sortie.append(Piece("mandat", exercice, jour_du_mois(exercice, 11, JOUR_MOYENS), "M",
                        Tiers("VILLE DE LILLE", lille.siret), [carrieres]))  # fmt: skip
    for mois in (4, 10):
        visites = Ligne("611", "HABND", Decimal(alea.randint(400_000, 700_000)) / 100, "Visites de logements")
        sortie.append(Piece("mandat", exercice, jour_du_mois(exercice, mois, JOUR_MOYENS), "M", fournisseur(7),
                            [visites]))  # fmt: skip
    return sortie


def _amortissements(exercice: int) -> list[Piece]:
    """Order movement 6811, one line per asset."""
    lignes = [
        Ligne("6811", "", b.dotation(exercice), f"Dotation {exercice}", inventaire=b.inventaire)
        for b in actif.presents(exercice)
        if b.dotation(exercice)
    ]
    jour = jour_du_mois(exercice, 12, 28)
    return [Piece("mandat", exercice, jour, "O", Tiers("OPÉRATION D'ORDRE"), lignes, "03")]


def _reversements(exercice: int) -> list[Piece]:
    """What the sale of certificates pays on (657, neither cost nor receipt)."""
    sortie = []
    for depot in cee.DEPOTS:
        if depot.exercice != exercice:
            continue
        jour = jour_du_mois(exercice, 12, JOUR_MOYENS)
        for beneficiaire, montant in cee.reversements(depot.numero):
            compte = "657341" if beneficiaire.type == "commune" else "657358"
            ligne = Ligne(compte, "CEEDIR", montant, f"Reversement CEE, dépôt {depot.numero}")
            tiers = Tiers(beneficiaire.nom.upper(), beneficiaire.siret)
            sortie.append(Piece("mandat", exercice, jour, "R", tiers, [ligne]))
    return sortie


def _incidents(exercice: int) -> list[Piece]:
    """A mandat reissued after a cancellation, and one the accountant rejected: both without effect on costs."""
    montant = Decimal(48_000 + 1_375 * (exercice - 2019)) / 100 * 3
    objet = "Assistance à la passation"
    repere = f"mandat-annule-{exercice}"
    erreur = Piece("mandat", exercice, jour_du_mois(exercice, 4, JOUR_DISPOSITIFS), "D", fournisseur(12),
                   [Ligne("611", "CAMPART", montant, objet)], repere=repere,
                   service=services()["CAM"].code)  # fmt: skip
    annulation = Piece(
        "mandat", exercice, jour_du_mois(exercice, 6, JOUR_DISPOSITIFS), "A", fournisseur(12),
        [Ligne("611", "CAMPART", -montant, f"Annulation, {objet.lower()}", exercice_origine=exercice,
               piece_origine=repere)], "02", service=services()["CAM"].code,
    )  # fmt: skip
    refusee = Ligne("6156", "GEODIR", Decimal("1250.40"), "Maintenance, pièce incomplète", statut="Rejeté")
    rejet = Piece("mandat", exercice, jour_du_mois(exercice, 7, JOUR_DISPOSITIFS), "D", fournisseur(20), [refusee],
                  service=services()["GEOXALIS"].code)  # fmt: skip
    return [erreur, annulation, rejet]
