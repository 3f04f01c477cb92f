"""`cee/`: three dépôts, 5 785 delivered operations, one sale a year, fees kept back (R8)."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

from echantillon.faits import lire
from echantillon.hasard import tirage
from echantillon.tables import CENT, Cellule, Fichier, Table, arrondi
from echantillon.territoire import FUSION, SIREN_EPCI, SIREN_EPCI_ANCIEN, Adherent, adherents, adhesions

# fiche, share of the operations in percent, relative volume
FICHES = (("RES-EC-104", 38, 4), ("BAT-TH-116", 14, 9), ("BAT-EN-101", 10, 14), ("BAT-EN-103", 6, 8),
          ("BAT-TH-102", 10, 10), ("BAT-EQ-127", 12, 5), ("BAT-EN-102", 6, 12), ("RES-EC-103", 4, 3))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Depot:
    """One dépôt and its sale: amounts in euros, price in €/MWhc, fees to be kept back in the year."""

    numero: int
    exercice: int
    vente: date
    prix: Decimal
    indice: str
    produit: Decimal
    operations: int
    operations_communes: int
    part_communes: Decimal
    frais: Decimal


DEPOTS = (
    Depot(1, 2019, date(2019, 11, 18), Decimal("8.85"), "spot", Decimal("460118.40"), 1452, 204,
          Decimal("51364.60"), Decimal("4134.85")),
    Depot(2, 2020, date(2020, 10, 12), Decimal("7.6"), "EMMY", Decimal("729904.75"), 2310, 897,
          Decimal("284713.50"), Decimal("22777.08")),
    Depot(3, 2021, date(2021, 6, 21), Decimal("7.35"), "spot", Decimal("600242.85"), 2023, 701,
          Decimal("208665.03"), Decimal("15336.88")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: volume in kWhc, `part` and `frais` in euros (0 while not delivered)."""

    reference: str
    fiche: str
    beneficiaire: Adherent
    rai: date
    engagement: date
    achevement: date
    volume: int
    statut: str
    part: Decimal = Decimal(0)
    frais: Decimal = Decimal(0)


def taux(quand: date) -> Fraction:
    """Rate of the fees in force on a day, as a ratio."""
    for r in lire("tarifs"):
        if r["base"] == "produit_cee" and r["debut"] <= quand.isoformat() <= (r["fin"] or "9999-12-31"):
            return Fraction(r["montant"]) / 100
    raise LookupError(f"aucun tarif produit_cee le {quand}")


@cache
def operations(numero: int) -> tuple[Operation, ...]:
    """Operations of a dépôt with their share of the proceeds, tuned so that the fees reach the year's amount."""
    depot = DEPOTS[numero - 1]
    alea = tirage(f"cee/{numero}")
    brutes = _tirer(depot, alea)
    volumes = _volumes(depot, brutes, alea)
    cible = depot.frais
    for _ in range(8):
        valorisees = _valoriser(depot, brutes, volumes)
        ecart = cible - sum((o.frais for o in valorisees), Decimal(0))
        if abs(ecart) <= CENT:
            break
        # a commune's operation takes (or gives) the missing volume, an own operation the opposite
        decalage = round(Fraction(ecart) / taux(depot.vente) * 1000 / Fraction(depot.prix))
        commune = max(range(depot.operations_communes), key=lambda i: volumes[i])
        volumes[commune] += decalage
        volumes[-1] -= decalage
    autres = _non_delivrees(depot, alea)
    melange = [*valorisees, *autres]
    alea.shuffle(melange)
    return tuple(melange)


