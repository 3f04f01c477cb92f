"""What the year was, in words, then in the key figures of the report."""

from __future__ import annotations

from decimal import Decimal

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.textes import signes
from mutualisation.rapport.enonces import lire_listes
from mutualisation.rapport.publie import Bilan, Ligne

RUBRIQUES = ("presentation", "activite", "cadre", "suite", "risque", "perspectives")
SUJETS = lire_listes("annee.sujets")


def section_annee(bilan: Bilan) -> m.Section:
    """Signed texts of the whole bilan, then the figures that tell the year."""
    enonces = ((libelles.RUBRIQUES[r], signes(bilan, r)) for r in RUBRIQUES)
    listes = (m.Liste([x for x in enonces if x[1]]), _chiffres(bilan))
    blocs: list[m.Bloc] = [liste for liste in listes if liste.points]
    return m.Section("annee", f"L'année {bilan.exercice}", "L'année", blocs)


def _chiffres(bilan: Bilan) -> m.Liste:
    connus = {r["indicateur"]: r for r in bilan["indicateurs_cles"] if r["valeur"] is not None}
    points = []
    for sujet, noms in SUJETS.items():
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
