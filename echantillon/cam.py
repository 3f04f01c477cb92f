"""`cam/`: 55 contracts, their suppliers, the orders of the adherents and the DECP (R9, R10)."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

from echantillon.calendrier import jours_ouvres
from echantillon.faits import EXERCICES, lire
from echantillon.hasard import tirage
from echantillon.periodes import adhesions_du_semestre, mois_adhesion
from echantillon.siret import siren_fictif, siret
from echantillon.tables import Cellule, Fichier, Table, arrondi
from echantillon.territoire import populations, siren_epci

# 45 establishments of 43 companies: 27 (26 companies) in Hauts-de-France, 33 of TPE or PME size
ETABLISSEMENTS, REGIONAUX, PETITS = 45, 27, 33
POSTAUX_REGION = ("59000", "59800", "59650", "62000", "59100", "80000", "62300", "59200", "02100", "60000", "59700")
POSTAUX_AILLEURS = ("75011", "92100", "69003", "44000", "33000", "76000", "67000", "13002", "31000")
MARCHES_PAR_AN = {2019: 18, 2020: 36, 2021: 55}
COMMANDES_PAR_AN = {2019: 420, 2020: 880, 2021: 1240}
# what a framework agreement lasts at most (article L2125-1 of the code de la commande publique)
ANNEES_D_UN_MARCHE = 4


@dataclass(frozen=True, slots=True)
class Marche:
    """One contract and its holder."""

    numero: str
    thematique: str
    objet: str
    siret: str
    code_postal: str
    taille: str
    notification: date
    annee: int

    @property
    def fin(self) -> date:
        """Last day of its last year."""
        return date(self.annee + ANNEES_D_UN_MARCHE - 1, 12, 31)


@cache
def titulaires() -> tuple[tuple[str, str, str], ...]:
    """(SIRET, postal code, size) of the 45 establishments; two companies have two of them."""
    alea = tirage("cam/titulaires")
    sortie = []
    for rang in range(ETABLISSEMENTS):
        region = rang < REGIONAUX
        # the last establishment of each group belongs to the first company of the group
        second = rang in (REGIONAUX - 1, ETABLISSEMENTS - 1)
        societe = rang if not second else 0 if region else REGIONAUX
        postal = alea.choice(POSTAUX_REGION if region else POSTAUX_AILLEURS)
        sortie.append((siret(siren_fictif(f"5020{societe:04d}"), 2 if second else 1), postal))
    petits = set(alea.sample(range(ETABLISSEMENTS), PETITS))
    tailles = [alea.choice(("TPE", "PME", "PME") if r in petits else ("ETI", "GE")) for r in range(len(sortie))]
    return tuple((s, p, t) for (s, p), t in zip(sortie, tailles, strict=True))


@cache
def marches() -> tuple[Marche, ...]:
    """The 55 contracts, in the order of notification."""
    alea = tirage("cam/marches")
    qui = list(titulaires()) + alea.sample(titulaires(), MARCHES_PAR_AN[2021] - ETABLISSEMENTS)
    alea.shuffle(qui)
    sortie = []
    for rang, (poste, (numero_siret, postal, taille)) in enumerate(zip(lire("marches"), qui, strict=True)):
        annee = next(a for a, n in MARCHES_PAR_AN.items() if rang < n)
        notification = date(annee, 1, 4) + timedelta(days=alea.randrange(28))
        sortie.append(Marche(f"{annee}-CAM{rang + 1:03d}", poste["thematique"], poste["objet"], numero_siret, postal,
                             taille, notification, annee))  # fmt: skip
    return tuple(sortie)


@dataclass(frozen=True, slots=True)
class Commande:
    """One order line: amounts in euros before VAT, the reference price where it is stated."""

    numero: str
    jour: date
    marche: Marche
    lot: str
    siret: str
    montant: Decimal
    reference: Decimal | None
    statut: str


@cache
def commandes(exercice: int) -> tuple[Commande, ...]:
    """Order lines of the exercice; every contract in force is ordered at least once."""
    alea = tirage(f"cam/commandes/{exercice}")
    ouverts = [m for m in marches() if m.annee <= exercice]
    jours = jours_ouvres(exercice)
    apres = [j for j in jours if j >= date(exercice, 2, 5)]
    acheteurs = {s: adhesions_du_semestre("CAM", exercice, s) for s in (1, 2)}
    sortie: list[Commande] = []
    for rang in range(COMMANDES_PAR_AN[exercice]):
        marche = ouverts[rang] if rang < len(ouverts) else alea.choice(ouverts)
        # a contract of the year is notified in January: its first orders come after
        jour = alea.choice(apres if marche.annee == exercice else jours)
        semestre = 1 if jour.month <= 6 else 2
        poids = [min(populations()[exercice, a.insee], 60_000) for a in acheteurs[semestre]]
        adherent = alea.choices(acheteurs[semestre], poids)[0]
        if jour.month > 6 and jour < _debut(adherent.siret, exercice):
            continue
        prix = Decimal(alea.randint(4_000, 900_000)) / 100
        montant = arrondi(Fraction(prix) * (7_800 + alea.randint(-700, 1_100)) / 10_000)
        reference = prix if alea.random() < 0.92 else None
        numero = f"BC{exercice}-{rang + 1:05d}"
        lot = f"{1 + alea.randrange(3):02d}" if alea.random() < 0.3 else ""
        sortie.append(Commande(numero, jour, marche, lot, adherent.siret, montant, reference, "Émise"))
        if alea.random() < 0.012 and jour < date(exercice, 11, 30):
            retour = next(j for j in jours_ouvres(exercice) if j > jour + timedelta(days=8))
            sortie.append(Commande(numero, retour, marche, lot, adherent.siret, -montant,
                                   -reference if reference else None, "Annulée"))  # fmt: skip
    return tuple(sorted(sortie, key=lambda c: (c.jour, c.numero, c.statut)))


def _debut(siret_adherent: str, exercice: int) -> date:
    """First day of adhesion in the second half of the exercice."""
    return date(exercice, 13 - mois_adhesion("CAM", exercice, 2)[siret_adherent], 1)


def fichiers() -> list[Fichier]:
    """`marches_AAAA` and `commandes_AAAA-MM`."""
    entetes = ("N° marché", "Thématique", "Objet", "SIRET titulaire", "Code postal titulaire", "Taille entreprise",
               "Date notification", "Date fin")  # fmt: skip
    sortie = []
    for exercice in EXERCICES:
        lignes: list[list[Cellule]] = [
            [m.numero, m.thematique, m.objet, m.siret, m.code_postal, m.taille, m.notification, m.fin]
            for m in marches()
            if m.annee <= exercice
        ]
        sortie.append(Fichier("cam", "marches", str(exercice), Table(entetes, lignes)))
        sortie += _mois(exercice)
    return sortie


def _mois(exercice: int) -> list[Fichier]:
    entetes = ("N° commande", "Date commande", "N° marché", "Lot", "SIRET adhérent", "Montant HT", "Montant TTC",
               "Prix de référence HT", "Statut")  # fmt: skip
    par_mois: dict[str, list[list[Cellule]]] = defaultdict(list)
    for c in commandes(exercice):
        ttc = arrondi(Fraction(c.montant) * 6 / 5)
        par_mois[f"{c.jour:%Y-%m}"].append(
            [c.numero, c.jour, c.marche.numero, c.lot or None, c.siret, c.montant, ttc, c.reference, c.statut]
        )
    return [
        Fichier("cam", "commandes", mois, Table(entetes, lignes, "Montant HT"), controle=mois.endswith("-06"))
        for mois, lignes in sorted(par_mois.items())
    ]


def octets_decp(exercice: int) -> bytes:
    """DECP 2022 of the contracts known in the exercice: ceilings, never spend."""
    lignes = [
        {
            "id": m.numero,
            "acheteur": {"id": siret(siren_epci(m.notification))},
            "nature": "Marché",
            "objet": f"{m.objet} (données synthétiques)",
            "procedure": "Appel d'offres ouvert",
            "dureeMois": 12 * ANNEES_D_UN_MARCHE,
            "dateNotification": m.notification.isoformat(),
            "montant": 50_000 + 10_000 * (int(m.numero[-3:]) % 40),
            "titulaires": [{"titulaire": {"id": m.siret, "typeIdentifiant": "SIRET"}}],
            "datePublicationDonnees": f"{exercice}-12-31",
        }
        for m in marches()
        if m.annee <= exercice
    ]
    return (json.dumps({"marches": {"marche": lignes}}, ensure_ascii=False, indent=1) + "\n").encode()
