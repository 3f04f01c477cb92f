"""The council reads the bilan of one exercice: what takes five minutes, then each subject, folded on the page."""

from dataclasses import replace

from mutualisation.documents.mise_en_forme.modele import Document, Lien, Repli, Section
from mutualisation.documents.rapport.contenu import annexe_cam, elus, ouverture, renvois
from mutualisation.documents.rapport.contenu.communes import avis, bloc_communal
from mutualisation.documents.rapport.contenu.communes.ensemble import section_communes
from mutualisation.documents.rapport.contenu.conseil.dispositifs import section_dispositifs
from mutualisation.documents.rapport.contenu.conseil.evolution import section_evolution
from mutualisation.documents.rapport.contenu.conseil.methode import section_methode, section_signatures
from mutualisation.documents.rapport.contenu.conseil.reserves import (
    section_depuis_cloture,
    section_hors_totaux,
    section_reserves,
)
from mutualisation.documents.rapport.contenu.conseil.schema import section_actions, section_avis, section_schema
from mutualisation.documents.rapport.contenu.conseil.synthese import section_synthese
from mutualisation.documents.rapport.contenu.controles import section_controles
from mutualisation.documents.rapport.contenu.conventions import section_conventions
from mutualisation.documents.rapport.contenu.credits_votes import section_budget
from mutualisation.documents.rapport.contenu.imputations import section_imputations
from mutualisation.documents.rapport.contenu.passage import section_base_legale
from mutualisation.documents.rapport.contenu.prevision import section_prevision
from mutualisation.documents.rapport.contenu.textes import section_annee, section_glossaire
from mutualisation.documents.rapport.contenu.usage import section_couts_unitaires
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats

SOUS_TITRE = "Schéma de mutualisation et de coopération : synthèse financière "
# a new section is a function of a bilan and a line here; a section without blocks is left out of page and PDF
SECTIONS = (
    section_annee,
    section_schema,
    section_avis,
    section_synthese,
    section_budget,
    section_depuis_cloture,
    section_evolution,
    section_communes,
    section_dispositifs,
    section_actions,
    section_conventions,
    section_couts_unitaires,
    section_base_legale,
    section_imputations,
    section_hors_totaux,
    section_prevision,
    section_controles,
    section_reserves,
    section_methode,
)
# these sections fold details that the workbook has: the council reads the rest
BREVES = ("prevision", "controles")


def documents(bilan: Bilan) -> list[Document]:
    """Make the council's document, and its two pages for elected members, from the same bilan and words."""
    conseil = bilan_etape(bilan)
    return [conseil, elus.document(bilan, conseil)]


def bilan_etape(bilan: Bilan) -> Document:
    """Make the whole bilan; no clock and no random enter it, so that the same version gives the same bytes."""
    sections = [*elus.sections(bilan), *(_bref(section(bilan)) for section in SECTIONS)]
    sections += [section_glossaire(sections), section_signatures(bilan)]
    return ouverture.document(
        bilan,
        f"bilan_etape_{bilan.exercice}",
        f"Bilan d'étape {bilan.exercice}",
        sous_titre=SOUS_TITRE + formats.periode(bilan.exercices),
        avis=ouverture.avis(bilan),
        resume=ouverture.resume(bilan),
        chiffres=ouverture.chiffres(bilan),
        sections=sections,
        liens=_liens(bilan),
        sorties=("html", "pdf"),
    )


def _liens(bilan: Bilan) -> list[Lien]:
    """Link the other documents of the extract; pages of communes only where adherents are named (S8)."""
    e, schema = bilan.exercice, avis.schema_soumis(bilan)
    return [
        *([Lien(f"{avis.chemin(schema)}.html", f"Rapport et projet de schéma {schema}")] if schema else []),
        *([Lien(f"{bloc_communal.ANNUAIRE}.html", "Chaque commune")] if bloc_communal.decouper(bilan).blocs else []),
        Lien(f"synthese_{e}.pdf", "Deux pages pour les élus"),
        Lien(f"diapositives_{e}.pdf", "Diapositives"),
        *([Lien(f"{annexe}.html", "Marchés de la centrale d'achat")] if (annexe := annexe_cam.chemin(bilan)) else []),
        Lien(f"{renvois.dossier(e)}/{renvois.INDEX}.html", "Dossier d'audit"),
        Lien(f"bilan_etape_{e}.xlsx", "Classeur"),
    ]


def _bref(section: Section) -> Section:
    """Leave out what a long section folds: the workbook has it whole."""
    if section.ancre not in BREVES:
        return section
    return replace(section, blocs=[bloc for bloc in section.blocs if not isinstance(bloc, Repli)])
