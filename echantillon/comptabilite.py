"""`compta/`: monthly mandats and titres, PES bordereaux, DGFiP balance, rests to collect."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from echantillon import depenses, titres
from echantillon.faits import EXERCICES
from echantillon.grand_livre import BUDGET, FONCTION, Bordereau, Ligne, Piece, numeroter
from echantillon.hasard import tirage
from echantillon.siret import siren_fictif, siret
from echantillon.tables import Cellule, Fichier, Table, arrondi
from echantillon.territoire import siren_epci

ENTETES = ("Exercice", "Budget", "Bordereau", "Pièce", "Ligne", "Date émission", "Type pièce", "Nature", "Fonction",
           "Opération", "Service gestionnaire", "Axe analytique", "Tiers", "SIRET", "Objet", "N° marché",
           "N° inventaire", "Exercice origine", "Pièce origine", "Période service", "Montant HT", "TVA",
           "Montant TTC", "Statut")  # fmt: skip
# (sens, lot, month): bordereaux that travel by PES only, or by PES and CSV (one fact, twice told)
PES_SEUL = {
    ("mandat", "D", "2019-09"), ("mandat", "D", "2020-09"), ("titre", "A", "2020-11"),
    *(("titre", "F", mois) for mois in ("2020-09", "2021-01", "2021-09", "2022-01")),
}  # fmt: skip
PES_ET_CSV = {("mandat", "D", "2021-03"), ("titre", "S", "2021-06")}
MOIS_CORRIGE = "2019-05"
COMPTES_STATUTS = ("Émis", "Pris en charge", "Payé")
# headers of the open-data file by nature and function
BALANCE = ("exer", "ident", "ndept", "lbudg", "insee", "cbudg", "ctype", "cstyp", "nomen", "siren", "cregi", "cacti",
           "secteur", "finess", "codbud1", "categ", "bal", "fonction", "compte", "bedeb", "becre", "obnetdeb",
           "obnetcre", "onbdeb", "onbcre", "oobdeb", "oobcre", "sd", "sc")  # fmt: skip
RESTES = ("Exercice", "Budget", "Bordereau", "Pièce", "Reste à recouvrer", "Au")
# invoices of 2021 not fully collected on that day, out of a hundred, by semestre: those of the second are six weeks old
ARRET, NON_SOLDES = date(2022, 2, 28), {1: 6, 2: 40}
VOISINE = ("COMMUNE FICTIVE", siren_fictif("21599999"))
COMPTES_VOISINE = {"60632": Decimal("8412.50"), "64111": Decimal("151200.00")}


@dataclass(frozen=True, slots=True)
class Solde:
    """Movements of an account: budget and, within it, order."""

    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    ordre_debit: Decimal = Decimal(0)
    ordre_credit: Decimal = Decimal(0)


@cache
def bordereaux() -> tuple[Bordereau, ...]:
    """Every bordereau of the three exercices, numbered."""
    return tuple(numeroter([p for e in EXERCICES for p in (*depenses.pieces(e), *titres.pieces(e))]))


def _cle(b: Bordereau) -> tuple[str, str, str]:
    return (b.sens, b.lot, f"{b.jour:%Y-%m}")


def bordereaux_pes() -> list[Bordereau]:
    """Bordereaux written as PES, on their own or beside the CSV."""
    return [b for b in bordereaux() if _cle(b) in PES_SEUL | PES_ET_CSV]


def fichiers() -> list[Fichier]:
    """Monthly files by month of emission, and the balances."""
    par_mois: dict[tuple[str, str], list[list[Cellule]]] = defaultdict(list)
    for b in bordereaux():
        if _cle(b) in PES_SEUL:
            continue
        for piece in b.pieces:
            for rang, ligne in enumerate(piece.lignes, start=1):
                par_mois[f"{b.sens}s", f"{b.jour:%Y-%m}"].append(_ligne(piece, rang, ligne))
    sortie = []
    for (jeu, mois), lignes in sorted(par_mois.items()):
        table = Table(ENTETES, lignes, "Montant TTC")
        controle = mois.endswith(("-06", "-12"))
        if (jeu, mois) == ("mandats", MOIS_CORRIGE):
            sortie.append(Fichier("compta", jeu, mois, _premiere_version(table)))
            sortie.append(Fichier("compta", jeu, mois, table, "_v2", controle=True))
        else:
            sortie.append(Fichier("compta", jeu, mois, table, controle=controle))
    sortie += [Fichier("compta", "balance", str(e), _balance(e)) for e in EXERCICES]
    return [*sortie, Fichier("compta", "restes_a_recouvrer", str(EXERCICES[-1]), _restes(EXERCICES[-1]))]


def _premiere_version(table: Table) -> Table:
    """The export before its correction: the last two lines are missing."""
    return Table(table.entetes, table.lignes[:-2], table.total)


def _ligne(piece: Piece, rang: int, ligne: Ligne) -> list[Cellule]:
    return [
        piece.exercice, BUDGET, str(piece.bordereau), str(piece.numero), str(rang), piece.jour, piece.type_piece,
        ligne.nature, FONCTION, None, piece.service, ligne.axe or None, piece.tiers.nom, piece.tiers.siret or None,
        ligne.objet, ligne.marche or None, ligne.inventaire or None, ligne.exercice_origine,
        ligne.piece_origine or None, ligne.periode or None, ligne.ht, ligne.tva, ligne.ttc, ligne.statut,
    ]  # fmt: skip


def _restes(exercice: int) -> Table:
    """The accountant's list on `ARRET`: invoices nobody paid yet, and some of which a part was paid."""
    hasard, lignes = tirage(f"restes-{exercice}"), list[list[Cellule]]()
    for b in bordereaux():
        if (b.sens, b.exercice, b.lot) != ("titre", exercice, "F"):
            continue
        semestre = 1 if b.jour.year == exercice else 2
        for piece in b.pieces:
            solde, part = hasard.randrange(100), hasard.choice((1, 1, 1, 2, 3))
            if solde < NON_SOLDES[semestre]:
                reste = arrondi(Fraction(sum((ligne.ttc for ligne in piece.lignes), Decimal(0))) / part)
                lignes.append([exercice, BUDGET, str(piece.bordereau), str(piece.numero), reste, ARRET])
    return Table(RESTES, lignes, "Reste à recouvrer")


