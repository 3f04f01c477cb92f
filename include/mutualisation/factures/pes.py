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
from mutualisation.publication.contexte import Contexte

# TypBord → TypPce, NatPce (pes_codes.csv): an ordinary titre, a corrective one that reduces
TRIPLETS = {"01": ("01", "01"), "02": ("02", "06")}
# CatTiers of the schema: communes, CCAS, other public bodies; NatJur 09: local authority or its establishment
CATEGORIES = {"commune": "23", "epci": "24", "ccas": "26"}
CATEGORIE_AUTRE, NATURE_JURIDIQUE = "29", "09"
DEBITEUR_PRINCIPAL, TITRE_D_ORIGINE = "01", "01"
LIGNE_POSTALE, OBJET = 38, 160
# texts that are cut
LONGUEURS = {
    "LibelleColBud": LIGNE_POSTALE, "Ville": LIGNE_POSTALE, "ComplNom": LIGNE_POSTALE, "Adr3": LIGNE_POSTALE,
    "ObjPce": OBJET, "ObjLignePce": OBJET,
}  # fmt: skip


def octets_pes(contexte: Contexte, semestre: Semestre, poste: Poste, retenues: Iterable[Retenue]) -> bytes | None:
    """The draft, ISO-8859-1, of the lines kept; None when there is none."""
    lignes = list(retenues)
    bordereaux = [b for b in (_bordereau(semestre, t, lignes) for t in TRIPLETS) if b is not None]
    if not bordereaux:
        return None
    racine = _racine(contexte, semestre, poste)
    aller = etree.SubElement(racine, "PES_RecetteAller")
    _bloc(aller, "EnTeteRecette", IdVer="2", InfoDematerialisee="0")
    aller.extend(bordereaux)
    etree.indent(racine, " ")
    tete = f'<?xml version="1.0" encoding="{ENCODAGE}"?>\n<!-- {_mention(contexte)} -->\n'
    corps: bytes = etree.tostring(racine, encoding=ENCODAGE, xml_declaration=False)
    return tete.encode(ENCODAGE, "xmlcharrefreplace") + corps + b"\n"


def _mention(contexte: Contexte) -> str:
    """What the file says of itself, in a comment."""
    synthetique = "Données synthétiques. " if contexte.est_synthetique else ""
    c = contexte.construction
    return (
        f"{synthetique}Projet à valider par l'ordonnateur : numéros de bordereau et de pièce provisoires. "
        f"Publication version {c.version}, sha256 {c.publication_sha256}"
    )


def _racine(contexte: Contexte, semestre: Semestre, poste: Poste) -> Any:
    """PES_Aller with its envelope and its header."""
    racine = etree.Element(f"{{{ESPACE}}}PES_Aller", nsmap={"n": ESPACE})
    enveloppe = etree.SubElement(racine, "Enveloppe")
    nom = f"PROJET_R_{semestre.exercice}_S{semestre.numero}"
    _bloc(enveloppe, "Parametres", Version="2", TypFic="PESALR2", NomFic=nom)
    adresse = "DONNEES SYNTHETIQUES" if contexte.est_synthetique else "PROJET"
    _bloc(enveloppe, "Emetteur", Sigle="MUTUALISATION", Adresse=adresse)
    _bloc(
        racine,
        "EnTetePES",
        DteStr=semestre.fin.isoformat(),
        IdPost=poste.poste,
        IdColl=poste.siret,
        CodCol=poste.collectivite,
        CodBud=poste.budget,
        LibelleColBud=contexte.epci,
    )
    return racine


