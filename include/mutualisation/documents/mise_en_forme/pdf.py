"""Write a document for print and archives, tagged (PDF/UA-1, PDF/A-2a), as the page says it; each form has its
template. The same document gives the same bytes: its date is the last day of the exercice, the fonts are the
compiler's."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from mutualisation.documents.composition.compilation import composer, nommer_les_lignes
from mutualisation.documents.mise_en_forme import cellules, dessin
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.graphiques import Graphique, decrire, en_barres
from mutualisation.socle.francais import formats

# a bold letter of a header is this many digits wide; words break that are wider than so many
LETTRE, MOTS = 1.15, 10
# a string of a PDF/A holds this much, two bytes a character
ALTERNATIVE_MAX = 16_000
# the template reads these fields of a document as they are
TELS_QUELS = ("forme", "titre", "sous_titre", "epci", "siren", "synthetique", "resume", "version", "marque", "phrase")
MOTS_CLES = ("mutualisation", "intercommunalité", "coût complet")


def donnees(d: m.Document) -> dict[str, Any]:
    """Return the document as texts and drawings, block by block: templates and slides set them."""
    return {
        **{nom: getattr(d, nom) for nom in TELS_QUELS},
        "etats": [etat for etat, _ in d.etats],
        "avis": [list(x) for x in m.avis(d)],
        "chiffres": [vars(c) for c in d.chiffres],
        "identite": [[sujet, m.mots(*morceaux)] for sujet, morceaux in d.identite],
        "mots": [*MOTS_CLES, str(d.exercice)],
        "sections": [x for x in ({"titre": s.titre, "blocs": _blocs(s.lus)} for s in d.sections) if x["blocs"]],
    }


def rendre(document: m.Document) -> bytes:
    """Return the whole PDF. Raises `ErreurMutualisation` when it cannot be composed."""
    jour = document.jour or date(document.exercice, 12, 31)
    return nommer_les_lignes(composer(f"{document.forme}.typ", donnees(document), jour))


def ecrire(document: m.Document, chemin: Path) -> None:
    """Write the PDF. Raises `ErreurMutualisation` when it cannot be composed."""
    chemin.write_bytes(rendre(document))


def _blocs(blocs: Iterable[m.Bloc]) -> list[dict[str, Any]]:
    """Return blocks for the template; what is folded elsewhere follows in order."""
    enonces: list[dict[str, Any]] = []
    for bloc in blocs:
        if isinstance(bloc, m.Recherche) or (isinstance(bloc, m.Paragraphe) and bloc.ecran):
            continue
        enonces += _blocs(bloc.blocs) if isinstance(bloc, m.Repli | m.Pile) else [_bloc_en_dict(bloc)]
    return enonces


def _bloc_en_dict(bloc: m.Bloc) -> dict[str, Any]:
    match bloc:
        case m.Paragraphe(morceaux, note):
            return {"genre": "p", "texte": m.mots(*morceaux), "note": note}
        case m.SousTitre(texte):
            return {"genre": "h3", "texte": texte}
        case m.Liste():
            return {"genre": "liste", "points": [list(point) for point in bloc.lus], "longue": bloc.longue}
        case m.Comptes(points):
            return {"genre": "comptes", "points": [[formats.nombre(n), nom] for n, nom, _ in points]}
        case m.Tableau():
            return _tableau_en_dict(bloc)
        case m.Volet():
            entete = {"titre": bloc.titre, "resume": bloc.resume, "niveau": bloc.niveau}
            return {"genre": "volet", **entete, "blocs": _blocs(bloc.blocs)}
        case m.CoteACote(cotes):
            # in half a page a chart takes the drawing made for a narrow place
            moities = [[_graphique(x, etroit=True)] if isinstance(x, Graphique) else _blocs([x]) for x in cotes]
            return {"genre": "cote", "cotes": moities}
        case Graphique():
            return _graphique(bloc)
    raise TypeError(type(bloc).__name__)


def _tableau_en_dict(t: m.Tableau) -> dict[str, Any]:
    colonnes = t.colonnes
    rangees = [[f"{c.texte}\n{c.suite}" if c.suite else c.texte for c in rangee] for rangee in cellules.rangees(t)]
    pied = [c.texte for c in cellules.pied(t)]
    # on paper a control compares sentences, in a column of words
    mots_ = [c.est_texte or c.genre == "constat" or i == 0 for i, c in enumerate(colonnes)]
    return {
        "genre": "tableau",
        "titre": t.titre,
        "colonnes": [
            {
                "titre": c.titre,
                "texte": mots_[i],
                "part": c.part,
                "signes": _largeur(c.titre.split(), [*(rangee[i] for rangee in (*rangees, *([pied] if pied else [])))]),
            }
            for i, c in enumerate(colonnes)
        ],
        "forts": [i for i, c in enumerate(colonnes) if c.fort],
        "lignes": rangees,
        "pied": pied,
        "note": cellules.note(t),
    }


def _largeur(titre: Sequence[str], textes: Sequence[str]) -> float:
    """Return the width of a column of figures, in digits: a separator counts half, a header may break between words. A
    bold letter is wider than a digit: headers side by side must not touch."""

    def large(texte: str) -> float:
        return sum(1 if signe.isalnum() or signe in "€%+−" else 0.5 for signe in texte)

    # words among figures may break: a figure has no plain space
    cases = (min(large(texte), max(MOTS, *map(large, texte.split(" ")))) for texte in textes if texte)
    return max([1, *(large(mot) * LETTRE for mot in titre), *cases])


def _graphique(g: Graphique, *, etroit: bool = False) -> dict[str, Any]:
    feuille = dessin.dessiner(g, "demi") if etroit else dessin.feuille(g)
    alternative = f"{g.sujet}. {decrire(g)}"
    if len(alternative) > ALTERNATIVE_MAX:
        alternative = f"{alternative[:ALTERNATIVE_MAX].rpartition(' ; ')[0]} ; suite : {m.AILLEURS}."
    return {
        "genre": "graphique",
        "titre": g.titre,
        "alt": alternative,
        "note": g.note,
        "dessin": str(feuille).replace("&#39;", "'"),
        "etroit": etroit,
        "natif": en_barres(g),
    }
