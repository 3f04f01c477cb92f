"""Rows to correct as the warehouse would give them."""

from mutualisation.entree.sources.registre import registre
from mutualisation.usage.reparation.classeur import Faute, FichierCourant, LigneFautive

SHA = "a" * 64


def fautive(jeu: str, ligne: int, fautes: list[tuple[str | None, str, str]], **cellules: str) -> LigneFautive:
    """A row of the current file of a jeu; `fautes`: (header, reason, statut)."""
    j = registre().jeu(jeu)
    periode = {"aucune": "", "annee": "2023", "mois": "2023-04"}[j.periode]
    nom = "_".join(filter(None, [jeu, periode])) + ".csv"
    fichier = FichierCourant(7, j.source, jeu, periode, 1, nom, f"{j.source}/{nom}", SHA, None, "csv", False)
    landees = {c.nom: "" for c in j.colonnes_entrepot} | cellules
    return LigneFautive(fichier, ligne, tuple(Faute(*f) for f in fautes), landees)


MONTANT = fautive(
    "mandats", 12, [("Montant TTC", "montant illisible (deux décimales au plus, C1)", "rejete")],
    exercice="2023", bordereau="0012", nature="6068", objet="=Relevé", tiers="Commune", siret="21590001000012",
    montant_ttc="-12,345", axe_analytique="ADS", statut="Payé",
)  # fmt: skip
AXE = fautive(
    "mandats", 13, [("Axe analytique", "axe sans clé analytique en vigueur (R3a)", "a_affecter")],
    montant_ttc="10,00", axe_analytique="XADS",
)  # fmt: skip
LIGNE = fautive("mandats", 14, [(None, "25 cellules pour 24 colonnes d'en-tête (F6)", "rejete")], montant_ttc="1,00")
TITRE = fautive("titres", 12, [("Montant TTC", "montant illisible (C1)", "rejete")], montant_ttc="x")
SAISIE = fautive(
    "temps", 5, [("Validé", "saisie non validée, retenue (R1g)", "retenu")],
    matricule="f" * 32, date="03/04/2023", code_activite="T-ADS", duree="5,25", type_jour="T", valide="N",
)  # fmt: skip
ABSENCE = fautive(
    "temps", 6, [("Type jour", "valeur inconnue (attendu : T, A) (C7)", "rejete")],
    matricule="f" * 32, date="03/04/2023", code_activite="A-0123456789ab", duree="5,25", type_jour="X", valide="O",
)  # fmt: skip
POPULATION = fautive(
    "populations", 3, [("Population totale", "nombre entier attendu (C1)", "rejete")],
    annee="2023", code_insee="59001", population_totale="mille",
)  # fmt: skip
