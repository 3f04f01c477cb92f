"""The bilan of one exercice for the council: what is read in five minutes, then each subject, folded on the page."""

from __future__ import annotations

from dataclasses import replace

from mutualisation.francais import formats
from mutualisation.mise_en_forme.modele import Document, Repli, Section
from mutualisation.rapport.contenu import (
    controles,
    elus,
    ouverture,
    prevision,
)
from mutualisation.rapport.contenu.conseil import (
    ailleurs,
    annee,
    annexe,
    autres,
    base_legale,
    calcul,
    couts_unitaires,
    depuis_cloture,
    dispositifs,
    evolution,
    glossaire,
    reserves,
    signatures,
    territoire_servi,
)
from mutualisation.rapport.publie import Bilan
from mutualisation.rapport.sceau import Sceau

SOUS_TITRE = "Schéma de mutualisation et de coopération : synthèse financière "
# A new section is one file, and its line here
SECTIONS = (
    annee,
    annexe,
    depuis_cloture,
    evolution,
    territoire_servi,
    dispositifs,
    couts_unitaires,
    base_legale,
    autres,
    prevision,
    controles,
    reserves,
    calcul,
    glossaire,
)
# what they fold is for the audit file, not for the council
BREVES = ("prevision", "controles")


def documents(bilan: Bilan, sceau: Sceau) -> list[Document]:
    """The council's document, its two pages for elected members. Same bilan, same words."""
    conseil = dire(bilan, sceau)
    return [conseil, elus.document(bilan, sceau, conseil)]


def dire(bilan: Bilan, sceau: Sceau) -> Document:
    """The whole bilan: no clock, no random."""
    corps = [s for piece in SECTIONS if (s := piece.section(bilan)).ancre != depuis_cloture.RELATION or s.blocs]
    sections = [*elus.sections(bilan), *map(_bref, corps), signatures.section(bilan, sceau)]
    return ouverture.document(
        bilan,
        sceau,
        f"bilan_etape_{bilan.exercice}",
        f"Bilan d'étape {bilan.exercice}",
        sous_titre=SOUS_TITRE + formats.periode(bilan.exercices),
        avis=ouverture.avis(bilan),
        resume=ouverture.resume(bilan),
        chiffres=ouverture.chiffres(bilan),
        sections=sections,
        liens=ailleurs.pages(bilan),
        sorties=("html", "pdf"),
    )


def _bref(section: Section) -> Section:
    """A long section without what it folds: the audit file and the workbook have it whole."""
    if section.ancre not in BREVES:
        return section
    return replace(section, blocs=[bloc for bloc in section.blocs if not isinstance(bloc, Repli)])
