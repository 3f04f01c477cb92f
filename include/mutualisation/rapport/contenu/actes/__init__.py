"""Legal acts as drafts: what a service of the assemblies starts from, every figure that of the bilan."""

from __future__ import annotations

from mutualisation.mise_en_forme.modele import Document
from mutualisation.rapport.contenu.actes.communication import projet_de_communication
from mutualisation.rapport.contenu.actes.deliberation import projet_de_deliberation
from mutualisation.rapport.publie import Bilan


def documents(bilan: Bilan) -> list[Document]:
    """Draft deliberation, draft communication to the communes."""
    return [projet_de_deliberation(bilan), projet_de_communication(bilan)]
