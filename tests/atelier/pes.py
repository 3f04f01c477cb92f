"""A PES v2 Aller written in a few words: bordereaux, pieces, lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Ligne:
    """A LigneDePiece: MtHT, MtTVA ('' = absent), account, axis, SIRET of the third party, object, number."""

    ht: str
    tva: str = ""
    nature: str = "611"
    axe: str = "ADS"
    siret: str = ""
    objet: str = ""
    numero: str = "1"

    def xml(self) -> str:
        """The element, with one that the contract does not name."""
        champs = [
            ("IdLigne", self.numero),
            ("Nature", self.nature),
            ("CptAna", self.axe),
            ("MtHT", self.ht),
            ("Inconnu", "x"),
        ]
        champs += [("MtTVA", self.tva)] if self.tva else []
        champs += [("ObjLignePce", self.objet)] if self.objet else []
        tiers = _elements([("IdTiers", self.siret), ("NatIdTiers", "01")]) if self.siret else ""
        return (
            f"<LigneDePiece><BlocLignePiece><InfoLignePce>{_elements(champs)}</InfoLignePce></BlocLignePiece>"
            f"<Tiers><InfoTiers>{tiers}</InfoTiers></Tiers></LigneDePiece>"
        )


@dataclass(frozen=True)
class Piece:
    """A Piece: number, lines, TypPce, object, ExerRat."""

    numero: str
    lignes: Sequence[Ligne]
    type_: str = "01"
    objet: str = ""
    rattachement: str = ""

    def xml(self) -> str:
        """The element."""
        champs = [("IdPce", self.numero), ("TypPce", self.type_), ("Obj", self.objet), ("ObjPce", self.objet)]
        rat = f"<RattachPiece><ExerRat V='{self.rattachement}'/></RattachPiece>" if self.rattachement else ""
        corps = "".join(ligne.xml() for ligne in self.lignes)
        return f"<Piece><BlocPiece><InfoPce>{_elements(champs)}</InfoPce>{rat}</BlocPiece>{corps}</Piece>"


@dataclass(frozen=True)
class Bordereau:
    """A Bordereau: number, MtBordHT, pieces, TypBord, NbrPce (default: the right one), date, Exer."""

    numero: str
    montant: str
    pieces: Sequence[Piece]
    type_: str = "01"
    nombre: str = ""
    date: str = "2023-03-08"
    exercice: str = "2023"

    def xml(self) -> str:
        """The element."""
        champs = [
            ("Exer", self.exercice), ("IdBord", self.numero), ("DteBordEm", self.date), ("TypBord", self.type_),
            ("NbrPce", self.nombre or str(len(self.pieces))), ("MtBordHT", self.montant),
        ]  # fmt: skip
        corps = "".join(p.xml() for p in self.pieces)
        return f"<Bordereau><BlocBordereau>{_elements(champs)}</BlocBordereau>{corps}</Bordereau>"


def pes_aller(depense: Sequence[Bordereau], recette: Sequence[Bordereau], budget: str = "P") -> bytes:
    """One file that holds both, one bordereau a line (so that `ligne` tells them apart)."""
    racine = "xmlns:n='http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller'"
    entete = f"<EnTetePES><CodBud V='{budget}'/></EnTetePES>"
    lignes = [f"<?xml version='1.0' encoding='ISO-8859-1'?><n:PES_Aller {racine}>{entete}"]
    for nom, bordereaux in (("PES_DepenseAller", depense), ("PES_RecetteAller", recette)):
        lignes += [f"<{nom}>", *(b.xml() for b in bordereaux), f"</{nom}>"]
    return "\n".join([*lignes, "</n:PES_Aller>"]).encode("latin-1")


def _elements(champs: Sequence[tuple[str, str]]) -> str:
    return "".join(f"<{nom} V='{valeur}'/>" for nom, valeur in champs)
