"""The note of a mayor, one page: what is asked of the council, what the commune uses, owes and gains, what changed."""

from dataclasses import replace

from mutualisation.documents.mise_en_forme import cellules
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import encaissement
from mutualisation.documents.rapport.contenu.communes import avis, bloc_communal, fiche_commune, usages_et_titres
from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal
from mutualisation.documents.rapport.contenu.communes.fiche_commune import Repere
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats

# what the page says of each service, and that a page read in five minutes leaves to it
SANS = ("depuis", "titre", "reste")
SERVICES_DITS = 12


def note(bilan: Bilan, bloc: BlocCommunal, r: Repere) -> m.Document:
    """The blocks of its page, and no others."""
    e = bloc.exercice
    return replace(
        r.modele,
        chemin=f"{bloc_communal.DOSSIER}/{bloc_communal.NOTES}/{bloc.page}",
        titre=bloc.nom,
        sous_titre=f"Note pour le maire : la mutualisation en {e}, et l'avis demandé au conseil municipal",
        chiffres=fiche_commune.chiffres(bloc, r),
        sections=[
            m.Section("avis", "Ce qui est demandé au conseil municipal", "", [m.p(avis.demande(avis.de(bilan, bloc)))]),
            m.Section("services", "Ce que la commune utilise", "", _services(bilan, bloc)),
            m.Section("du", "Ce qu'elle doit, ce qui est encaissé, ce qu'elle gagne", "", _du(bloc, r)),
            m.Section("annees", f"Ce qui a changé depuis {e - 1}", "", fiche_commune.depuis_un_an(bilan, bloc)),
        ],
        identite=fiche_commune.IMPRIMES,
        sorties=("pdf",),
        forme="note",
    )


def _services(bilan: Bilan, bloc: BlocCommunal) -> list[m.Bloc]:
    """A point a service, as its page tells it: a table takes half as long again as the rest of the note."""
    tableau = usages_et_titres.services(bilan, bloc.annee, "", SANS)
    rangees = cellules.rangees(tableau)
    points = [
        (nom, " ; ".join(filter(None, (recours, f"dû : {du}", f"coût : {vaut}"))) + ".")
        for nom, recours, du, vaut in ([c.texte for c in rangee] for rangee in rangees[:SERVICES_DITS])
    ]
    if autres := len(rangees) - len(points):
        points.append((f"Et {formats.plusieurs(autres, 'autre')}", "voir la page de la commune."))
    return [m.Liste(points)] if points else []


def _du(bloc: BlocCommunal, r: Repere) -> list[m.Bloc]:
    annee = bloc.annee
    du, par_titre, titre = (formats.euros(x, 2) for x in (annee.du, annee.a_titrer, annee.titre))
    points = [
        (f"Dû pour {annee.exercice}", f"{du}, dont {par_titre} par titre ; titré : {titre}."),
        ("Titré et encaissé", encaissement.phrase(annee.exercice, annee[encaissement.RELATION], r.au, 2)),
    ]
    return [m.Liste(points), *usages_et_titres.phrases_des_gains(annee)]
