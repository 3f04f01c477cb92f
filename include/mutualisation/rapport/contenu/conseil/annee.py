"""What the year was, in words, then in the key figures of the report."""

from __future__ import annotations

from decimal import Decimal

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import textes
from mutualisation.rapport.publie import Bilan, Ligne

RUBRIQUES = ("presentation", "activite", "cadre", "suite", "risque", "perspectives")
# what the council reads of the key figures, by subject
SUJETS = (
    ("Les communes", ("communes", "communes_min1_pct", "communes_moyenne", "communes_5_9_pct", "communes_10_plus_pct")),
    ("Les moyens", ("dispositifs", "agents_investis")),
    ("La centrale d'achat", ("cam_acheteurs", "cam_marches", "cam_achats_ht", "cam_gain_pct",
                             "cam_fournisseurs_hdf_pct", "cam_tpe_pme_pct")),
    ("Les certificats d'économies d'énergie", ("cee_operations", "cee_produit", "cee_reverse")),
)  # fmt: skip


def section_annee(bilan: Bilan) -> m.Section:
    """Signed texts of the whole bilan, then the figures that tell the year."""
    enonces, chiffres = textes.liste(bilan, RUBRIQUES), _chiffres(bilan)
    blocs: list[m.Bloc] = [bloc for bloc in (enonces, chiffres) if bloc.points]
    return m.Section("annee", f"L'année {bilan.exercice}", "L'année", blocs)


def _chiffres(bilan: Bilan) -> m.Liste:
    connus = {r["indicateur"]: r for r in bilan["indicateurs_cles"] if r["valeur"] is not None}
    points = []
    for sujet, noms in SUJETS:
        enonces = [f"{formats.minuscule(libelles.INDICATEURS[n])} : {_valeur(connus[n])}" for n in noms if n in connus]
        if enonces:
            points.append((sujet, formats.majuscule(" ; ".join(enonces)) + "."))
    return m.Liste(points)


def _valeur(indicateur: Ligne) -> str:
    valeur = Decimal(indicateur["valeur"])
    match indicateur["unite"]:
        case "%":
            return formats.pourcent(valeur / 100, 1 if indicateur["indicateur"] == "cam_gain_pct" else 0)
        case "€":
            return formats.euros(valeur)
    return formats.nombre(valeur, 0 if valeur == int(valeur) else 1)
