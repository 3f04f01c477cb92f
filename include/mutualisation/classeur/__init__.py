"""The workbook of a bilan: every figure of the exercice in typed cells, totals by formula, to compute on."""

from __future__ import annotations

from collections.abc import Callable

from mutualisation.classeur import communes, couts, listes
from mutualisation.classeur.parametres_en_vigueur import parametres
from mutualisation.francais import formats
from mutualisation.mise_en_forme.modele import Document, Section, Tableau
from mutualisation.rapport.contenu import ouverture
from mutualisation.rapport.publie import Bilan

Feuille = Callable[[Bilan], Tableau]
SOUS_TITRE = "Schéma de mutualisation et de coopération : synthèse financière "
# (title in the table of contents, its sheets); a new sheet is a function or a `Liste`, and its name here
PARTIES: tuple[tuple[str, tuple[Feuille, ...]], ...] = (
    ("Coûts et financement", (couts.synthese, couts.detail, couts.financement, couts.variation, couts.origine)),
    ("Personnel", (couts.couts_moyens, couts.etp_par_categorie)),
    ("Base D5211-16 et coûts unitaires", (couts.passage, listes.par_compte, couts.cout_unitaire)),
    ("Communes et adhérents", (communes.communes, listes.couts_d_usage, listes.adhesions)),
    ("Recouvrement", (communes.recouvrement, listes.factures, listes.ecarts)),
    ("Achats et certificats", (communes.cam, communes.cee)),
    ("Prévision", (listes.prevision, listes.essai, listes.ecart_prevision)),
    (
        "Contrôles et méthode",
        (listes.indicateurs, listes.etats, listes.controles, listes.a_commenter, listes.repartition, listes.rejets,
         parametres),
    ),
)  # fmt: skip
LECTURE = (
    (
        "Totaux",
        "Chaque feuille se termine par une formule : la somme là où elle a un sens, le nombre de lignes ailleurs. « "
        "Total publié par l'entrepôt » donne la ligne TOTAL ou une autre relation publiée ; « Contrôle » compare "
        "les deux, lignes masquées par un filtre comprises.",
    ),
    ("Tableaux", "Chaque feuille est un tableau nommé (T_…), à reprendre dans vos formules et vos croisements."),
    (
        "Signes",
        "Comme sur la page : ce qui vient en déduction du coût (subventions, reprises) est négatif ; un reste à charge "
        "négatif signifie que les recettes dépassent le coût.",
    ),
    ("Non renseigné", "« non renseigné » n'est pas zéro : aucune recette n'a été rattachée au dispositif."),
    (
        "Impression",
        "A4 paysage, à la largeur de la page. Une longue liste n'imprime que son résumé, calculé par formule.",
    ),
)


def documents(bilan: Bilan) -> list[Document]:
    """The workbook. Same bilan, same cells: no clock, no random."""
    return [
        ouverture.document(
            bilan,
            f"bilan_etape_{bilan.exercice}",
            f"Bilan d'étape {bilan.exercice}",
            sous_titre=SOUS_TITRE + formats.periode(bilan.exercices),
            sections=[Section(t, t, t, [feuille(bilan) for feuille in feuilles]) for t, feuilles in PARTIES],
            identite=(),
            notice=_notice(bilan),
            sorties=("xlsx",),
            forme="classeur",
        )
    ]


def _approbation(bilan: Bilan) -> list[tuple[str, str]]:
    cloture = bilan.contexte.cloture
    jour = formats.jour(formats.lire_jour(cloture.approuve_le)) if cloture else ""
    return [("Clôture", f"approuvée par {cloture.approuve_par} le {jour}")] if cloture else []


def _notice(bilan: Bilan) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(subject, words) before and after the list of the sheets."""
    construction = bilan.contexte.construction
    avant = []
    if bilan.contexte.est_synthetique:
        avant.append(("DONNÉES SYNTHÉTIQUES", "Jeu de démonstration : aucune ligne ne provient d'un système réel."))
    if bilan.avec_reserves:
        avant.append(("AVEC RÉSERVES", "Des lignes ont été écartées ou un écart n'est pas justifié : voir Contrôles."))
    objet = "Coût des dispositifs de mutualisation destiné aux besoins des communes, et leur participation."
    exercices = f"{bilan.exercice} ; synthèse {formats.periode(bilan.exercices)}"
    apres = [
        *LECTURE,
        (
            "Version",
            f"{construction.version}, préparée par {construction.prepare_par}, logiciel {construction.code_version}",
        ),
        *_approbation(bilan),
        ("Publication", bilan.empreinte),
        ("Licence", ouverture.licence(bilan)),
    ]
    return [*avant, ("Objet", objet), ("Exercices", exercices)], apres
