"""The documents of an extract beside its CSV, each made of the same bilan, and how each form writes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mutualisation import classeur
from mutualisation.mise_en_forme import docx, html, pdf, xlsx
from mutualisation.mise_en_forme.modele import Document
from mutualisation.mise_en_forme.sans_dessin import rendre_dessinable
from mutualisation.rapport.contenu import actes, audit, communes, conseil
from mutualisation.rapport.publie import Bilan

Produit = Callable[[Bilan], Iterable[Document]]
# A new product is one module of `contenu`, and its line here
PRODUITS: tuple[Produit, ...] = (
    conseil.documents,
    communes.documents,
    audit.documents,
    classeur.documents,
    actes.documents,
)
RENDUS: dict[str, Callable[[Document, Path], None]] = {
    "html": html.ecrire,
    "pdf": pdf.ecrire,
    "xlsx": xlsx.ecrire,
    "docx": docx.ecrire,
}


def documents(bilan: Bilan) -> Iterator[Document]:
    """Every document of the extract, product by product."""
    for produit in PRODUITS:
        yield from produit(bilan)


def ecrire_tout(dits: Iterable[Document], dossier: Path) -> None:
    """Write every document on every core: the compiler of PDF works outside the interpreter's lock.

    Raises what the first document that fails raises.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as fils:
        for ecrit in [fils.submit(ecrire, document, dossier) for document in dits]:
            ecrit.result()


def ecrire(document: Document, dossier: Path) -> list[Path]:
    """Write a document in each of its forms under the folder of the extract; give back the files.

    A character that no font draws is replaced, and the document says so: a text never stops an extract.
    """
    dessine = rendre_dessinable(document)
    fichiers = [dossier / f"{document.chemin}.{sortie}" for sortie in document.sorties]
    for fichier, sortie in zip(fichiers, document.sorties, strict=True):
        fichier.parent.mkdir(parents=True, exist_ok=True)
        RENDUS[sortie](dessine, fichier)
    return fichiers
