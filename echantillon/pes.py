"""PES v2 Aller, dépense and recette (schema 5.17): one bordereau per file, ISO-8859-1, no bank details.

A recette has no analytic account, a dépense seldom one: only shared costs carry it, the rest is keyed by its service.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from xml.sax.saxutils import quoteattr

from echantillon.dialectes import MENTION
from echantillon.faits import axes
from echantillon.grand_livre import BUDGET, FONCTION, Bordereau, Ligne, Piece, Tiers
from echantillon.siret import siret
from echantillon.territoire import Adherent, adherents, siren_epci

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
POSTE, COLLECTIVITE = "059001", "100"
# CatTiers and NatJur of the nomenclature: municipality, CCAS, other public body, company
CATEGORIES = {"commune": ("23", "09"), "ccas": ("26", "09"), "satellite": ("29", "09")}
SOCIETE, PUBLIC = ("60", "03"), ("29", "09")
ADRESSE_FICTIVE = ("1 rue de l'Exemple", "59000", "LILLE")


def _v(nom: str, valeur: object) -> str:
    return f"<{nom} V={quoteattr(str(valeur))}/>"


def nom_pes(bordereau: Bordereau) -> str:
    """Base name of the file."""
    return f"PESALR2_{bordereau.jour:%Y%m}_{'D' if bordereau.sens == 'mandat' else 'R'}"


def octets_pes(bordereau: Bordereau) -> bytes:
    """The whole file; amounts positive, characters outside ISO-8859-1 as character references."""
    depense = bordereau.sens == "mandat"
    groupe = "Depense" if depense else "Recette"
    entete = (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<!-- {MENTION.replace("—", "-")} -->\n'
        f'<n:PES_Aller xmlns:n="{ESPACE}"><Enveloppe><Parametres>{_v("Version", 2)}{_v("TypFic", "PESALR2")}'
        f"{_v('NomFic', nom_pes(bordereau))}</Parametres><Emetteur>{_v('Sigle', 'DONNEES SYNTHETIQUES')}"
        f"{_v('Adresse', 'JEU DE REFERENCE')}</Emetteur></Enveloppe><EnTetePES>{_v('DteStr', bordereau.jour)}"
        f"{_v('IdPost', POSTE)}{_v('IdColl', siret(siren_epci(bordereau.jour)))}{_v('CodCol', COLLECTIVITE)}"
        f"{_v('CodBud', BUDGET)}{_v('LibelleColBud', 'MÉTROPOLE')}</EnTetePES><PES_{groupe}Aller><EnTete{groupe}>"
        f"{_v('IdVer', 2)}{_v('InfoDematerialisee', 0)}</EnTete{groupe}>"
    )
    annulation = bordereau.type_piece == "02"
    pieces = "".join(_piece(p, depense, annulation) for p in bordereau.pieces)
    texte = f"{entete}<Bordereau>{_bloc(bordereau, depense)}{pieces}</Bordereau></PES_{groupe}Aller></n:PES_Aller>\n"
    return texte.encode("iso-8859-1", "xmlcharrefreplace")


def _bloc(b: Bordereau, depense: bool) -> str:
    lignes = [ligne for piece in b.pieces for ligne in piece.lignes]
    total = sum((_mtht(ligne) for ligne in lignes), Decimal(0))
    tva = sum((abs(ligne.tva) for ligne in lignes if ligne.tva is not None), Decimal(0))
    return (
        f"<BlocBordereau>{_v('Exer', b.exercice)}{_v('IdBord', f'{b.numero:07d}')}{_v('DteBordEm', b.jour)}"
        f"{_v('TypBord', '02' if b.type_piece == '02' else '01')}{_v('NbrPce', len(b.pieces))}"
        f"{_v('MtBordHT' if depense else 'MtBordHt', total)}{_v('MtBordTVA', tva) if tva else ''}</BlocBordereau>"
    )


def _mtht(ligne: Ligne) -> Decimal:
    return abs(ligne.ttc if ligne.ht is None else ligne.ht)


def _piece(piece: Piece, depense: bool, annulation: bool) -> str:
    objet = piece.lignes[0].objet
    nature = ("02", "06") if annulation else ("01", "01")
    tete = f"{_v('CodServ', piece.service)}{_v('IdPce', f'{piece.numero:08d}')}"
    tete += _v("TypPce", nature[0]) + _v("NatPce", nature[1])
    bloc = f"<InfoPce>{tete}{_v('Obj', objet[:100])}</InfoPce>" if depense else f"{tete}{_v('ObjPce', objet[:160])}"
    lignes = "".join(_ligne(piece, rang, ligne, depense) for rang, ligne in enumerate(piece.lignes, start=1))
    return f"<Piece><BlocPiece>{bloc}</BlocPiece>{lignes}</Piece>"


def _ligne(piece: Piece, rang: int, ligne: Ligne, depense: bool) -> str:
    info = "InfoLignePce" if depense else "InfoLignePiece"
    montant = _v("MtHT", _mtht(ligne)) + (_v("MtTVA", abs(ligne.tva)) if ligne.tva is not None else "")
    if depense:
        analytique = _v("CptAna", ligne.axe) if ligne.axe in _axes_partages() else ""
        milieu = (
            f"{_v('Nature', ligne.nature)}{_v('Fonction', FONCTION)}{analytique}"
            f"{_v('ModRegl', '03')}{_v('TVAIntraCom', 0)}"
        )
    else:
        milieu = (
            f"{_v('ObjLignePce', ligne.objet[:160])}{_v('CodProdLoc', ligne.produit)}{_v('Nature', ligne.nature)}"
            f"{_v('Fonction', FONCTION)}{_v('Majo', 0)}{_v('TvaIntraCom', 0)}"
        )
    return (
        f"<LigneDePiece><BlocLignePiece><{info}>{_v('IdLigne', f'{rang:06d}')}{milieu}{montant}</{info}>"
        f"{_liens(ligne)}</BlocLignePiece>{_tiers(piece, depense)}</LigneDePiece>"
    )


def _liens(ligne: Ligne) -> str:
    """The piece that a cancellation corrects, and the contract."""
    origine = (
        f"<RattachPiece>{_v('NatPceOrig', '01')}{_v('ExerRat', ligne.exercice_origine)}"
        f"{_v('IdPceOrig', ligne.piece_origine)}</RattachPiece>"
    )
    marche = f"<LiensIdent>{_v('IdMarche', ligne.marche)}</LiensIdent>"
    return (origine if ligne.piece_origine else "") + (marche if ligne.marche else "")


@cache
def _axes_partages() -> frozenset[str]:
    return frozenset(a.code for a in axes() if a.usage == "depense_partagee")


@cache
def _adherents() -> dict[str, Adherent]:
    return {a.siret: a for a in adherents().values()}


def _tiers(piece: Piece, depense: bool) -> str:
    tiers = piece.tiers
    identite = _v("IdTiers", tiers.siret) + _v("NatIdTiers", "01") if tiers.siret else ""
    categorie, juridique = _categorie(tiers)
    debiteur = "" if depense else _v("TypTiers", "01")
    return (
        f"<Tiers><InfoTiers>{identite}{_v('RefTiers', 1000 + piece.numero)}{_v('CatTiers', categorie)}"
        f"{_v('NatJur', juridique)}{debiteur}{_v('Nom', tiers.nom[:38])}</InfoTiers>{_adresse(tiers)}</Tiers>"
    )


def _categorie(tiers: Tiers) -> tuple[str, str]:
    """(CatTiers, NatJur); the payers that the drop names without a SIRET are public bodies."""
    adherent = _adherents().get(tiers.siret)
    return CATEGORIES[adherent.type] if adherent else SOCIETE if tiers.siret else PUBLIC


def _adresse(tiers: Tiers) -> str:
    adherent = _adherents().get(tiers.siret)
    rue, postal, ville = (adherent.adresse, adherent.code_postal, adherent.ville) if adherent else ADRESSE_FICTIVE
    return (
        f"<Adresse>{_v('TypAdr', 1)}{_v('Adr2', rue[:38])}{_v('CP', postal)}{_v('Ville', ville[:38])}"
        f"{_v('CodRes', 0)}</Adresse>"
    )
