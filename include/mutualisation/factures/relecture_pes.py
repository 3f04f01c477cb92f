"""The draft read back by the reader of the pipeline: what it would land must be what was to be written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from mutualisation.factures.lignes_pes import Retenue
from mutualisation.ingestion.lecture import ouvrir
from mutualisation.ingestion.limites import Limites
from mutualisation.sources.registre import registre

# SIRET, CodServ, CodProdLoc
Cle = tuple[str, str, str]
ZERO = Decimal("0.00")


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
