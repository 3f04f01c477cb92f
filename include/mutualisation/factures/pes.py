"""PES v2 recette draft of a semestre: one piece per adherent, one line per dispositif, no bank data, no address.

Amounts of a PES are never negative: what an adherent is given back goes to a second bordereau, of type 02
(annulation, réduction). Numbers of bordereau and piece are provisional, far from the series of the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

from mutualisation.factures.facturation import Facturation, Semestre
from mutualisation.factures.factures import Facture
from mutualisation.factures.parametres import Parametres
from mutualisation.publication.contexte import Contexte

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
ENCODAGE = "ISO-8859-1"
# TypBord → TypPce, NatPce (pes_codes.csv): an ordinary titre, a corrective one that reduces
TRIPLETS = {"01": ("01", "01"), "02": ("02", "06")}
# CatTiers of the schema: communes, CCAS, other public bodies; NatJur 09: local authority or its establishment
CATEGORIES = {"commune": "23", "epci": "24", "ccas": "26"}
CATEGORIE_AUTRE, NATURE_JURIDIQUE = "29", "09"
TYPOGRAPHIE = str.maketrans({"’": "'", "‘": "'", "œ": "oe", "Œ": "OE", "–": "-", "—": "-", "…": "...", "\u202f": " "})


@dataclass(frozen=True)
class LignePes:
    """A line of a piece: object, dispositif (empty for a carry-over of unknown origin), signed amount in euros."""

    objet: str
    dispositif: str
    montant: Decimal


def lignes_de(facture: Facture) -> list[LignePes]:
    """Lines of an invoice to issue, zero amounts left out; Σ = montant_facture.

    Each object names the period it pays for (R7i): a carry-over that of its own semestre.
    """
    du = [LignePes(f"{facture.semestre} {x.dispositif} {x.libelle}", x.dispositif, x.montant) for x in facture.lignes]
    reports = [
        LignePes(" ".join(f"{x.periode} {x.dispositif} report sous le seuil".split()), x.dispositif, x.montant)
        for x in facture.reports
    ]
    return [x for x in du + reports if x.montant]


def octets_pes(
    contexte: Contexte,
    facturation: Facturation,
    semestre: Semestre,
    factures: Iterable[Facture],
    parametres: Parametres,
) -> bytes | None:
    """The draft, ISO-8859-1; None when there is nothing to issue. Raises `ErreurMutualisation` on a bad parameter."""
    emises = [f for f in factures if f.est_a_emettre]
    redaction = _Redaction(contexte, facturation, semestre, parametres)
    bordereaux = [b for b in (redaction.bordereau("01", emises), redaction.bordereau("02", emises)) if b is not None]
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

    def __init__(
        self, contexte: Contexte, facturation: Facturation, semestre: Semestre, parametres: Parametres
    ) -> None:
        self._contexte = contexte
        self._semestre = semestre
        self._parametres = parametres
        self._jour = semestre.fin.isoformat()
        self._axes = {a["dispositif"]: a["code"] for a in facturation.axes if a["semestre"] == semestre.numero}

    def mention(self) -> str:
        synthetique = "Données synthétiques. " if self._contexte.est_synthetique else ""
        c = self._contexte.construction
        return (
            f"{synthetique}Projet à valider par l'ordonnateur : numéros de bordereau et de pièce provisoires. "
            f"Publication version {c.version}, sha256 {c.publication_sha256}"
        )

    def racine(self) -> Any:
        racine = etree.Element(f"{{{ESPACE}}}PES_Aller", nsmap={"n": ESPACE})
        enveloppe = etree.SubElement(racine, "Enveloppe")
        parametres = etree.SubElement(enveloppe, "Parametres")
        _v(parametres, "Version", "1")
        _v(parametres, "TypFic", "PESALR2")
        _v(parametres, "NomFic", f"PROJET_R_{self._semestre.exercice}_S{self._semestre.numero}")
        emetteur = etree.SubElement(enveloppe, "Emetteur")
        _v(emetteur, "Sigle", "MUTUALISATION")
        _v(emetteur, "Adresse", "DONNEES SYNTHETIQUES" if self._contexte.est_synthetique else "PROJET")
        entete = etree.SubElement(racine, "EnTetePES")
        _v(entete, "DteStr", self._jour)
        _v(entete, "IdPost", self._code("pes_poste", "000000", r"[0-9A-Za-z]{1,7}"))
        _v(entete, "IdColl", self._contexte.siret or "0" * 14)
        _v(entete, "CodCol", self._code("pes_collectivite", "000", r"[0-9A-Za-z]{1,3}"))
        _v(entete, "CodBud", self._code("pes_budget", "00", r"[0-9A-Za-z]{1,10}"))
        _v(entete, "LibelleColBud", self._contexte.epci, 75)
        return racine

    def _code(self, nom: str, defaut: str, motif: str) -> str:
        return self._parametres.texte(nom, defaut, motif, "un code de chiffres et de lettres de la bonne longueur")

    def bordereau(self, type_bordereau: str, factures: Iterable[Facture]) -> Any | None:
        """A bordereau of the positive lines (01) or of the negative ones (02); None without any."""
        signe = 1 if type_bordereau == "01" else -1
        pieces = [(f, retenues) for f in factures if (retenues := [x for x in lignes_de(f) if x.montant * signe > 0])]
        if not pieces:
            return None
        total = sum((x.montant * signe for _, retenues in pieces for x in retenues), Decimal("0.00"))
        element = etree.Element("Bordereau")
        bloc = etree.SubElement(element, "BlocBordereau")
        _v(bloc, "Exer", str(self._semestre.exercice))
        _v(bloc, "IdBord", f"99{self._semestre.numero}00{type_bordereau}")
        _v(bloc, "DteBordEm", self._jour)
        _v(bloc, "TypBord", type_bordereau)
        _v(bloc, "NbrPce", str(len(pieces)))
        _v(bloc, "MtBordHt", f"{total:.2f}")
        for rang, (facture, retenues) in enumerate(pieces, start=1):
            element.append(self._piece(type_bordereau, rang, facture, retenues))
        return element

    def _piece(self, type_bordereau: str, rang: int, facture: Facture, lignes: list[LignePes]) -> Any:
        piece = etree.Element("Piece")
        bloc = etree.SubElement(piece, "BlocPiece")
        type_piece, nature_piece = TRIPLETS[type_bordereau]
        _v(bloc, "CodServ", self._code("pes_service", "MUTU", r"[0-9A-Za-z]{1,10}"))
        _v(bloc, "IdPce", f"99{self._semestre.numero}{rang:05d}")
        _v(bloc, "TypPce", type_piece)
        _v(bloc, "NatPce", nature_piece)
        _v(bloc, "ObjPce", f"Facture consolidée {self._semestre} - {facture.nom}", 160)
        for numero, ligne in enumerate(lignes, start=1):
            piece.append(self._ligne(numero, facture, ligne))
        return piece

    def _ligne(self, numero: int, facture: Facture, ligne: LignePes) -> Any:
        element = etree.Element("LigneDePiece")
        info = etree.SubElement(etree.SubElement(element, "BlocLignePiece"), "InfoLignePiece")
        _v(info, "IdLigne", str(numero))
        _v(info, "ObjLignePce", ligne.objet, 160)
        _v(info, "CodProdLoc", self._code("pes_produit", "MUTU", r"[0-9A-Za-z]{1,4}"))
        _v(info, "Nature", self._parametres.compte_recette(ligne.dispositif))
        _v(info, "Fonction", self._parametres.fonction_recette(ligne.dispositif))
        if axe := self._axes.get(ligne.dispositif):
            _v(info, "CptAna", axe)
        _v(info, "Majo", "0")
        _v(info, "TvaIntraCom", "0")
        _v(info, "MtHT", f"{abs(ligne.montant):.2f}")
        element.append(_tiers(facture))
        return element


def _tiers(facture: Facture) -> Any:
    tiers = etree.Element("Tiers")
    info = etree.SubElement(tiers, "InfoTiers")
    _v(info, "IdTiers", facture.siret)
    _v(info, "NatIdTiers", "01")
    _v(info, "CatTiers", CATEGORIES.get(facture.type, CATEGORIE_AUTRE))
    _v(info, "NatJur", NATURE_JURIDIQUE)
    _v(info, "Nom", facture.nom.upper(), 38)
    return tiers


def _v(parent: Any, nom: str, valeur: str, longueur: int | None = None) -> None:
    """A value element, in the letters of ISO-8859-1, cut at the length of the schema."""
    propre = re.sub(r"\s+", " ", re.sub(r"[\x00-\x1f]", " ", valeur.translate(TYPOGRAPHIE))).strip()
    etree.SubElement(parent, nom, V=propre[:longueur])


def somme_par_siret(lignes: Iterable[Mapping[str, str]]) -> dict[str, Decimal]:
    """Signed sum per SIRET of rows read back by the PES reader (TypBord 02 is negative)."""
    sommes: dict[str, Decimal] = {}
    for ligne in lignes:
        signe = -1 if ligne["typbord"] == "02" else 1
        sommes[ligne["siret"]] = sommes.get(ligne["siret"], Decimal("0.00")) + signe * Decimal(ligne["mtht"])
    return sommes
