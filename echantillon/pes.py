"""PES v2 Aller, dépense and recette: one bordereau per file, ISO-8859-1, no bank details."""

from __future__ import annotations

from decimal import Decimal
from xml.sax.saxutils import quoteattr

from echantillon.dialectes import MENTION
from echantillon.grand_livre import BUDGET, Bordereau, Ligne, Piece
from echantillon.siret import siret
from echantillon.territoire import siren_epci

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"


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
        f'<n:PES_Aller xmlns:n="{ESPACE}"><Enveloppe><Parametres>{_v("Version", 1)}{_v("TypFic", "PESALR2")}'
        f"{_v('NomFic', nom_pes(bordereau))}</Parametres><Emetteur>{_v('Sigle', 'DONNEES SYNTHETIQUES')}"
        f"{_v('Adresse', 'JEU DE REFERENCE')}</Emetteur></Enveloppe><EnTetePES>{_v('DteStr', bordereau.jour)}"
        f"{_v('IdPost', '059001')}{_v('IdColl', siret(siren_epci(bordereau.jour)))}{_v('CodCol', '100')}"
        f"{_v('CodBud', BUDGET)}{_v('LibelleColBud', 'MÉTROPOLE')}</EnTetePES><PES_{groupe}Aller><EnTete{groupe}>"
        f"{_v('IdVer', 2)}{_v('InfoDematerialisee', 0)}</EnTete{groupe}>"
    )
    pieces = "".join(_piece(p, depense) for p in bordereau.pieces)
    texte = f"{entete}<Bordereau>{_bloc(bordereau, depense)}{pieces}</Bordereau></PES_{groupe}Aller></n:PES_Aller>\n"
    return texte.encode("iso-8859-1", "xmlcharrefreplace")


def _bloc(b: Bordereau, depense: bool) -> str:
    lignes = [ligne for piece in b.pieces for ligne in piece.lignes]
    total = sum((_mtht(ligne) for ligne in lignes), Decimal(0))
    tva = sum((abs(ligne.tva) for ligne in lignes if ligne.tva is not None), Decimal(0))
    return (
        f"<BlocBordereau>{_v('Exer', b.exercice)}{_v('IdBord', b.numero)}{_v('DteBordEm', b.jour)}"
        f"{_v('TypBord', '02' if b.type_piece == '02' else '01')}{_v('NbrPce', len(b.pieces))}"
        f"{_v('MtBordHT' if depense else 'MtBordHt', total)}{_v('MtBordTVA', tva) if tva else ''}</BlocBordereau>"
    )


def _mtht(ligne: Ligne) -> Decimal:
    return abs(ligne.ttc if ligne.ht is None else ligne.ht)


def _piece(piece: Piece, depense: bool) -> str:
    objet = piece.lignes[0].objet
    tete = f"{_v('CodServ', 'MUTU')}{_v('IdPce', piece.numero)}{_v('TypPce', '01')}{_v('NatPce', '01')}"
    bloc = f"<InfoPce>{tete}{_v('Obj', objet[:100])}</InfoPce>" if depense else f"{tete}{_v('ObjPce', objet[:160])}"
    lignes = "".join(_ligne(piece, rang, ligne, depense) for rang, ligne in enumerate(piece.lignes, start=1))
    return f"<Piece><BlocPiece>{bloc}</BlocPiece>{lignes}</Piece>"


def _ligne(piece: Piece, rang: int, ligne: Ligne, depense: bool) -> str:
    info = "InfoLignePce" if depense else "InfoLignePiece"
    analytique = _v("CptAna", ligne.axe) if ligne.axe else ""
    montant = _v("MtHT", _mtht(ligne)) + (_v("MtTVA", abs(ligne.tva)) if ligne.tva is not None else "")
    if depense:
        milieu = (
            f"{_v('Nature', ligne.nature)}{_v('Fonction', '020')}{analytique}"
            f"{_v('ModRegl', '03')}{_v('TVAIntraCom', 0)}"
        )
    else:
        milieu = (
            f"{_v('ObjLignePce', ligne.objet[:160])}{_v('CodProdLoc', 'MUTU')}{_v('Nature', ligne.nature)}"
            f"{_v('Fonction', '020')}{analytique}{_v('Majo', 0)}{_v('TvaIntraCom', 0)}"
        )
    liens = f"<LiensIdent>{_v('IdMarche', ligne.marche)}</LiensIdent>" if ligne.marche else ""
    return (
        f"<LigneDePiece><BlocLignePiece><{info}>{_v('IdLigne', rang)}{milieu}{montant}</{info}>{liens}</BlocLignePiece>"
        f"<Tiers><InfoTiers>{_tiers(piece)}</InfoTiers></Tiers></LigneDePiece>"
    )


def _tiers(piece: Piece) -> str:
    identite = _v("IdTiers", piece.tiers.siret) + _v("NatIdTiers", "01") if piece.tiers.siret else ""
    reference = _v("RefTiers", 1000 + piece.numero)
    return f"{identite}{reference}{_v('CatTiers', '50')}{_v('NatJur', '03')}{_v('Nom', piece.tiers.nom[:38])}"
