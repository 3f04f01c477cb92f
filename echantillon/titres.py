"""Titres: the half-yearly consolidated invoices, subsidies, sales of certificates, corrections."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from echantillon import actif, cee, masse_salariale
from echantillon.depenses import JOUR_DISPOSITIFS, RABAIS, SUBVENTIONS, jour_du_mois
from echantillon.faits import axe, services
from echantillon.grand_livre import Ligne, Piece, Tiers, fournisseur
from echantillon.recouvrement import dus
from echantillon.tables import arrondi
from echantillon.territoire import Adherent, adherents

NATURES = {"CAM": "70875", "CEP": "70845", "ARCHIVES": "70875", "RGPD": "70845", "GEOXALIS": "70875",
           "SIM_ADS": "70845", "IMPRIMERIE": "70688"}  # fmt: skip
NATURES_TYPE = {"ccas": "70873", "satellite": "70878"}
MOIS_FACTURE = {1: 9, 2: 13}
JOUR_FACTURE = 16
DOUBLON = ("GEOXALIS", 2019, 2)
ERREUR = ("RGPD", 2020, 1)
# from here on the invoices travel by PES, which has no axis in recette: their product says whose they are
SANS_AXE = 2020


def _par_siret() -> dict[str, Adherent]:
    return {a.siret: a for a in adherents().values()}


def pieces(exercice: int) -> list[Piece]:
    """Every titre of the exercice, and the 673 mandat that corrects an earlier one."""
    return (
        _factures(exercice) + _subventions(exercice) + _cessions(exercice) + _attenuations(exercice)
        + _ordre(exercice) + _corrections(exercice)
    )  # fmt: skip


def _ligne(adherent: Adherent, dispositif: str, exercice: int, semestre: int, montant: Decimal) -> Ligne:
    nature = NATURES_TYPE.get(adherent.type, NATURES[dispositif])
    periode = f"{exercice}-S{semestre}"
    objet = f"Facturation consolidée {periode} - {adherent.nom}"
    statut = "Pris en charge" if exercice == 2021 else "Payé"
    code = axe(dispositif, "recette").code if exercice < SANS_AXE else ""
    return Ligne(nature, code, montant, objet, periode=periode, statut=statut, produit=services()[dispositif].produit)


def _factures(exercice: int) -> list[Piece]:
    """One titre per adherent and semestre, one line per dispositif."""
    lignes: dict[tuple[int, str], list[Ligne]] = defaultdict(list)
    qui = _par_siret()
    for (dispositif, semestre, siret), montant in sorted(dus(exercice).items()):
        lignes[semestre, siret].append(_ligne(qui[siret], dispositif, exercice, semestre, montant))
    return [
        Piece("titre", exercice, jour_du_mois(exercice, MOIS_FACTURE[semestre], JOUR_FACTURE), "F",
              Tiers(qui[siret].nom.upper(), siret), postes)
        for (semestre, siret), postes in sorted(lignes.items())
    ]  # fmt: skip


def _subventions(exercice: int) -> list[Piece]:
    sortie = []
    for (annee, dispositif), (compte, payeur, montant) in SUBVENTIONS.items():
        if annee == exercice:
            ligne = Ligne(compte, axe(dispositif, "subvention").code, montant, f"Subvention {payeur} {exercice}")
            sortie.append(Piece("titre", exercice, jour_du_mois(exercice, 6, JOUR_DISPOSITIFS), "S",
                                Tiers(payeur.upper()), [ligne]))  # fmt: skip
    for (annee, dispositif), montant in RABAIS.items():
        if annee == exercice:
            rabais = Ligne("619", axe(dispositif, "depense").code, montant, "Remise sur maintenance")
            sortie.append(Piece("titre", exercice, jour_du_mois(exercice, 6, JOUR_DISPOSITIFS), "S", fournisseur(4),
                                [rabais]))  # fmt: skip
    return sortie


def _cessions(exercice: int) -> list[Piece]:
    """Proceeds of the sale of certificates: neither cost nor receipt of the communes."""
    return [
        Piece("titre", exercice, jour_du_mois(exercice, depot.vente.month + 1, JOUR_DISPOSITIFS), "S", fournisseur(36),
              [Ligne("75888", axe("CEE", "recette").code, cee.produit(depot.numero),
                     f"Cession de CEE, dépôt {depot.numero}")])
        for depot in cee.DEPOTS
        if depot.exercice == exercice
    ]  # fmt: skip


def _attenuations(exercice: int) -> list[Piece]:
    """Reimbursements on pay (R2 takes them from the payroll file)."""
    total = sum((a for _, a, _ in masse_salariale.masse(exercice).values()), Decimal(0))
    reste, sortie = total, []
    for mois in (3, 6, 9, 12):
        lignes = []
        for rang, (compte, part) in enumerate(masse_salariale.COMPTES_ATTENUATION):
            dernier = mois == 12 and rang == len(masse_salariale.COMPTES_ATTENUATION) - 1
            montant = reste if dernier else arrondi(Fraction(total) * part / 400)
            reste -= montant
            lignes.append(Ligne(compte, "", montant, f"Indemnités journalières, trimestre {mois // 3}"))
        sortie.append(Piece("titre", exercice, jour_du_mois(exercice, mois, JOUR_DISPOSITIFS), "S", Tiers("CPAM"),
                            lignes))  # fmt: skip
    return sortie


def _ordre(exercice: int) -> list[Piece]:
    """Order movement 777: releases of investment subsidies before quote-part."""
    lignes = [
        Ligne("777", "", b.reprise(exercice), f"Reprise {exercice}", inventaire=b.inventaire)
        for b in actif.presents(exercice)
        if b.reprise(exercice)
    ]
    jour = jour_du_mois(exercice, 12, 28)
    return [Piece("titre", exercice, jour, "O", Tiers("OPÉRATION D'ORDRE"), lignes, "03")] if lignes else []


def _premier(dispositif: str, exercice: int, semestre: int) -> tuple[Adherent, Decimal]:
    """First invoiced adherent of a dispositif and semestre, and its amount."""
    siret, montant = min((s, m) for (d, n, s), m in dus(exercice).items() if (d, n) == (dispositif, semestre))
    return _par_siret()[siret], montant


def _corrections(exercice: int) -> list[Piece]:
    """A titre issued twice in 2019 and cancelled in 2020 (673); one reduced in 2020 (02); one suspended in 2021."""
    sortie: list[Piece] = []
    dispositif, annee, semestre = DOUBLON
    if exercice in (annee, annee + 1):
        adherent, montant = _premier(*DOUBLON)
        tiers, service = Tiers(adherent.nom.upper(), adherent.siret), services()[dispositif].code
        periode = f"{annee}-S{semestre}"
        if exercice == annee:
            ligne = _ligne(adherent, dispositif, annee, semestre, montant)
            sortie.append(Piece("titre", annee, jour_du_mois(annee, 13, JOUR_FACTURE), "G", tiers, [ligne],
                                repere="titre-doublon", service=service))  # fmt: skip
        else:
            ligne = Ligne("673", "", montant, f"Titre émis deux fois, {periode}", periode=periode,
                          exercice_origine=annee, piece_origine="titre-doublon")  # fmt: skip
            sortie.append(Piece("mandat", exercice, jour_du_mois(exercice, 5, JOUR_DISPOSITIFS), "C", tiers, [ligne],
                                service=service))  # fmt: skip
    if exercice == ERREUR[1]:
        adherent, montant = _premier(*ERREUR)
        tiers, service = Tiers(adherent.nom.upper(), adherent.siret), services()[ERREUR[0]].code
        ligne = _ligne(adherent, ERREUR[0], exercice, ERREUR[2], montant)
        sortie.append(Piece("titre", exercice, jour_du_mois(exercice, 10, JOUR_FACTURE), "G", tiers, [ligne],
                            repere="titre-erreur", service=service))  # fmt: skip
        retour = Ligne(ligne.nature, ligne.axe, -montant, f"Annulation {ligne.objet}", periode=ligne.periode,
                       exercice_origine=exercice, piece_origine="titre-erreur", produit=ligne.produit)  # fmt: skip
        sortie.append(Piece("titre", exercice, jour_du_mois(exercice, 11, JOUR_FACTURE), "A", tiers, [retour], "02",
                            service=service))  # fmt: skip
    if exercice == 2021:
        adherent, _ = _premier("CAM", 2021, 1)
        ligne = Ligne("70875", "", Decimal("400.00"), "Participation contestée", periode="2021-S1", statut="Suspendu",
                      produit=services()["CAM"].produit)  # fmt: skip
        sortie.append(Piece("titre", exercice, jour_du_mois(exercice, 10, JOUR_FACTURE), "G",
                            Tiers(adherent.nom.upper(), adherent.siret), [ligne],
                            service=services()["CAM"].code))  # fmt: skip
    return sortie
