"""The workbook of a bilan: every figure of the exercice in typed cells, totals by formula, to compute on."""

from __future__ import annotations

from collections.abc import Callable

from mutualisation.classeur import (
    adherents,
    base,
    couts,
    couts_etp,
    marches,
    previsions,
    recettes,
    surete,
)
from mutualisation.francais import formats
from mutualisation.mise_en_forme.modele import Document, Section, Tableau
from mutualisation.rapport.contenu import ouverture
from mutualisation.rapport.publie import Bilan

Feuille = Callable[[Bilan], Tableau | None]
SOUS_TITRE = "Schéma de mutualisation et de coopération : synthèse financière "
# (title in the table of contents, its sheets); a new sheet is one function, and its name here
PARTIES: tuple[tuple[str, tuple[Feuille, ...]], ...] = (
    ("Coûts et financement", (couts.synthese, couts.detail, couts.financement, couts.variation, recettes.origine)),
    ("Personnel", (couts_etp.couts_moyens, couts_etp.etp_par_categorie)),
    ("Base D5211-16 et coûts unitaires", (base.passage, base.par_compte, base.cout_unitaire)),
    ("Communes et adhérents", (adherents.communes, adherents.couts_d_usage, adherents.adhesions)),
    ("Recouvrement", (recettes.recouvrement, recettes.factures, recettes.ecarts)),
    ("Achats et certificats", (marches.cam, marches.cee)),
    ("Prévision", (previsions.prevision, previsions.essai, previsions.ecart)),
    (
        "Contrôles et méthode",
        (surete.indicateurs, surete.etats, surete.controles, surete.a_commenter, surete.repartition, surete.rejets,
         surete.parametres),
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
            sections=[_partie(bilan, titre, feuilles) for titre, feuilles in PARTIES],
            identite=(),
            notice=_notice(bilan),
            sorties=("xlsx",),
            forme="classeur",
        )
    ]


def _partie(bilan: Bilan, titre: str, feuilles: tuple[Feuille, ...]) -> Section:
    tableaux: list[Tableau] = [t for feuille in feuilles if (t := feuille(bilan)) is not None]
    return Section(titre, titre, titre, tableaux)


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
