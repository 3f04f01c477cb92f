"""Words of the bilan that a councillor may ask about."""

from __future__ import annotations

from mutualisation.francais import formats
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan

MOTS = (
    ("AC", "attribution de compensation, ce que l'intercommunalité verse chaque année à une commune ou en reçoit"),
    (
        "Base D5211\u201116",
        "coût sans la structure, base des remboursements d'un service mis à disposition",
    ),
    ("CAM", "centrale d'achat métropolitaine : passe des marchés dont chaque adhérent commande ce qu'il veut"),
    ("CEE", "certificats d'économies d'énergie : travaux d'économie certifiés par l'État, puis vendus"),
    ("Charges de structure", "fonctions support (bâtiments, informatique, finances) partagées au prorata des agents"),
    (
        "Coût complet",
        "personnel, fonctionnement, amortissements et structure, moins les subventions",
    ),
    ("Coût net", "le coût complet ; les recettes des communes n'en sont pas déduites"),
    ("ETP", "équivalent temps plein : le temps consacré aux communes, 1 pour un agent à temps plein toute l'année"),
    ("ETPT", "équivalent temps plein travaillé : temps de présence payé dans l'année"),
    ("Reste à charge", "coût net moins recettes : ce que paie l'intercommunalité"),
    ("Satellite", "établissement lié à une commune : syndicat, régie, association"),
    ("Valorisé", "dispositif dont le temps et les dépenses sont suivis, et qui entre dans les totaux"),
)


def section(_: Bilan) -> m.Section:
    """One list."""
    points = [(mot, f"{formats.majuscule(sens)}.") for mot, sens in MOTS]
    return m.Section(
        "glossaire", "Glossaire", "Glossaire", [m.Repli("Voir le glossaire", [m.Liste(points, longue=True)])]
    )
