"""Slides for the commission show blocks of the council's document, few rows and words a page; none is empty."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from operator import itemgetter

from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import annexe_cam, elus, ouverture, textes, usage
from mutualisation.documents.rapport.contenu.communes import avis, bloc_communal, ensemble
from mutualisation.documents.rapport.contenu.conseil import evolution, schema, synthese
from mutualisation.documents.rapport.enonces import lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.formats import ZERO

# the back of a room reads this many rows, rows of sentences, signs of an action, communes of an opinion
LIGNES, PHRASES, SIGNES, NOMMEES = 8, 5, 220, 3
SUITE = ("autre", "autres", " : voir le bilan d'étape.")


def documents(bilan: Bilan) -> list[m.Document]:
    """Make the slides of the exercice."""
    pages = [m.Section(titre, titre, titre, blocs) for titre, blocs in _pages(bilan) if m.blocs_lus(blocs)]
    slides = ouverture.document(
        bilan,
        f"diapositives_{bilan.exercice}",
        f"Bilan d'étape {bilan.exercice}",
        sous_titre=f"Mutualisation des services, {formats.periode(bilan.exercices)} : présentation en commission",
        avis=ouverture.avis_imprimes(bilan),
        resume=ouverture.resume(bilan),
        sections=pages,
        identite=ouverture.identite(bilan)[:-2],
        sorties=("pdf", "pptx"),
        forme="diapositives",
    )
    return [slides]


def _pages(bilan: Bilan) -> Iterator[tuple[str, list[m.Bloc]]]:
    e, couts, pont = bilan.exercice, synthese.couverture(bilan), evolution.cascade(bilan)
    chiffres = [b for b in textes.section_annee(bilan).blocs[-1:] if isinstance(b, m.Liste)]
    yield f"L'année {e} en chiffres", [_cles(bilan), *chiffres]
    yield f"Ce que coûte chaque service, et qui le paie, {e}", [replace(couts, barres=couts.barres[:LIGNES])]
    yield f"De {e - 1} à {e} : ce qui fait évoluer le coût", [m.p(elus.cout(bilan)), pont] if pont else []
    yield "Qui utilise quoi", [_usages(bilan)]
    territoire = bloc_communal.decouper(bilan)
    # the map has no links nor names here: its page has them
    carte = replace(ensemble.carte(bilan, territoire), repere="-")
    muette = replace(carte, communes=[replace(c, adresse="") for c in carte.communes])
    cotes = (muette, ensemble.distribution(bilan, territoire)) if territoire.communes else ()
    yield "Les communes", [m.CoteACote(cotes)] if cotes else []
    yield "Ce qu'en disent les conseils municipaux", _avis(bilan)
    a_faire = [r for r in bilan[schema.ACTIONS] if r["statut"] not in schema.FINIES]
    tableau = schema.tableau(bilan, a_faire, sans=("horizon", "responsable"))
    lignes = [{**r, "action": _bref(r["action"])} for r in tableau.lignes]
    yield "Ce qui est à faire", [replace(tableau, lignes=lignes, limite=PHRASES, reste=SUITE)]
    themes = annexe_cam.par_theme(bilan, annexe_cam.lire(bilan))
    grands = sorted(themes.lignes, key=lambda r: -(r["achats_ht"] or 0))
    yield "La centrale d'achat", [replace(themes, lignes=grands, limite=LIGNES - 1)]
    attendus = [r["limite"] for r in bilan[schema.AVIS] if r["statut"] == "en_attente" and avis.est_soumis(bilan)]
    prochaines = [(max(attendus), "dernier avis attendu d'un conseil municipal")] if attendus else []
    # on one day, the action of the largest cost comes first
    venir = sorted((r for r in a_faire if r["echeance"] and r["echeance"] > date(e, 12, 31)), key=partial(_rang, bilan))
    prochaines = sorted([*prochaines, *((r["echeance"], _action(bilan, r)) for r in venir)], key=itemgetter(0))
    dates = [(formats.jour(jour), mots) for jour, mots in prochaines]
    suite: list[m.Bloc] = [m.SousTitre("Les prochaines dates"), _liste(dates, LIGNES - PHRASES)] if dates else []
    yield "Ce qui vous est demandé", [_liste(elus.points(bilan), PHRASES), *suite]


def _rang(bilan: Bilan, action: Ligne) -> tuple[Decimal, str]:
    """Put the actions of the costliest dispositif first, then order by code."""
    suivi = bilan.synthese[bilan.exercice].get(action["dispositif"], {})
    return -suivi.get("cout_net", ZERO), action["code"]


def _bref(texte: str) -> str:
    """Cut a long action between two words; what someone signed is never cut."""
    return texte if len(texte) <= SIGNES else f"{texte[:SIGNES].rpartition(' ')[0].rstrip(' ,;:.')} …"


def _action(bilan: Bilan, r: Ligne) -> str:
    return f"{schema.service(bilan, r)}{formats.INSECABLE}: {formats.minuscule(_bref(r['action']))}"


def _liste(points: Sequence[tuple[str, str]], limite: int) -> m.Liste:
    points_dits = list(points[:limite])
    un, plusieurs, ou = SUITE
    reste = len(points) - len(points_dits)
    return m.Liste(
        [*points_dits, (f"Et {formats.plusieurs(reste, un, plusieurs)}", ou.removeprefix(" : "))]
        if reste
        else points_dits
    )


def _cles(bilan: Bilan) -> m.Tableau:
    return lire_tableau("diapositives.cles", [vars(c) for c in ouverture.chiffres(bilan)], e=bilan.exercice)


def _usages(bilan: Bilan) -> m.Tableau:
    membres, types = usage.au_31_decembre(bilan, bilan.exercice), usage.types(bilan)
    unites = {r["dispositif"]: r["unites"] for r in bilan["cout_unitaire"] if r["unites"]}
    lignes = [
        {"libelle": r["libelle"], "adherents": usage.en_mots(membres.get(code, Counter())), "unites": unites_dites}
        for r in sorted(bilan.lignes_exercice(), key=lambda r: -r["cout_net"])
        for code in [r["dispositif"]]
        for nom in [usage.nom_de_l_unite(types.get(code, []))]
        for unites_dites in [f"{formats.exact(unites[code])} {nom}" if code in unites else formats.NON_RENSEIGNE]
    ]
    colonnes = [m.Colonne(c, nom) for c, nom in (("adherents", "Adhérents"), ("unites", "Ce qui est utilisé"))]
    titre = f"Adhérents au 31 décembre et unités de service, {bilan.exercice}"
    return m.Tableau(titre, (m.Colonne("libelle", "Service"), *colonnes), lignes, limite=LIGNES, reste=SUITE)


def _avis(bilan: Bilan) -> list[m.Bloc]:
    comptes = Counter(map(schema.sens_de, bilan[schema.AVIS]))
    barres = [(mots[-1], Decimal(comptes[s])) for s, mots in libelles.STATUTS_AVIS.items() if comptes[s]]
    barre = g.Histogramme("h-avis", "Les avis, commune par commune", "Avis des communes", "avis", "Communes", barres)
    nommes = m.Liste([(nom, formats.enumerer(x, NOMMEES)) for nom, x in schema.nommes(bilan)])
    blocs = [nommes if isinstance(b, m.Liste) else b for b in schema.section_avis(bilan).blocs]
    return [*blocs, barre] if barres else []
