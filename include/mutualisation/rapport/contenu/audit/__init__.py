"""The audit file `dossier_audit_AAAA/`: each figure back to what it is made of, for whoever has to redo it."""

from __future__ import annotations

from collections.abc import Iterator

from mutualisation.mise_en_forme.modele import Document
from mutualisation.rapport.contenu.audit import constats, index, passages, personnel, rejets, trace
from mutualisation.rapport.publie import Bilan
from mutualisation.rapport.sceau import Sceau


def documents(bilan: Bilan, sceau: Sceau) -> Iterator[Document]:
    """The pages of the file; a former version that kept no cost by category has no page of staff cost."""
    yield index.dire(bilan, sceau)
    if bilan["etp_categorie"] and bilan["cout_moyen"]:
        yield personnel.dire(bilan, sceau)
    yield passages.dire(bilan, sceau)
    yield constats.dire(bilan, sceau)
    yield rejets.dire(bilan, sceau)
    yield from trace.dire(bilan, sceau)
