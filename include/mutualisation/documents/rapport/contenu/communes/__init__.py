"""Each commune has a page and a note for its mayor here; an index leads to them and says what they total."""

from collections.abc import Iterator

from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.documents.rapport.contenu.communes import bloc_communal, ensemble, fiche_commune, note_maire
from mutualisation.documents.rapport.publie import Bilan


def documents(bilan: Bilan) -> Iterator[Document]:
    """Make the index, each page and its print, the notes; none in a version that does not name its adherents (S8)."""
    territoire = bloc_communal.decouper(bilan)
    if not territoire.blocs:
        return
    repere = fiche_commune.repere(bilan, territoire)
    for sortie in ("html", "pdf"):
        yield ensemble.page_annuaire(bilan, territoire, sortie=sortie)
        for bloc in territoire.blocs:
            yield fiche_commune.page_commune(bilan, bloc, repere, sortie=sortie)
    for bloc in territoire.communes if bilan.contexte.dernier else ():
        yield note_maire.note(bilan, bloc, repere)
