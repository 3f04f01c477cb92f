"""The ledger before it is numbered: pieces and lines, then bordereaux, pieces and lines with their identity."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from echantillon.siret import siren_fictif, siret
from echantillon.tables import Compteur, arrondi

BUDGET, FONCTION = "00", "020"
# no key names these two: their lines carry an axis, or are nobody's
SERVICE_FINANCES, PRODUIT_DIVERS = "FINANCES", "DIV1"
COMPTES_SANS_TVA = ("6132", "6184", "6218", "6251", "62875", "63", "64", "657", "673", "6811", "7")


@dataclass(frozen=True, slots=True)
class Ligne:
    """One ledger line; `ttc` signed in euros, HT and TVA only where the account bears VAT; `axe` empty = not stated."""

    nature: str
    axe: str
    ttc: Decimal
    objet: str
    periode: str = ""
    inventaire: str = ""
    marche: str = ""
    exercice_origine: int | None = None
    piece_origine: str = ""
    statut: str = "Payé"
    produit: str = PRODUIT_DIVERS

    @property
    def ht(self) -> Decimal | None:
        """Amount before VAT at 20 %, None where the account bears none."""
        if self.nature.startswith(COMPTES_SANS_TVA):
            return None
        return arrondi(Fraction(self.ttc) * 5 / 6)

    @property
    def tva(self) -> Decimal | None:
        """VAT: what HT leaves of TTC."""
        return None if self.ht is None else self.ttc - self.ht


@dataclass(frozen=True, slots=True)
class Tiers:
    """Third party; the SIRET is empty for people and for payroll."""

    nom: str
    siret: str = ""


@dataclass(slots=True)
class Piece:
    """One mandat or titre of a managing service; `lot` groups the pieces of a month into bordereaux."""

    sens: str
    exercice: int
    jour: date
    lot: str
    tiers: Tiers
    lignes: list[Ligne]
    type_piece: str = "01"
    repere: str = ""
    service: str = SERVICE_FINANCES
    bordereau: int = 0
    numero: int = 0


@dataclass(slots=True)
class Bordereau:
    """Pieces of one sens, exercice, day and lot."""

    sens: str
    exercice: int
    jour: date
    lot: str
    numero: int
    type_piece: str
    pieces: list[Piece] = field(default_factory=list)


def fournisseur(rang: int) -> Tiers:
    """A made-up supplier."""
    return Tiers(f"FOURNISSEUR FICTIF {rang:02d}", siret(siren_fictif(f"4010{rang:04d}")))


def numeroter(pieces: list[Piece]) -> list[Bordereau]:
    """Number bordereaux and pieces; cancellations (02) have a series of their own, corrections name their origin."""
    compteur = Compteur()
    bordereaux: dict[tuple[object, ...], Bordereau] = {}
    for piece in sorted(pieces, key=lambda p: (p.exercice, p.sens, p.type_piece == "02", p.jour, p.lot)):
        serie = (piece.sens, piece.exercice, piece.type_piece == "02")
        cle = (*serie, piece.jour, piece.lot)
        if cle not in bordereaux:
            bordereaux[cle] = Bordereau(piece.sens, piece.exercice, piece.jour, piece.lot,
                                        compteur.suivant("bordereau", *serie), piece.type_piece)  # fmt: skip
        piece.bordereau = bordereaux[cle].numero
        piece.numero = compteur.suivant("piece", *serie, depart=1 if piece.sens == "mandat" else 501)
        bordereaux[cle].pieces.append(piece)
    _relier(pieces)
    return list(bordereaux.values())


def _relier(pieces: list[Piece]) -> None:
    """Give corrections the number of the piece they correct (`piece_origine` holds its mark until then)."""
    numeros = {p.repere: str(p.numero) for p in pieces if p.repere}
    for piece in pieces:
        piece.lignes = [
            replace(ligne, piece_origine=numeros[ligne.piece_origine]) if ligne.piece_origine in numeros else ligne
            for ligne in piece.lignes
        ]
