"""Checks of a PES v2 recette file: well-formed, order of the elements, sums, count of pieces, nothing confidential."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from lxml import etree

from mutualisation.factures.factures import Facture
from mutualisation.factures.pes import ENCODAGE, ESPACE, somme_par_siret
from mutualisation.ingestion.lecture import ouvrir
from mutualisation.ingestion.limites import Limites
from mutualisation.sources.registre import registre

# Children of each element in the order of the schema (v4.71) and of the samples: ? optional, * several, + one at least.
# An element that is not named here is a leaf: its value is the attribute V.
STRUCTURE = {
    "PES_Aller": "Enveloppe EnTetePES PES_RecetteAller",
    "Enveloppe": "Parametres Emetteur",
    "Parametres": "Version TypFic NomFic",
    "Emetteur": "Sigle Adresse",
    "EnTetePES": "DteStr IdPost IdColl CodCol CodBud LibelleColBud?",
    "PES_RecetteAller": "EnTeteRecette Bordereau+",
    "EnTeteRecette": "IdVer InfoDematerialisee",
    "Bordereau": "BlocBordereau Piece+",
    "BlocBordereau": "Exer IdBord DteBordEm TypBord NbrPce MtCumulAnnuel? MtBordHt MtBordTVA?",
    "Piece": "BlocPiece LigneDePiece+",
    "BlocPiece": "CodServ? Affect? IdPce TypPce NatPce IdRol? DteAsp? Edition? ObjPce?",
    "LigneDePiece": "BlocLignePiece Tiers",
    "BlocLignePiece": "InfoLignePiece RattachPiece? LiensIdent?",
    "InfoLignePiece": "IdLigne ObjLignePce? CodProdLoc Nature Fonction? Operation? CptAna? TxTva? Majo CpteTiers? "
    "TvaIntraCom MtHT MtTVA?",
    "RattachPiece": "NatPceOrig ExerRat IdPceOrig IdLigneOrig?",
    "LiensIdent": "IdConv? IdMarche? IdEmpruntOrdo? IdActif? IdRegie?",
    "Tiers": "InfoTiers Adresse? CpteBancaire?",
    "InfoTiers": "IdTiers? NatIdTiers? RefTiers? CatTiers NatJur Nom ComplNom?",
    "Adresse": "TypAdr Adr1? Adr2? Adr3? CP? Ville? CodPays? CodRes",
}
# Under Emetteur, Adresse is the name of the software, and a leaf
FEUILLES = {("Emetteur", "Adresse")}
OPAQUES = {"CpteBancaire"}
CONFIDENTIELS = {("Tiers", "Adresse"), ("Tiers", "CpteBancaire"), ("BlocLignePiece", "InfoPrelevementSEPA")}
LONGUEURS = {
    "IdBord": 7, "NbrPce": 5, "IdPce": 8, "ObjPce": 160, "CodServ": 10, "IdLigne": 6, "ObjLignePce": 160,
    "CodProdLoc": 4, "Nature": 12, "Fonction": 10, "Operation": 10, "CptAna": 10, "Nom": 38, "IdTiers": 15,
}  # fmt: skip


def valider_pes(chemin: Path, *, projet: bool = True) -> list[str]:
    """What is wrong in a PES recette file, as French sentences with the line; empty when it is right.

    `projet`: the file is a draft of ours, which holds neither bank data nor an address of a tiers.
    """
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        arbre = etree.parse(str(chemin), analyseur)
    except etree.XMLSyntaxError as erreur:
        return [f"le XML est abîmé : {erreur.msg}"]
    if arbre.docinfo.doctype or arbre.docinfo.internalDTD is not None:
        return ["le XML contient une DTD (DOCTYPE) : la retirer, un PES n'en a pas."]
    racine = arbre.getroot()
    defauts = []
    if (arbre.docinfo.encoding or "").upper() != ENCODAGE:
        defauts.append(f"encodage {arbre.docinfo.encoding} : un PES est en {ENCODAGE}.")
    if racine.tag != f"{{{ESPACE}}}PES_Aller":
        return [*defauts, f"la racine est {racine.tag} : PES_Aller dans l'espace de noms {ESPACE} attendu."]
    defauts += _structure(racine, "PES_Aller")
    if projet:
        defauts += _confidentiels(racine)
    return defauts or [d for b in racine.iter("Bordereau") for d in _bordereau(b)]


def verifier_accord(chemin: Path, factures: Iterable[Facture]) -> list[str]:
    """Read a draft by the reader of the pipeline: per adherent, Σ of its lines = montant_facture, to the cent."""
    attendues = {f.siret: f.montant_facture for f in factures if f.montant_facture}
    lues = somme_par_siret(relire(chemin))
    return [
        f"{siret} : {lues.get(siret, Decimal(0))} € dans le PES, {attendues.get(siret, Decimal(0))} € facturés."
        for siret in sorted({*attendues, *lues})
        if lues.get(siret) != attendues.get(siret)
    ]


def relire(chemin: Path) -> list[dict[str, str]]:
    """Rows of the file as the pipeline lands them, {column: text}. Raises `LectureRefusee`."""
    jeu = next(j for j in registre().jeux if j.nom == "pes")
    colonnes = [c.nom for c in jeu.colonnes_entrepot]
    lecteur = ouvrir(chemin, jeu, "xml", Limites())
    return [dict(zip(colonnes, rangee, strict=True)) for bloc in lecteur.blocs() for rangee in bloc.rangees]


def _attendus(parent: str) -> list[tuple[str, str]]:
    """(name, ?, * or + or nothing) of the children of an element, in order."""
    return [(mot.rstrip("?+*"), mot[len(mot.rstrip("?+*")) :]) for mot in STRUCTURE[parent].split()]


def _structure(element: Any, nom: str) -> list[str]:
    """The children against the table: each expected name takes what matches, what is left over is out of place."""
    enfants = [e for e in element if isinstance(e.tag, str)]
    defauts, rang = [], 0
    for attendu, cardinal in _attendus(nom):
        vus = 0
        while rang < len(enfants) and enfants[rang].tag == attendu and (vus == 0 or cardinal in ("+", "*")):
            vus += 1
            rang += 1
        if vus == 0 and cardinal in ("", "+"):
            defauts.append(f"ligne {element.sourceline} : {attendu} manque dans {nom}, ou n'est pas à sa place.")
    defauts += [f"ligne {e.sourceline} : {e.tag} n'est pas attendu à cette place de {nom}." for e in enfants[rang:]]
    for enfant in enfants[:rang]:
        if enfant.tag not in OPAQUES:
            feuille = enfant.tag not in STRUCTURE or (nom, enfant.tag) in FEUILLES
            defauts += _valeur(enfant, nom) if feuille else _structure(enfant, enfant.tag)
    return defauts


def _valeur(element: Any, parent: str) -> list[str]:
    valeur = element.get("V")
    if valeur is None or len(element):
        return [f"ligne {element.sourceline} : {element.tag} de {parent} porte sa valeur dans l'attribut V."]
    if not valeur or len(valeur) > LONGUEURS.get(element.tag, 255):
        return [f"ligne {element.sourceline} : {element.tag} est vide ou trop long ({len(valeur)} caractères)."]
    return []


def _confidentiels(racine: Any) -> list[str]:
    return [
        f"ligne {e.sourceline} : {e.tag} n'a pas sa place dans un projet (ni coordonnées bancaires, ni adresse)."
        for e in racine.iter()
        if isinstance(e.tag, str) and e.getparent() is not None and (e.getparent().tag, e.tag) in CONFIDENTIELS
    ]


def _bordereau(b: Any) -> list[str]:
    """Σ MtHT + TVA apart = MtBordHt, pieces = NbrPce, amounts positive with two decimals, numbers unique."""
    bloc, numero = b.find("BlocBordereau"), b.find("BlocBordereau/IdBord").get("V")
    defauts = []
    try:
        montants = [Decimal(e.get("V")) for e in b.iter("MtHT")]
        total = Decimal(bloc.find("MtBordHt").get("V"))
    except InvalidOperation:
        return [f"bordereau {numero} : un montant n'est pas un nombre à point décimal."]
    if any(m <= 0 or m.as_tuple().exponent != -2 for m in [*montants, total]):
        defauts.append(f"bordereau {numero} : un montant PES est positif, avec deux décimales.")
    if sum(montants) != total:
        defauts.append(f"bordereau {numero} : Σ MtHT {sum(montants)} ≠ MtBordHt {total}.")
    pieces = [p.get("V") for p in b.iterfind("Piece/BlocPiece/IdPce")]
    if str(len(pieces)) != bloc.find("NbrPce").get("V"):
        defauts.append(f"bordereau {numero} : {len(pieces)} pièces ≠ NbrPce {bloc.find('NbrPce').get('V')}.")
    if len(set(pieces)) != len(pieces) or not all(p.isdigit() and int(p) > 0 for p in pieces):
        defauts.append(f"bordereau {numero} : un numéro de pièce est répété ou n'est pas un entier positif.")
    for piece in b.iterfind("Piece"):
        rangs = [e.get("V") for e in piece.iter("IdLigne")]
        if len(set(rangs)) != len(rangs):
            defauts.append(f"bordereau {numero}, ligne {piece.sourceline} : un IdLigne est répété dans la pièce.")
    return defauts