def _beneficiaires(depot: Depot, alea: random.Random) -> list[Adherent]:
    feal = adherents()["satellite", "FEAL"]
    membres = [a.adherent for a in adhesions() if a.dispositif == "CEE" and a.adherent.type == "commune"]
    anciens = [a for a in membres if a.debut < FUSION or depot.vente.year > FUSION.year]
    tires = alea.choices(anciens, k=depot.operations_communes - depot.operations_communes // 8)
    return [*tires, *[feal] * (depot.operations_communes // 8)]


def _epci(depot: Depot) -> Adherent:
    return adherents()["epci", SIREN_EPCI_ANCIEN if depot.vente < FUSION else SIREN_EPCI]


def _tirer(depot: Depot, alea: random.Random) -> list[Operation]:
    """Communes' operations first, own operations after; volumes come later."""
    propres = [_epci(depot)] * (depot.operations - depot.operations_communes)
    return [
        _operation(depot, f"D{depot.numero}-{rang:05d}", beneficiaire, alea, "délivrée")
        for rang, beneficiaire in enumerate([*_beneficiaires(depot, alea), *propres], start=1)
    ]


def _operation(depot: Depot, reference: str, beneficiaire: Adherent, alea: random.Random, statut: str) -> Operation:
    fiche = alea.choices([f for f, _, _ in FICHES], [p for _, p, _ in FICHES])[0]
    engagement = depot.vente - timedelta(days=330 + alea.randrange(500))
    return Operation(reference, fiche, beneficiaire, engagement - timedelta(days=7 + alea.randrange(60)), engagement,
                     engagement + timedelta(days=30 + alea.randrange(200)), 0, statut)  # fmt: skip


def _volumes(depot: Depot, brutes: list[Operation], alea: random.Random) -> list[int]:
    """Volumes by fiche and chance, scaled to the communes' part and to the whole sale."""
    echelle = {f: v for f, _, v in FICHES}
    bruts = [echelle[o.fiche] * (50 + alea.randrange(120)) for o in brutes]
    total = round(Fraction(depot.produit) * 1000 / Fraction(depot.prix))
    communes = round(Fraction(depot.part_communes) * 1000 / Fraction(depot.prix))
    n = depot.operations_communes
    return [*_echelonner(bruts[:n], communes), *_echelonner(bruts[n:], total - communes)]


def _echelonner(bruts: list[int], total: int) -> list[int]:
    somme = sum(bruts)
    volumes = [b * total // somme for b in bruts]
    volumes[-1] += total - sum(volumes)
    return volumes


def _valoriser(depot: Depot, brutes: list[Operation], volumes: list[int]) -> list[Operation]:
    """R8: produit shared by volume, to the cent by largest remainder, fees by operation of others."""
    total = sum(volumes)
    centimes = int(arrondi(Fraction(total, 1000) * Fraction(depot.prix)) * 100)
    parts = [volume * centimes // total for volume in volumes]
    restes = sorted(range(len(volumes)), key=lambda i: (-(volumes[i] * centimes % total), brutes[i].reference))
    for i in restes[: centimes - sum(parts)]:
        parts[i] += 1
    rate = taux(depot.vente)
    valorisees = []
    for o, volume, part in zip(brutes, volumes, parts, strict=True):
        montant = Decimal(part) * CENT
        frais = Decimal(0) if o.beneficiaire.type == "epci" else arrondi(Fraction(montant) * rate)
        valorisees.append(Operation(o.reference, o.fiche, o.beneficiaire, o.rai, o.engagement, o.achevement, volume,
                                    o.statut, montant, frais))  # fmt: skip
    return valorisees


def _non_delivrees(depot: Depot, alea: random.Random) -> list[Operation]:
    membres = _beneficiaires(depot, alea)
    sortie = []
    for rang in range(21):
        statut = "déposée" if rang < 12 else "rejetée"
        o = _operation(depot, f"D{depot.numero}-X{rang:04d}", alea.choice(membres), alea, statut)
        sortie.append(Operation(o.reference, o.fiche, o.beneficiaire, o.rai, o.engagement, o.achevement,
                                8000 + alea.randrange(60_000), statut))  # fmt: skip
    return sortie


def reversements(numero: int) -> list[tuple[Adherent, Decimal]]:
    """What is paid on, by beneficiary other than the EPCI, euros."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    qui: dict[str, Adherent] = {}
    for o in operations(numero):
        if o.part and o.beneficiaire.type != "epci":
            total[o.beneficiaire.siret] += o.part - o.frais
            qui[o.beneficiaire.siret] = o.beneficiaire
    return [(qui[s], montant) for s, montant in sorted(total.items())]


def produit(numero: int) -> Decimal:
    """Proceeds of the sale of a dépôt, euros."""
    return sum((o.part for o in operations(numero)), Decimal(0))


def frais(exercice: int) -> Decimal:
    """Fees kept back on the sales of the exercice, euros (R6f)."""
    return sum((o.frais for d in DEPOTS if d.exercice == exercice for o in operations(d.numero)), Decimal(0))


def fichiers() -> list[Fichier]:
    """`operations_depot-N` and `ventes_AAAA`."""
    entetes = ("Référence opération", "Code fiche", "SIREN demandeur", "Bénéficiaire", "SIREN bénéficiaire",
               "Code postal", "Ville", "Date RAI", "Date engagement", "Date achèvement", "Volume classique (kWhc)",
               "Volume précarité (kWhc)", "Statut")  # fmt: skip
    sortie = []
    for depot in DEPOTS:
        demandeur = _epci(depot).siren
        lignes: list[list[Cellule]] = [
            [o.reference, o.fiche, demandeur, o.beneficiaire.nom, o.beneficiaire.siren, o.beneficiaire.code_postal,
             "LILLE" if o.beneficiaire.type != "commune" else o.beneficiaire.nom.upper(), o.rai, o.engagement,
             o.achevement, Decimal(o.volume), Decimal(0), o.statut]
            for o in operations(depot.numero)
        ]  # fmt: skip
        table = Table(entetes, lignes, "Volume classique (kWhc)")
        sortie.append(Fichier("cee", "operations", f"depot-{depot.numero}", table, controle=depot.numero == 2))
        sortie.append(Fichier("cee", "ventes", str(depot.exercice), _ventes(depot)))
    return sortie


def _ventes(depot: Depot) -> Table:
    entetes = ("N° dépôt", "Date vente", "Type", "Volume vendu (kWhc)", "Prix (€/MWhc)", "Indice")
    volume = sum(o.volume for o in operations(depot.numero) if o.statut == "délivrée")
    return Table(entetes, [[str(depot.numero), depot.vente, "C", Decimal(volume), depot.prix, depot.indice]])
