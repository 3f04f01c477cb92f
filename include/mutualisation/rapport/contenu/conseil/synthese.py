"""Totals of the exercices shown as the printed annex has them, the exercice by dispositif, and who pays, drawn."""

from __future__ import annotations

from operator import itemgetter

from mutualisation.francais import formats
from mutualisation.francais.formats import NON_RENSEIGNE
from mutualisation.mise_en_forme import graphiques as g
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu.conseil import argent
from mutualisation.rapport.enonces import lire_colonnes, lire_phrase
from mutualisation.rapport.publie import Bilan

# columns of a dispositif: a new one that is published is a line here
AVANT = lire_colonnes("synthese.avant")
APRES = lire_colonnes("synthese.apres")
# label of the annex, kind, measure
MESURES: tuple[m.Mesure, ...] = (
    ("Équivalents temps plein (ETP)", "etp", itemgetter("etp")),
    ("Coût total des dépenses nettes", "euros", itemgetter("cout_net")),
    (
        "Recettes liées à la participation financière des communes",
        "euros",
        lambda r: NON_RENSEIGNE if r["recettes"] is None else r["recettes"],
    ),
    ("Reste à charge", "euros", itemgetter("reste_a_charge")),
    ("Taux de couverture", "taux", itemgetter("taux_couverture")),
)
NOTE = lire_phrase("synthese.note")


def section_synthese(bilan: Bilan) -> m.Section:
    """Two tables: years, dispositifs."""
    payeurs = argent.par_dispositif(bilan)
    origines = argent.colonnes(bilan)
    lignes = [{**r, **payeurs.get(r["dispositif"], {})} for r in bilan.lignes_exercice()]
    total = {**bilan.total, **m.additionner("Total", (m.DISPOSITIF, *origines), [*payeurs.values()])}
    titre = f"Coût, qui le paie et reste à charge, par dispositif, {bilan.exercice}"
    note = argent.NOTE_ORIGINE if origines else ""
    exercice = m.Tableau(titre, (*AVANT, *origines, *APRES), lignes, total, note)
    blocs: list[m.Bloc] = [totaux(bilan), m.Repli(f"Voir {bilan.exercice} par dispositif", [exercice])]
    return m.Section("synthese", "Dépenses destinées aux besoins des communes", "Synthèse", blocs)


def totaux(bilan: Bilan) -> m.Tableau:
    """The printed annex: a row per measure, a column per exercice shown."""
    sans = ", ".join(str(e) for e in bilan.exercices if not bilan.totaux[e]["recettes_renseignees"])
    omises = f" Un dispositif dont les recettes ne sont pas renseignées compte pour zéro dans le total ({sans})."
    titre = f"Synthèse {formats.periode(bilan.exercices)}, tous dispositifs valorisés"
    return m.par_annee(titre, bilan.totaux, MESURES, note=NOTE + (omises if sans else ""))


def financement(bilan: Bilan) -> g.CoutsCouverts:
    """Cost and who paid it, a column per exercice shown."""
    periode = formats.periode(bilan.exercices)
    barres = [g.Barre(str(e), bilan.totaux[e]["cout_net"], bilan.recettes_totales(e)) for e in bilan.exercices]
    return g.CoutsCouverts(
        "g-evolution",
        f"Qui finance, {periode}",
        f"Coût net, recettes des communes et reste à charge, {periode}",
        "colonnes",
        ("Recettes des communes", "Reste à charge"),
        barres,
    )


def couverture(bilan: Bilan) -> g.CoutsCouverts:
    """One bar per dispositif, in the order of every table."""
    barres = [
        g.Barre(r["libelle"], r["cout_net"], r["recettes"] if r["recettes_renseignees"] else None)
        for r in bilan.lignes_exercice()
    ]
    return g.CoutsCouverts(
        "g-couverture",
        f"Coût net {bilan.exercice} et part couverte par les communes",
        f"Coût net et part couverte par les communes, par dispositif, {bilan.exercice}",
        "barres",
        ("Couvert par les communes", "Reste à charge"),
        barres,
    )
