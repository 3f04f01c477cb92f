"""The audit file `dossier_audit_AAAA/` traces each figure back to what it is made of, for whoever has to redo it."""

from collections.abc import Iterator

from mutualisation.documents.audit import constats, index, passages, personnel, trace
from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.documents.rapport.contenu import renvois
from mutualisation.documents.rapport.publie import Bilan


def documents(bilan: Bilan) -> Iterator[Document]:
    """Yield the pages of the file; no page of staff cost where no cost by category is published."""
    yield index.sommaire(bilan)
    if renvois.personnels(bilan):
        yield personnel.cout_de_personnel(bilan)
    yield passages.passages(bilan)
    yield constats.controles(bilan)
    yield constats.lignes_ecartees(bilan)
    yield from trace.traces(bilan)
