"""The workbook of a bilan holds every figure of the exercice in typed cells, with totals by formula, to compute on.

A new sheet is declared in `feuilles.toml`; where its rows are not those of a relation, a function of its name in
`calculs` makes them."""

from collections.abc import Callable

from mutualisation.documents.classeur import calculs
from mutualisation.documents.classeur.feuilles_du_contrat import FEUILLES, feuille
from mutualisation.documents.mise_en_forme.modele import Document, Section, Tableau
from mutualisation.documents.rapport.contenu import ouverture
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats

SOUS_TITRE = "Schéma de mutualisation et de coopération : synthèse financière "


def documents(bilan: Bilan) -> list[Document]:
    """Make the workbook. The same bilan gives the same cells."""
    parties = FEUILLES["parties"].items()
    return [
        ouverture.document(
            bilan,
            f"bilan_etape_{bilan.exercice}",
            f"Bilan d'étape {bilan.exercice}",
            sous_titre=SOUS_TITRE + formats.periode(bilan.exercices),
            sections=[Section(t, t, t, [_feuille(bilan, nom) for nom in noms]) for t, noms in parties],
            identite=(),
            notice=_notice(bilan),
            sorties=("xlsx",),
            forme="classeur",
        )
    ]


def _feuille(bilan: Bilan, nom: str) -> Tableau:
    """Make a sheet by the function of its name if there is one, else from the rows of its relation."""
    propre: Callable[[Bilan], Tableau] | None = getattr(calculs, nom, None)
    return propre(bilan) if propre else feuille(bilan, nom)


def _notice(bilan: Bilan) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    construction, cloture = bilan.contexte.construction, bilan.contexte.cloture
    phrase = bilan.contexte.charte["phrase"]
    avant = [(bilan.contexte.epci, phrase)] if phrase else []
    if bilan.contexte.est_synthetique:
        avant.append(("DONNÉES SYNTHÉTIQUES", "Jeu de démonstration : aucune ligne ne provient d'un système réel."))
    if bilan.avec_reserves:
        avant.append(("AVEC RÉSERVES", f"{formats.majuscule(ouverture.reserve(bilan))} Voir Contrôles."))
    avant += [
        ("Objet", "Coût des dispositifs de mutualisation destiné aux besoins des communes, et leur participation."),
        ("Exercices", f"{bilan.exercice} ; synthèse {formats.periode(bilan.exercices)}"),
    ]
    prepare = f"préparée par {construction.prepare_par}, logiciel {construction.code_version}"
    apres = [*FEUILLES["lecture"].items(), ("Version", f"{construction.version}, {prepare}")]
    if cloture:
        jour = formats.jour(formats.lire_jour(cloture.approuve_le))
        apres.append(("Clôture", f"approuvée par {cloture.approuve_par} le {jour}"))
    return avant, [*apres, ("Publication", bilan.empreinte), ("Licence", ouverture.licence(bilan))]
