"""What every draft says around its own words, and the blanks that only the assembly may fill."""

from __future__ import annotations

from collections.abc import Sequence

from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import ouverture
from mutualisation.rapport.publie import Bilan

BLANC = "…………………"
AVERTISSEMENT = "À relire et à compléter par le service des assemblées. Les points de suspension restent à remplir."


def acte(bilan: Bilan, nom: str, titre: str, sections: Sequence[m.Section]) -> m.Document:
    """A draft under `projets_actes/`, with the states and the origin of its bilan."""
    return ouverture.document(
        bilan,
        f"projets_actes/{nom}_{bilan.exercice}",
        titre,
        # what leads to another section of the bilan leads nowhere here
        avis=[("Projet", (AVERTISSEMENT,)), *((sujet, morceaux[:1]) for sujet, morceaux in ouverture.avis(bilan))],
        sections=sections,
        sorties=("docx",),
        forme="acte",
    )
