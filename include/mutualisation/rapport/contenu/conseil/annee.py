"""What the year was, in words, then in the key figures of the report."""

from __future__ import annotations

from decimal import Decimal

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import textes
from mutualisation.rapport.publie import Bilan

RUBRIQUES = ("presentation", "activite", "cadre", "suite", "risque", "perspectives")
# what the council reads of the key figures, by subject
SUJETS = (
    ("Les communes", ("communes", "communes_min1_pct", "communes_moyenne", "communes_5_9_pct", "communes_10_plus_pct")),
    ("Les moyens", ("dispositifs", "agents_investis")),
    ("La centrale d'achat", ("cam_acheteurs", "cam_marches", "cam_achats_ht", "cam_gain_pct",
                             "cam_fournisseurs_hdf_pct", "cam_tpe_pme_pct")),
    ("Les certificats d'économies d'énergie", ("cee_operations", "cee_produit", "cee_reverse")),
)  # fmt: skip


def section(bilan: Bilan) -> m.Section:
    """Signed texts of the whole bilan, then the figures that tell the year."""
    dits, chiffres = textes.liste(bilan, RUBRIQUES), _chiffres(bilan)
    blocs: list[m.Bloc] = [bloc for bloc in (dits, chiffres) if bloc.points]
    return m.Section("annee", f"L'année {bilan.exercice}", "L'année", blocs)


def _chiffres(bilan: Bilan) -> m.Liste:
    lus = {r["indicateur"]: r["valeur"] for r in bilan["indicateurs_cles"] if r["valeur"] is not None}
    points = []
    for sujet, noms in SUJETS:
        dits = [f"{formats.minuscule(libelles.INDICATEURS[n])} : {_dire(n, lus[n])}" for n in noms if n in lus]
        if dits:
            points.append((sujet, formats.majuscule(" ; ".join(dits)) + "."))
    return m.Liste(points)


def _dire(nom: str, valeur: object) -> str:
    lu = Decimal(str(valeur))
    if nom.endswith("_pct"):
        return formats.pourcent(lu / 100, 1 if nom == "cam_gain_pct" else 0)
    if nom in libelles.INDICATEURS_EN_EUROS:
        return formats.euros(lu)
    return formats.nombre(lu, 0 if lu == int(lu) else 1)
