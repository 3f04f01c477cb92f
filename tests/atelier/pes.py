"""A PES v2 Aller in a few words: bordereaux, pieces, lines; valid against the schema 5.17 unless a value isn't."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import quoteattr

Sens = Literal["depense", "recette"]
METROPOLE = "20000000800017"
_RACINE = "xmlns:n='http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller'"
_BLOCS = {"depense": ("PES_DepenseAller", "EnTeteDepense"), "recette": ("PES_RecetteAller", "EnTeteRecette")}


@dataclass(frozen=True)
class Tiers:
    """A third party: IdTiers, NatIdTiers (01 SIRET, 02 SIREN), TypTiers (recette only)."""

    numero: str
    nature: str = "01"
    type_: str = "01"

    def xml(self, sens: Sens) -> str:
        """The element, with an address and a name that must stay in the file."""
        champs = [("IdTiers", self.numero), ("NatIdTiers", self.nature), ("RefTiers", "7")]
        champs += [("CatTiers", "01"), ("NatJur", "03")]
        champs += [("TypTiers", self.type_)] if sens == "recette" else []
        adresse = [
            ("TypAdr", "1"), ("Adr2", "1 RUE DES TILLEULS"), ("CP", "59000"), ("Ville", "LILLE"), ("CodRes", "0"),
        ]  # fmt: skip
        return (
            f"<Tiers><InfoTiers>{_elements([*champs, ('Nom', 'MARTIN')])}</InfoTiers>"
            f"<Adresse>{_elements(adresse)}</Adresse></Tiers>"
        )


@dataclass(frozen=True)
class Ligne:
    """A LigneDePiece: MtHT, MtTVA ('' = absent), account, CptAna (dépense), CodProdLoc and object (recette),
    Operation, SIRET of the third party or the third parties, number, ExerRat."""

    ht: str
    tva: str = ""
    nature: str = "611"
    axe: str = "ADS"
    siret: str = ""
    objet: str = ""
    numero: str = "1"
    produit: str = "R000"
    operation: str = ""
    tiers: Sequence[Tiers] = ()
    rattachement: str = ""

    def xml(self, sens: Sens) -> str:
        """The element."""
        tiers = [Tiers(self.siret)] if self.siret else self.tiers
        lien = [("NatPceOrig", "01"), ("ExerRat", self.rattachement), ("IdPceOrig", "1")]
        rattachement = f"<RattachPiece>{_elements(lien)}</RattachPiece>" if self.rattachement else ""
        info = self._depense() if sens == "depense" else self._recette()
        corps = "".join(t.xml(sens) for t in tiers)
        return f"<LigneDePiece><BlocLignePiece>{info}{rattachement}</BlocLignePiece>{corps}</LigneDePiece>"

    def _depense(self) -> str:
        champs = [("IdLigne", self.numero), ("Nature", self.nature)]
        champs += _donnes([("Operation", self.operation), ("CptAna", self.axe)])
        champs += [("ModRegl", "03"), ("TVAIntraCom", "0"), ("MtHT", self.ht), *_donnes([("MtTVA", self.tva)])]
        return f"<InfoLignePce>{_elements(champs)}</InfoLignePce>"

    def _recette(self) -> str:
        champs = [("IdLigne", self.numero), *_donnes([("ObjLignePce", self.objet)])]
        champs += [("CodProdLoc", self.produit), ("Nature", self.nature), *_donnes([("Operation", self.operation)])]
        champs += [("Majo", "0"), ("TvaIntraCom", "0"), ("MtHT", self.ht), *_donnes([("MtTVA", self.tva)])]
        return f"<InfoLignePiece>{_elements(champs)}</InfoLignePiece>"


@dataclass(frozen=True)
class Piece:
    """A Piece: number, lines, object, CodServ."""

    numero: str
    lignes: Sequence[Ligne]
    objet: str = ""
    service: str = ""

    def xml(self, sens: Sens) -> str:
        """The element."""
        champs = [*_donnes([("CodServ", self.service)]), ("IdPce", self.numero), ("TypPce", "01"), ("NatPce", "01")]
        champs += _donnes([("Obj" if sens == "depense" else "ObjPce", self.objet)])
        bloc = _elements(champs) if sens == "recette" else f"<InfoPce>{_elements(champs)}</InfoPce>"
        corps = "".join(ligne.xml(sens) for ligne in self.lignes)
        return f"<Piece><BlocPiece>{bloc}</BlocPiece>{corps}</Piece>"


@dataclass(frozen=True)
class Bordereau:
    """A Bordereau: number, MtBordHT, pieces, TypBord, date, Exer."""

    numero: str
    montant: str
    pieces: Sequence[Piece]
    type_: str = "01"
    date: str = "2023-03-08"
    exercice: str = "2023"

    def xml(self, sens: Sens) -> str:
        """The element, which each flow spells in its own way."""
        champs = [
            ("Exer", self.exercice), ("IdBord", self.numero), ("DteBordEm", self.date), ("TypBord", self.type_),
            ("NbrPce", str(len(self.pieces))),
            ("MtBordHT" if sens == "depense" else "MtBordHt", self.montant),
        ]  # fmt: skip
        corps = "".join(p.xml(sens) for p in self.pieces)
        return f"<Bordereau><BlocBordereau>{_elements(champs)}</BlocBordereau>{corps}</Bordereau>"


def pes_aller(
    depense: Sequence[Bordereau] = (), recette: Sequence[Bordereau] = (), collectivite: str = METROPOLE
) -> bytes:
    """One file of a dépense, of a recette or of both, one bordereau a line (so that `ligne` tells them apart)."""
    parametres = _elements([("Version", "1"), ("TypFic", "PESALR2"), ("NomFic", "ESSAI")])
    emetteur = _elements([("Sigle", "ESSAI"), ("Adresse", "ESSAI")])
    champs = [("DteStr", "2023-03-08"), ("IdPost", "059001"), ("IdColl", collectivite), ("CodCol", "100")]
    lignes = [
        f"<?xml version='1.0' encoding='ISO-8859-1'?><n:PES_Aller {_RACINE}><Enveloppe><Parametres>{parametres}"
        f"</Parametres><Emetteur>{emetteur}</Emetteur></Enveloppe>"
        f"<EnTetePES>{_elements([*champs, ('CodBud', '00')])}</EnTetePES>"
    ]
    flux: tuple[tuple[Sens, Sequence[Bordereau]], ...] = (("depense", depense), ("recette", recette))
    for sens, bordereaux in flux:
        bloc, tete = _BLOCS[sens]
        if bordereaux:
            lignes += [f"<{bloc}><{tete}><IdVer V='2'/></{tete}>", *(b.xml(sens) for b in bordereaux), f"</{bloc}>"]
    return "\n".join([*lignes, "</n:PES_Aller>"]).encode("latin-1")


def _donnes(champs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(nom, valeur) for nom, valeur in champs if valeur]


def _elements(champs: Sequence[tuple[str, str]]) -> str:
    return "".join(f"<{nom} V={quoteattr(valeur)}/>" for nom, valeur in champs)
