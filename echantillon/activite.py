"""`activite/`: units used by each adherent, every valued dispositif having its own."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import isqrt

from echantillon.faits import EXERCICES, lire
from echantillon.hasard import tirage
from echantillon.periodes import adhesions_du_semestre
from echantillon.tables import Cellule, Fichier, Table, repartir
from echantillon.territoire import Adherent, populations

DOSSIERS_ADS = {2019: 984, 2020: 921, 2021: 1037}
MELANGE_ADS = (("DP", 46), ("CUA", 22), ("PC", 15), ("CUB", 8), ("PCM", 5), ("PD", 2), ("PA", 1), ("AT", 1))
# weighted pages of the year: at 0,05 € each they make the receipts of the printing network
PAGES = {2019: 217_716, 2020: 155_582, 2021: 112_635}
MELANGE_IMPRESSION = (("A4_COULEUR", 3, 30), ("A3_COULEUR", 6, 15), ("BROCHURE", 14, 15), ("AFFICHE", 45, 10))
SIMPLES = {
    "CAM": ("adherent_actif", 1, 0), "CEP": ("batiment_suivi", 4, 900), "ARCHIVES": ("metre_lineaire", 12, 4000),
    "CEE": ("dossier", 2, 5000), "RGPD": ("traitement", 6, 3000), "GEOXALIS": ("dossier", 8, 250),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unite:
    """Units of one adherent, type and semestre."""

    exercice: int
    semestre: int
    dispositif: str
    adherent: Adherent
    type: str
    quantite: int


@cache
def unites(exercice: int) -> tuple[Unite, ...]:
    """Every unit of the exercice."""
    return (*_ads(exercice), *_impression(exercice), *_simples(exercice))


def _poids(adherents: list[Adherent], exercice: int, alea: random.Random) -> list[Fraction]:
    return [Fraction(populations()[exercice, a.insee]) * (80 + alea.randrange(40)) for a in adherents]


def _ads(exercice: int) -> list[Unite]:
    alea = tirage(f"ads/{exercice}")
    sortie = []
    moitie = DOSSIERS_ADS[exercice] * (52 if exercice != 2020 else 41) // 100
    for semestre, dossiers in ((1, moitie), (2, DOSSIERS_ADS[exercice] - moitie)):
        adherents = adhesions_du_semestre("SIM_ADS", exercice, semestre)
        types = repartir(dossiers, [Fraction(p) for _, p in MELANGE_ADS], [dossiers] * len(MELANGE_ADS))
        for (type_, _), nombre in zip(MELANGE_ADS, types, strict=True):
            poids = _poids(adherents, exercice, alea)
            for adherent, n in zip(adherents, repartir(nombre, poids, [nombre] * len(adherents)), strict=True):
                sortie.append(Unite(exercice, semestre, "SIM_ADS", adherent, type_, n))
    return sortie


def _impression(exercice: int) -> list[Unite]:
    """Weighted pages sum to PAGES; black and white A4 (weight 1) takes what the other formats leave."""
    alea = tirage(f"imp/{exercice}")
    membres = [(s, a) for s in (1, 2) for a in adhesions_du_semestre("IMPRIMERIE", exercice, s)]
    poids = _poids([a for _, a in membres], exercice, alea)
    # square root: small communes print more per head, and no invoice falls under the threshold
    poids = [Fraction(isqrt(int(p))) for p in poids]
    pages = repartir(PAGES[exercice], poids, [PAGES[exercice]] * len(membres))
    sortie = []
    for (semestre, adherent), total in zip(membres, pages, strict=True):
        reste = total
        for type_, unite, part in MELANGE_IMPRESSION:
            n = total * part // 100 // unite
            reste -= n * unite
            sortie.append(Unite(exercice, semestre, "IMPRIMERIE", adherent, type_, n))
        sortie.append(Unite(exercice, semestre, "IMPRIMERIE", adherent, "A4_NB", reste))
    return sortie


def _simples(exercice: int) -> list[Unite]:
    sortie = []
    for dispositif, (type_, base, habitants) in SIMPLES.items():
        alea = tirage(f"{dispositif}/{exercice}")
        for semestre in (1, 2):
            for adherent in adhesions_du_semestre(dispositif, exercice, semestre):
                taille = populations()[exercice, adherent.insee] // habitants if habitants else 0
                n = base + min(taille, 400) + alea.randrange(1 + base // 2) if habitants else 1
                sortie.append(Unite(exercice, semestre, dispositif, adherent, type_, n))
    return sortie


def fichiers() -> list[Fichier]:
    """`unites_AAAA-SN`, where zero quantities are not written, then what directions declare."""
    entetes = ("Exercice", "Semestre", "Dispositif", "SIRET adhérent", "Type unité", "Quantité", "Référence")
    par_semestre: dict[tuple[int, int], list[list[Cellule]]] = defaultdict(list)
    for exercice in EXERCICES:
        for rang, u in enumerate((u for u in unites(exercice) if u.quantite), start=1):
            reference = f"{u.dispositif}-{exercice}-{rang:05d}"
            par_semestre[exercice, u.semestre].append(
                [exercice, u.semestre, u.dispositif, u.adherent.siret, u.type, Decimal(u.quantite), reference]
            )
    return [
        *(
            Fichier("activite", "unites", f"{exercice}-S{semestre}", Table(entetes, lignes, "Quantité"))
            for (exercice, semestre), lignes in sorted(par_semestre.items())
        ),
        *(Fichier("activite", "indicateurs", str(e), _indicateurs(e)) for e in EXERCICES if _declares(e)),
    ]


def _declares(exercice: int) -> list[dict[str, str]]:
    return [r for r in lire("indicateurs") if r["exercice"] == str(exercice)]


def _indicateurs(exercice: int) -> Table:
    return Table(("Exercice", "Dispositif", "Indicateur", "Libellé", "Valeur", "Unité", "Source"), [
        [exercice, r["dispositif"] or None, r["indicateur"], r["libelle"], Decimal(r["valeur"]), r["unite"],
         r["source"]]
        for r in _declares(exercice)
    ])  # fmt: skip