def _bordereau(semestre: Semestre, type_bordereau: str, retenues: Iterable[Retenue]) -> Any | None:
    """A bordereau of the positive lines (01) or of the negative ones (02); None without any."""
    signe = 1 if type_bordereau == "01" else -1
    pieces = _pieces(r for r in retenues if r.ligne.montant * signe > 0)
    if not pieces:
        return None
    total = sum((r.ligne.montant * signe for lignes in pieces for r in lignes), Decimal("0.00"))
    element = etree.Element("Bordereau")
    _bloc(
        element,
        "BlocBordereau",
        Exer=str(semestre.exercice),
        IdBord=f"99{semestre.numero}00{type_bordereau}",
        DteBordEm=semestre.fin.isoformat(),
        TypBord=type_bordereau,
        NbrPce=str(len(pieces)),
        MtBordHt=f"{total:.2f}",
    )
    type_piece, nature_piece = TRIPLETS[type_bordereau]
    for rang, lignes in enumerate(pieces, start=1):
        piece = etree.SubElement(element, "Piece")
        service, objet = lignes[0].imputation.service, f"Facture consolidée {semestre} - {lignes[0].facture.nom}"
        _bloc(
            piece,
            "BlocPiece",
            **({"CodServ": service} if service else {}),
            IdPce=f"99{semestre.numero}{rang:05d}",
            TypPce=type_piece,
            NatPce=nature_piece,
            ObjPce=objet,
        )
        for numero, retenue in enumerate(lignes, start=1):
            _ligne(piece, numero, retenue)
    return element


def _pieces(retenues: Iterable[Retenue]) -> list[list[Retenue]]:
    """Lines by adherent, service (CodServ is of the piece) and titre reduced, in the order of the invoices."""
    pieces: dict[tuple[str, str, str], list[Retenue]] = defaultdict(list)
    for r in retenues:
        pieces[r.facture.siret, r.imputation.service, r.titre.piece if r.titre else ""].append(r)
    return list(pieces.values())


def _ligne(piece: Any, numero: int, retenue: Retenue) -> None:
    ligne, imputation, titre = retenue.ligne, retenue.imputation, retenue.titre
    element = etree.SubElement(piece, "LigneDePiece")
    bloc = etree.SubElement(element, "BlocLignePiece")
    _bloc(
        bloc,
        "InfoLignePiece",
        IdLigne=str(numero),
        ObjLignePce=ligne.objet,
        CodProdLoc=imputation.produit,
        # a reduction goes back to the account of the titre it reduces
        Nature=titre.nature if titre else imputation.nature,
        Fonction=imputation.fonction,
        Majo="0",
        TvaIntraCom="0",
        MtHT=f"{abs(ligne.montant):.2f}",
    )
    if titre:
        origine = {"ExerRat": str(titre.exercice), "IdPceOrig": titre.piece, "IdLigneOrig": titre.ligne}
        _bloc(bloc, "RattachPiece", NatPceOrig=TITRE_D_ORIGINE, **origine)
    _tiers(element, retenue.facture)


def _tiers(ligne: Any, facture: Facture) -> None:
    tiers = etree.SubElement(ligne, "Tiers")
    _bloc(
        tiers,
        "InfoTiers",
        IdTiers=facture.siret,
        NatIdTiers="01",
        CatTiers=CATEGORIES.get(facture.type, CATEGORIE_AUTRE),
        NatJur=NATURE_JURIDIQUE,
        TypTiers=DEBITEUR_PRINCIPAL,
        **_sur_deux_lignes("Nom", "ComplNom", facture.nom.upper()),
    )
    rue = _sur_deux_lignes("Adr2", "Adr3", facture.adresse)
    _bloc(tiers, "Adresse", TypAdr="1", **rue, CP=facture.code_postal, Ville=facture.ville, CodRes="0")


def _sur_deux_lignes(nom: str, suivant: str, texte: str) -> dict[str, str]:
    """A text on one postal line, and what does not fit on a second one."""
    premiere, suite = couper(en_latin1(texte), LIGNE_POSTALE)
    # the schema takes no lone dot nor space
    return {nom: premiere} | ({suivant: suite} if len(suite) > 1 else {})


def _bloc(parent: Any, nom: str, **valeurs: str) -> None:
    """A block of values in the order of the schema, in the letters of ISO-8859-1, cut at its lengths."""
    bloc = etree.SubElement(parent, nom)
    for champ, valeur in valeurs.items():
        lettres = en_latin1(valeur)
        etree.SubElement(bloc, champ, V=couper(lettres, LONGUEURS[champ])[0] if champ in LONGUEURS else lettres)
