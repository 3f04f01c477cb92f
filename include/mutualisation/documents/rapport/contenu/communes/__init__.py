"""Each commune has a page and a note for its mayor here; an index leads to them and says what they total."""

from collections.abc import Iterator
from dataclasses import replace

from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.documents.rapport.contenu.communes import bloc_communal, ensemble, fiche_commune, note_maire
from mutualisation.documents.rapport.contenu.communes.usages_et_titres import lire
from mutualisation.documents.rapport.publie import Bilan


def documents(bilan: Bilan) -> Iterator[Document]:
    """Make the index, each page and its print, the notes; none in a version that does not name its adherents (S8)."""
    territoire = bloc_communal.decouper(bilan)
    if not territoire.blocs:
        return
    repere = fiche_commune.repere(bilan, territoire)
    lus = [(bloc, lire(bilan, bloc, repere.au)) for bloc in territoire.blocs]
    for sortie in ("html", "pdf"):
        yield ensemble.page_annuaire(bilan, territoire, sortie=sortie)
        for bloc, usages in lus:
            yield fiche_commune.page_commune(bilan, bloc, usages, repere, sortie=sortie)
    for bloc, usages in lus if bilan.contexte.dernier else ():
        if bloc.est_commune:
            yield note_maire.note(bilan, bloc, usages, repere)


def feuilles(bilan: Bilan) -> Iterator[tuple[bloc_communal.BlocCommunal, Document | None]]:
    """Yield what each page is cut from. Where other adherents are established in the commune, its print is made again
    without them, since what they owe is theirs; elsewhere the print of the extract serves, and None is yielded."""
    territoire = bloc_communal.decouper(bilan)
    repere = fiche_commune.repere(bilan, territoire)
    for bloc in territoire.blocs:
        feuille = None
        if bloc.autres.adherents:
            seul = replace(bloc, autres=bloc_communal.Annee(bloc.exercice))
            usages = lire(bilan, seul, repere.au)
            feuille = fiche_commune.page_commune(bilan, seul, usages, repere, sortie="pdf")
        yield bloc, feuille
