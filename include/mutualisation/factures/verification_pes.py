"""Checks of a PES recette draft on disk: the schema, sums, counts, numbers, nothing confidential; then read back.

The reader of the pipeline must land what was to be written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from mutualisation.factures.lettres import ENCODAGE
from mutualisation.factures.lignes_pes import Retenue
from mutualisation.factures.schema_pes import defauts_du_schema
from mutualisation.ingestion.lecture import ouvrir
from mutualisation.ingestion.limites import Limites
from mutualisation.sources.registre import registre

# SIRET, CodServ, CodProdLoc
Cle = tuple[str, str, str]
ZERO = Decimal("0.00")
# Blocks that the schema takes and a draft of ours never holds
CONFIDENTIELS = {"CpteBancaire", "InfoPrelevement", "InfoPrelevementSEPA", "InfoAssure", "PES_PJ", "PJRef"}


def valider_pes(chemin: Path) -> list[str]:
    """What is wrong in a draft, as French sentences with the line; empty when it is right."""
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        arbre = etree.parse(str(chemin), analyseur)
    except etree.XMLSyntaxError as erreur:
        return [f"le XML est abîmé, ligne {erreur.lineno}."]
    if arbre.docinfo.doctype or arbre.docinfo.internalDTD is not None:
        return ["le XML contient une DTD (DOCTYPE) : la retirer, un PES n'en a pas."]
    racine = arbre.getroot()
    defauts = []
    if (arbre.docinfo.encoding or "").upper() != ENCODAGE:
        defauts.append(f"encodage {arbre.docinfo.encoding} : un PES est en {ENCODAGE}.")
    defauts += _confidentiels(racine) or defauts_du_schema(racine)
    return defauts or _bordereaux(racine)


def _confidentiels(racine: Any) -> list[str]:
    return [
        f"ligne {e.sourceline} : {e.tag} n'a pas sa place dans un projet (ni coordonnées bancaires, ni pièce jointe)."
        for e in racine.iter(*CONFIDENTIELS)
    ]


def _bordereaux(racine: Any) -> list[str]:
    bordereaux = list(racine.iter("Bordereau"))
    if not bordereaux:
        return ["aucun bordereau de recette dans le projet."]
    identites = [(_lu(b, "BlocBordereau/TypBord"), _lu(b, "BlocBordereau/IdBord")) for b in bordereaux]
    doubles = ["un numéro de bordereau est répété."] if len(set(identites)) != len(identites) else []
    return doubles + [d for b in bordereaux for d in _bordereau(b)]


def _bordereau(b: Any) -> list[str]:
    """Σ MtHT = MtBordHt, pieces = NbrPce, two decimals, numbers unique, a titre named by each reduction."""
    numero, total = _lu(b, "BlocBordereau/IdBord"), Decimal(_lu(b, "BlocBordereau/MtBordHt"))
    nombre = int(Decimal(_lu(b, "BlocBordereau/NbrPce")))
    defauts = []
    montants = [Decimal(e.get("V")) for e in b.iter("MtHT")]
    if any(m.as_tuple().exponent != -2 for m in [*montants, total]):
        defauts.append(f"bordereau {numero} : un montant PES a deux décimales.")
    if sum(montants) != total:
        defauts.append(f"bordereau {numero} : Σ MtHT {sum(montants)} ≠ MtBordHt {total}.")
    pieces = [e.get("V") for e in b.iterfind("Piece/BlocPiece/IdPce")]
    if len(pieces) != nombre:
        defauts.append(f"bordereau {numero} : {len(pieces)} pièces ≠ NbrPce {nombre}.")
    if len(set(pieces)) != len(pieces):
        defauts.append(f"bordereau {numero} : un numéro de pièce est répété.")
    for piece in b.iterfind("Piece"):
        rangs = [e.get("V") for e in piece.iter("IdLigne")]
        if len(set(rangs)) != len(rangs):
            defauts.append(f"bordereau {numero}, ligne {piece.sourceline} : un IdLigne est répété dans la pièce.")
    reduit = _lu(b, "BlocBordereau/TypBord") == "02"
    for bloc in b.iter("BlocLignePiece"):
        if reduit == (bloc.find("RattachPiece") is None):
            quoi = "ne nomme pas le titre qu'elle réduit" if reduit else "nomme un titre à réduire"
            defauts.append(f"bordereau {numero}, ligne {bloc.sourceline} : la ligne {quoi}.")
    return defauts


def _lu(element: Any, chemin: str) -> str:
    return str(element.find(chemin).get("V"))


# ---------------------------------------------------------------- read back
def relire(chemin: Path) -> list[dict[str, str]]:
    """Rows of the file as the pipeline lands them, {column: text}. Raises `LectureRefusee`."""
    jeu = next(j for j in registre().jeux if j.nom == "pes")
    colonnes = [c.nom for c in jeu.colonnes_entrepot]
    lecteur = ouvrir(chemin, jeu, "xml", Limites())
    return [dict(zip(colonnes, rangee, strict=True)) for bloc in lecteur.blocs() for rangee in bloc.rangees]


def verifier_accord(chemin: Path, retenues: Iterable[Retenue]) -> list[str]:
    """Per adherent, service and product, Σ of the lines read back = Σ of the lines kept, to the cent."""
    attendues: dict[Cle, Decimal] = defaultdict(lambda: ZERO)
    for r in retenues:
        attendues[r.facture.siret, r.imputation.service, r.imputation.produit] += r.ligne.montant
    lues = somme_par_cle(relire(chemin))
    return [
        f"{' '.join(cle)} : {lues.get(cle, ZERO)} € dans le PES, {attendues.get(cle, ZERO)} € à titrer."
        for cle in sorted({*attendues, *lues})
        if lues.get(cle) != attendues.get(cle)
    ]


def somme_par_cle(lignes: Iterable[Mapping[str, str]]) -> dict[Cle, Decimal]:
    """Signed sum of rows read back by the PES reader (TypBord 02 is negative)."""
    sommes: dict[Cle, Decimal] = defaultdict(lambda: ZERO)
    for ligne in lignes:
        signe = -1 if ligne["typbord"] == "02" else 1
        sommes[ligne["siret"], ligne["codserv"], ligne["codprodloc"]] += signe * Decimal(ligne["mtht"])
    return dict(sommes)
