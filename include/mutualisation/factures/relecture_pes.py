"""A PES draft read back: what the reader of the pipeline lands is what was to be titled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from mutualisation.factures.facturation import ZERO
from mutualisation.factures.pes import LignePes
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import Limites
from mutualisation.sources.registre import registre


def relire(chemin: Path) -> list[dict[str, str]]:
    """Rows of the file as the pipeline lands them, {column: text}. Raises `LectureRefusee`."""
    jeu = registre().jeu("pes")
    colonnes = [c.nom for c in jeu.colonnes_entrepot]
    lecteur = ouvrir(chemin, jeu, "xml", Limites())
    return [dict(zip(colonnes, rangee, strict=True)) for bloc in lecteur.blocs() for rangee in bloc.rangees]


def verifier_accord(chemin: Path, retenues: Iterable[LignePes]) -> list[str]:
    """Per adherent, service and product, Σ of the lines read back (TypBord 02 negative) = Σ of the lines kept."""
    attendues: dict[tuple[str, ...], Decimal] = defaultdict(lambda: ZERO)
    lues: dict[tuple[str, ...], Decimal] = defaultdict(lambda: ZERO)
    for x in retenues:
        attendues[x.facture.siret, x.imputation["CodServ"], x.imputation["CodProdLoc"]] += x.montant
    for ligne in relire(chemin):
        signe = -1 if ligne["typbord"] == "02" else 1
        lues[ligne["siret"], ligne["codserv"], ligne["codprodloc"]] += signe * Decimal(ligne["mtht"])
    return [
        f"{' '.join(cle)} : {lues[cle]} € dans le PES, {attendues[cle]} € à titrer."
        for cle in sorted({*attendues, *lues})
        if lues[cle] != attendues[cle]
    ]
