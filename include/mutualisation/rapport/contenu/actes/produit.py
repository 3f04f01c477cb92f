"""The drafts of an exercice."""

from __future__ import annotations

from mutualisation.mise_en_forme.modele import Document
from mutualisation.rapport.contenu.actes import communication, deliberation
from mutualisation.rapport.publie import Bilan
from mutualisation.rapport.sceau import Sceau


def documents(bilan: Bilan, sceau: Sceau) -> list[Document]:
    """Draft deliberation, draft communication to the communes."""
    return [deliberation.projet(bilan, sceau), communication.projet(bilan, sceau)]