def soldes(exercice: int) -> dict[str, Solde]:
    """Movements by account of classes 6 and 7, counted lines only."""
    totaux: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for b in bordereaux():
        if b.exercice != exercice:
            continue
        rang = 0 if b.sens == "mandat" else 1
        for ligne in (ligne for p in b.pieces for ligne in p.lignes if ligne.statut in COMPTES_STATUTS):
            totaux[ligne.nature][rang] += ligne.ttc
            if b.type_piece == "03":
                totaux[ligne.nature][rang + 2] += ligne.ttc
    return {compte: Solde(*valeurs) for compte, valeurs in sorted(totaux.items())}


def _balance(exercice: int) -> Table:
    """The accounts of the EPCI among those of other collectivités, as the open-data file has them (S4)."""
    siren = siren_epci(date(exercice, 12, 31))
    metropole = ("METROPOLE EUROPEENNE DE LILLE", siren)
    lignes = [_compte(exercice, metropole, compte, s) for compte, s in soldes(exercice).items()]
    lignes += [_compte(exercice, VOISINE, compte, Solde(debit)) for compte, debit in COMPTES_VOISINE.items()]
    return Table(BALANCE, lignes)


def _compte(exercice: int, collectivite: tuple[str, str], compte: str, s: Solde) -> list[Cellule]:
    zero = Decimal(0)
    nom, siren = collectivite
    return [
        exercice, siret(siren), "059", nom, "350", "1", "405", "00", "M57", siren, "032", "40", None, None, BUDGET,
        "ML", "DEF", FONCTION, compte, zero, zero, s.debit, s.credit, zero, zero, s.ordre_debit, s.ordre_credit,
        max(zero, s.debit - s.credit), max(zero, s.credit - s.debit),
    ]  # fmt: skip
