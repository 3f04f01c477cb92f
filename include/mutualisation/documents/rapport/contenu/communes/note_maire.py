"""The note of a mayor says on one page what the commune uses, owes, gains, has to budget, what changed; and what its
council is asked where a report is submitted to it, nothing elsewhere (R14b)."""

from dataclasses import replace

from mutualisation.documents.mise_en_forme import cellules
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu.communes import (
    avis,
    bloc_communal,
    budget,
    fiche_commune,
    offre,
    usages_et_titres,
)
from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal
from mutualisation.documents.rapport.contenu.communes.fiche_commune import Repere
from mutualisation.documents.rapport.contenu.communes.usages_et_titres import Usages
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats

# the page says these of each service; the note, read in five minutes, does not
SANS = ("depuis", "titre", "reste")
SERVICES_DITS, NOMMES = 8, 4
SANS_MONTANT = {
    usages_et_titres.RIEN.valeur: ("service gratuit", "services gratuits"),
    usages_et_titres.SANS_PRIX.valeur: ("service au prix non renseigné", "services au prix non renseigné"),
    0: ("service sans montant dû", "services sans montant dû"),
}
# services and prices share the length of the page
POINTS_DITS, PRIX_MIN = 11, 2
PAGE = "voir la page de la commune."


def note(bilan: Bilan, bloc: BlocCommunal, u: Usages, r: Repere) -> m.Document:
    """Make the note from blocks of the page of the commune, and no others."""
    e, services = bloc.exercice, _services(u.services)
    prix = max(PRIX_MIN, POINTS_DITS - sum(len(liste.points) for liste in services))
    attendu, sujet = avis.est_demande(bilan, bloc), f"Note pour le maire : la mutualisation en {e}"
    demande = [m.p(avis.demande(avis.de(bilan, bloc)))] if avis.est_soumis(bilan) else []
    return replace(
        r.modele,
        chemin=f"{bloc_communal.DOSSIER}/{bloc_communal.NOTES}/{bloc.page}",
        titre=bloc.nom,
        sous_titre=f"{sujet}, et l'avis demandé au conseil municipal" if attendu else sujet,
        chiffres=fiche_commune.chiffres(bloc, u, r),
        sections=[
            m.Section("avis", "Ce qui est demandé au conseil municipal" if attendu else avis.titre(bilan), "", demande),
            m.Section("services", "Ce que la commune utilise", "", services),
            m.Section("du", "Ce qu'elle doit, ce qu'elle gagne", "", _du(bloc, u, r)),
            m.Section("budget", lire_phrase("budget.titre"), "", budget.pour_le_maire(bilan, bloc)),
            m.Section("annees", f"Ce qui a changé depuis {e - 1}", "", fiche_commune.depuis_un_an(bilan, bloc)),
            m.Section("offre", "Ce qu'elle n'utilise pas", "", offre.pour_le_maire(bilan, bloc, prix)),
        ],
        identite=fiche_commune.IMPRIMES,
        sorties=("pdf",),
        forme="note",
    )


def _services(services: m.Tableau) -> list[m.Liste]:
    """Tell each service in a point, for a table would be half as long again; those without a figure come together."""
    tableau = replace(services, colonnes=tuple(c for c in services.colonnes if c.cle not in SANS))
    points: list[tuple[str, str]] = []
    muets: dict[tuple[str, str], list[str]] = {noms: [] for noms in SANS_MONTANT.values()}
    for ligne, cases in zip(tableau.lignes, cellules.rangees(tableau), strict=True):
        nom, recours, du, vaut = (c.texte for c in cases)
        sans = SANS_MONTANT.get(ligne["du"].valeur)
        if sans and ligne["cout"] is None and not recours:
            muets[sans].append(nom)
        else:
            du_dit = f"dû : {du}" if ligne["du"].genre == "centimes" else du
            points.append((nom, " ; ".join(filter(None, (recours, du_dit, f"coût : {vaut}"))) + "."))
    suite = [(f"Et {formats.plusieurs(autres, 'autre')}", PAGE)] if (autres := len(points[SERVICES_DITS:])) else []
    suite += [(formats.plusieurs(len(x), *mots), f"{formats.enumerer(x, NOMMES)}.") for mots, x in muets.items() if x]
    points_dits = [*points[:SERVICES_DITS], *suite]
    return [m.Liste(points_dits)] if points_dits else []


def _du(bloc: BlocCommunal, u: Usages, r: Repere) -> list[m.Bloc]:
    phrases = [" ".join(filter(None, (u.du, u.encaisse))), fiche_commune.comparer(bloc, r)]
    return [*map(m.p, filter(None, phrases)), *u.gains]
