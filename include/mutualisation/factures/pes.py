"""PES v2 recette draft of a semestre: one piece per adherent and service, one line per dispositif, no bank data.

Amounts of a PES are never negative: what an adherent is given back goes to a second bordereau, of type 02
(annulation, réduction), one piece per titre reduced. Numbers of bordereau and piece are provisional, far from the
series of the ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lxml import etree

from mutualisation.factures.facturation import Semestre
from mutualisation.factures.factures import Facture
from mutualisation.factures.lettres import ENCODAGE, couper, en_latin1
from mutualisation.factures.lignes_pes import Retenue
from mutualisation.factures.reglages_pes import Poste
from mutualisation.factures.schema_pes import ESPACE
from mutualisation.factures.titres_reduits import Titre
from mutualisation.publication.contexte import Contexte

# TypBord → TypPce, NatPce (pes_codes.csv): an ordinary titre, a corrective one that reduces
TRIPLETS = {"01": ("01", "01"), "02": ("02", "06")}
# CatTiers of the schema: communes, CCAS, other public bodies; NatJur 09: local authority or its establishment
CATEGORIES = {"commune": "23", "epci": "24", "ccas": "26"}
CATEGORIE_AUTRE, NATURE_JURIDIQUE = "29", "09"
DEBITEUR_PRINCIPAL, TITRE_D_ORIGINE = "01", "01"
LIGNE_POSTALE = 38


def octets_pes(contexte: Contexte, semestre: Semestre, poste: Poste, retenues: Iterable[Retenue]) -> bytes | None:
    """The draft, ISO-8859-1, of the lines kept; None when there is none."""
    lignes = list(retenues)
    redaction = _Redaction(contexte, semestre, poste)
    bordereaux = [b for b in (redaction.bordereau(t, lignes) for t in TRIPLETS) if b is not None]
    if not bordereaux:
        return None
    racine = redaction.racine()
    aller = etree.SubElement(racine, "PES_RecetteAller")
    entete = etree.SubElement(aller, "EnTeteRecette")
    _v(entete, "IdVer", "2")
    _v(entete, "InfoDematerialisee", "0")
    aller.extend(bordereaux)
    etree.indent(racine, " ")
    tete = f'<?xml version="1.0" encoding="{ENCODAGE}"?>\n<!-- {redaction.mention()} -->\n'
    corps: bytes = etree.tostring(racine, encoding=ENCODAGE, xml_declaration=False)
    return tete.encode(ENCODAGE, "xmlcharrefreplace") + corps + b"\n"


class _Redaction:
    """Writes the elements of one draft."""

    def __init__(self, contexte: Contexte, semestre: Semestre, poste: Poste) -> None:
        self._contexte = contexte
        self._semestre = semestre
        self._poste = poste
        self._jour = semestre.fin.isoformat()

    def mention(self) -> str:
        """What the file says of itself, in a comment."""
        synthetique = "Données synthétiques. " if self._contexte.est_synthetique else ""
        c = self._contexte.construction
        return (
            f"{synthetique}Projet à valider par l'ordonnateur : numéros de bordereau et de pièce provisoires. "
            f"Publication version {c.version}, sha256 {c.publication_sha256}"
        )

    def racine(self) -> Any:
        """PES_Aller with its envelope and its header."""
        racine = etree.Element(f"{{{ESPACE}}}PES_Aller", nsmap={"n": ESPACE})
        enveloppe = etree.SubElement(racine, "Enveloppe")
        parametres = etree.SubElement(enveloppe, "Parametres")
        _v(parametres, "Version", "2")
        _v(parametres, "TypFic", "PESALR2")
        _v(parametres, "NomFic", f"PROJET_R_{self._semestre.exercice}_S{self._semestre.numero}")
        emetteur = etree.SubElement(enveloppe, "Emetteur")
        _v(emetteur, "Sigle", "MUTUALISATION")
        _v(emetteur, "Adresse", "DONNEES SYNTHETIQUES" if self._contexte.est_synthetique else "PROJET")
        entete = etree.SubElement(racine, "EnTetePES")
        _v(entete, "DteStr", self._jour)
        _v(entete, "IdPost", self._poste.poste)
        _v(entete, "IdColl", self._poste.siret)
        _v(entete, "CodCol", self._poste.collectivite)
        _v(entete, "CodBud", self._poste.budget)
        _v(entete, "LibelleColBud", self._contexte.epci, LIGNE_POSTALE)
        return racine

    def bordereau(self, type_bordereau: str, retenues: Iterable[Retenue]) -> Any | None:
        """A bordereau of the positive lines (01) or of the negative ones (02); None without any."""
        signe = 1 if type_bordereau == "01" else -1
        pieces = _pieces(r for r in retenues if r.ligne.montant * signe > 0)
        if not pieces:
            return None
        total = sum((r.ligne.montant * signe for lignes in pieces for r in lignes), Decimal("0.00"))
        element = etree.Element("Bordereau")
        bloc = etree.SubElement(element, "BlocBordereau")
        _v(bloc, "Exer", str(self._semestre.exercice))
        _v(bloc, "IdBord", f"99{self._semestre.numero}00{type_bordereau}")
        _v(bloc, "DteBordEm", self._jour)
        _v(bloc, "TypBord", type_bordereau)
        _v(bloc, "NbrPce", str(len(pieces)))
        _v(bloc, "MtBordHt", f"{total:.2f}")
        for rang, lignes in enumerate(pieces, start=1):
            element.append(self._piece(type_bordereau, rang, lignes))
        return element

    def _piece(self, type_bordereau: str, rang: int, lignes: list[Retenue]) -> Any:
        piece = etree.Element("Piece")
        bloc = etree.SubElement(piece, "BlocPiece")
        type_piece, nature_piece = TRIPLETS[type_bordereau]
        if service := lignes[0].imputation.service:
            _v(bloc, "CodServ", service)
        _v(bloc, "IdPce", f"99{self._semestre.numero}{rang:05d}")
        _v(bloc, "TypPce", type_piece)
        _v(bloc, "NatPce", nature_piece)
        _v(bloc, "ObjPce", f"Facture consolidée {self._semestre} - {lignes[0].facture.nom}", 160)
        for numero, retenue in enumerate(lignes, start=1):
            piece.append(_ligne(numero, retenue))
        return piece


def _pieces(retenues: Iterable[Retenue]) -> list[list[Retenue]]:
    """Lines by adherent, service (CodServ is of the piece) and titre reduced, in the order of the invoices."""
    pieces: dict[tuple[str, str, str], list[Retenue]] = defaultdict(list)
    for r in retenues:
        pieces[r.facture.siret, r.imputation.service, r.titre.piece if r.titre else ""].append(r)
    return list(pieces.values())


def _ligne(numero: int, retenue: Retenue) -> Any:
    ligne, imputation, titre = retenue.ligne, retenue.imputation, retenue.titre
    element = etree.Element("LigneDePiece")
    bloc = etree.SubElement(element, "BlocLignePiece")
    info = etree.SubElement(bloc, "InfoLignePiece")
    _v(info, "IdLigne", str(numero))
    _v(info, "ObjLignePce", ligne.objet, 160)
    _v(info, "CodProdLoc", imputation.produit)
    # a reduction goes back to the account of the titre it reduces
    _v(info, "Nature", titre.nature if titre else imputation.nature)
    _v(info, "Fonction", imputation.fonction)
    _v(info, "Majo", "0")
    _v(info, "TvaIntraCom", "0")
    _v(info, "MtHT", f"{abs(ligne.montant):.2f}")
    if titre:
        bloc.append(_rattachement(titre))
    element.append(_tiers(retenue.facture))
    return element


def _rattachement(titre: Titre) -> Any:
    bloc = etree.Element("RattachPiece")
    _v(bloc, "NatPceOrig", TITRE_D_ORIGINE)
    _v(bloc, "ExerRat", str(titre.exercice))
    _v(bloc, "IdPceOrig", titre.piece)
    _v(bloc, "IdLigneOrig", titre.ligne)
    return bloc


def _tiers(facture: Facture) -> Any:
    tiers = etree.Element("Tiers")
    info = etree.SubElement(tiers, "InfoTiers")
    _v(info, "IdTiers", facture.siret)
    _v(info, "NatIdTiers", "01")
    _v(info, "CatTiers", CATEGORIES.get(facture.type, CATEGORIE_AUTRE))
    _v(info, "NatJur", NATURE_JURIDIQUE)
    _v(info, "TypTiers", DEBITEUR_PRINCIPAL)
    _sur_deux_lignes(info, ("Nom", "ComplNom"), facture.nom.upper())
    adresse = etree.SubElement(tiers, "Adresse")
    _v(adresse, "TypAdr", "1")
    _sur_deux_lignes(adresse, ("Adr2", "Adr3"), facture.adresse)
    _v(adresse, "CP", facture.code_postal)
    _v(adresse, "Ville", facture.ville, LIGNE_POSTALE)
    _v(adresse, "CodRes", "0")
    return tiers


def _sur_deux_lignes(parent: Any, noms: tuple[str, str], texte: str) -> None:
    """A text on one postal line, and what does not fit on a second one."""
    premiere, suite = couper(en_latin1(texte), LIGNE_POSTALE)
    _v(parent, noms[0], premiere)
    # the schema takes no lone dot nor space
    if len(suite) > 1:
        _v(parent, noms[1], suite, LIGNE_POSTALE)


def _v(parent: Any, nom: str, valeur: str, longueur: int | None = None) -> None:
    """A value element, in the letters of ISO-8859-1, cut at the length of the schema."""
    lettres = en_latin1(valeur)
    etree.SubElement(parent, nom, V=couper(lettres, longueur)[0] if longueur else lettres)
