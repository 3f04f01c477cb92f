"""One page for each commune of the bilan, their index, and what they say together."""

from __future__ import annotations

from collections.abc import Iterator

from mutualisation.mise_en_forme.modele import Document
from mutualisation.rapport.contenu.communes import annuaire, bloc_communal, fiche_commune
from mutualisation.rapport.publie import Bilan
from mutualisation.rapport.sceau import Sceau


def documents(bilan: Bilan, sceau: Sceau) -> Iterator[Document]:
    """The index, then each page and its print; nothing in a version that does not name its adherents (S8)."""
    territoire = bloc_communal.lire(bilan)
    if not territoire.blocs:
        return
    repere = fiche_commune.repere(bilan, sceau, territoire)
    for sortie in ("html", "pdf"):
        yield annuaire.dire(bilan, sceau, territoire, sortie=sortie)
        for bloc in territoire.blocs:
            yield fiche_commune.dire(bilan, bloc, repere, sortie=sortie)
