"""The documents of an extract beside its CSV are made of one bilan; a child per core, four at most, writes them. typst
keeps the interpreter's lock: it works in processes, while the parent makes the next documents."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import local

from mutualisation.documents import audit, classeur
from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.documents.rapport.contenu import (
    actes,
    actes_communaux,
    annexe_cam,
    communes,
    conseil,
    diapositives,
    rapport_mutualisation,
)
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.enfant.hote import Enfant

Produit = Callable[[Bilan], Iterable[Document]]
# A new product is one module of `contenu`, and its line here
PRODUITS: tuple[Produit, ...] = (
    conseil.documents,
    annexe_cam.documents,
    diapositives.documents,
    communes.documents,
    audit.documents,
    classeur.documents,
    actes.documents,
    actes_communaux.documents,
    rapport_mutualisation.documents,
)
# each child takes 150 MB, and the parent makes documents no faster than so many write them
ENFANTS_MAX = 4
Imprimer = Callable[[Document, Path], Future[None]]


def documents(bilan: Bilan) -> Iterator[Document]:
    """Yield every document of the extract, product by product."""
    for produit in PRODUITS:
        yield from produit(bilan)


@contextmanager
def presses() -> Iterator[Imprimer]:
    """Yield the function that hands a document, and the folder of its extract, to the first free child. What it returns
    is to be waited for: it raises what writing raised, `PannePassagere` when the child died. After an error, what is
    not begun is dropped: nobody writes any more."""
    du_fil, enfants = local(), []

    def confier(document: Document, dossier: Path) -> None:
        if not hasattr(du_fil, "enfant"):
            du_fil.enfant = Enfant("le compositeur", "mutualisation.documents.extrait.imprimerie")
            enfants.append(du_fil.enfant)
        echec = du_fil.enfant.demander(f"document {document.chemin}", (document, dossier))
        if echec is not None:
            raise echec

    fils = ThreadPoolExecutor(min(os.cpu_count() or 1, ENFANTS_MAX))
    try:
        yield lambda document, dossier: fils.submit(confier, document, dossier)
    finally:
        fils.shutdown(cancel_futures=True)
        for enfant in enfants:
            enfant.fermer()
