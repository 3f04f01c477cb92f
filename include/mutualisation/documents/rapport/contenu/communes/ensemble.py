"""All communes are shown together: to the council, beside those of their size, and in the index of their pages."""

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import ouverture
from mutualisation.documents.rapport.contenu.communes import avis, bloc_communal
from mutualisation.documents.rapport.contenu.communes.bloc_communal import (
    EPCI,
    Adherent,
    Annee,
    BlocCommunal,
    Territoire,
    total,
)
from mutualisation.documents.rapport.contenu.textes import section_glossaire
from mutualisation.documents.rapport.enonces import lire_graphique, lire_phrase, lire_points, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, somme
from mutualisation.socle.chemins import CLASSES_POPULATION
from mutualisation.socle.francais import formats, libelles

# these are the lower bounds of the classes, in inhabitants
BORNES = [int(r["minimum"]) for r in csv.DictReader(CLASSES_POPULATION.read_text(encoding="utf-8").splitlines())]
EFFECTIF_MIN = 3
METHODE = lire_phrase("strates.methode")
# lower bounds of the number of services, as the key figures count them (R10: at least 1, 5 to 9, 10 or more)
CLASSES = ((0, "aucune adhésion"), (1, "1 à 4 adhésions"), (5, "5 à 9 adhésions"), (10, "10 adhésions et plus"))
PREFIXE = f"{bloc_communal.DOSSIER}/"
PAGES = f"{bloc_communal.ANNUAIRE}.html"
MESURES = ("du", "titre", "cout", "reste")
POPULATION, INSEE, NOM, COMMUNE = "population", "code INSEE", "nom", "commune"
# words of the pages of communes: the glossary of the index explains them too
MOTS_DES_PAGES = ("AC", "CEE", "Coût complet", "Coût de l'adhésion", "Coût de l'usage", "EPCI", "Satellite", "CCAS")
SUITES = dict(lire_points("manques.suites"))


@dataclass(frozen=True)
class Strate:
    """A class is of communes of [minimum, maximum] inhabitants (None: no upper bound), population known."""

    minimum: int
    maximum: int | None
    communes: tuple[BlocCommunal, ...]

    @property
    def libelle(self) -> str:
        """Name the class, as `2 000 à 4 999 habitants`."""
        if self.maximum is None:
            return f"{formats.nombre(self.minimum)} habitants et plus" if self.minimum else "toutes tailles"
        if not self.minimum:
            return f"moins de {formats.nombre(self.maximum + 1)} habitants"
        return f"{formats.nombre(self.minimum)} à {formats.nombre(self.maximum)} habitants"

    def mediane(self, mesure: Callable[[Annee], Decimal]) -> Decimal | None:
        """Return the median of an amount per inhabitant; None under three communes."""
        if len(self.communes) < EFFECTIF_MIN:
            return None
        valeurs = [c.annee.par_habitant(mesure(c.annee)) for c in self.communes]
        return median(v for v in valeurs if v is not None)


def strates(communes: Sequence[BlocCommunal]) -> list[Strate]:
    """Class the communes whose population is known, smallest first; a class of none is left out. A class of fewer than
    three communes joins the one below it."""
    connues = [c for c in communes if c.annee.population]
    retenues: list[Strate] = []
    for minimum, suivante in zip(BORNES, [*BORNES[1:], None], strict=True):
        maximum = suivante and suivante - 1
        de_la_strate = tuple(c for c in connues if minimum <= (c.annee.population or 0) < (suivante or math.inf))
        precedente = retenues[-1] if retenues else None
        # this class, or the one below it, has too few communes to stand alone
        if precedente and (len(de_la_strate) < EFFECTIF_MIN or len(precedente.communes) < EFFECTIF_MIN):
            retenues[-1] = Strate(precedente.minimum, maximum, precedente.communes + de_la_strate)
        else:
            retenues.append(Strate(minimum, maximum, de_la_strate))
    return [s for s in retenues if s.communes]


def section_communes(bilan: Bilan) -> m.Section:
    """Show the map, the distribution and the cost by size to the council; empty without communes."""
    territoire = bloc_communal.decouper(bilan)
    blocs: list[m.Bloc] = []
    if territoire.communes:
        renvoi = m.p(
            "Chaque commune a sa page : ", m.Lien(PAGES, "trouver une commune, et qui a adhéré à quoi"), ".", ecran=True
        )
        parts = m.CoteACote((distribution(bilan, territoire), par_taille(bilan, territoire)))
        # on paper, the text that follows the charts goes on under them
        blocs = [renvoi, carte(bilan, territoire), parts]
    return m.Section("communes", "Les communes et leurs adhésions", "Communes", blocs)


def classe(services: int) -> int:
    """Return the rank of the class of a number of services."""
    return max(i for i, (minimum, _) in enumerate(CLASSES) if services >= minimum)


def carte(bilan: Bilan, territoire: Territoire, adresse: str = PREFIXE) -> g.Carte:
    """Map the communes by number of services; each leads to its page."""
    services = [(b, len(b.annee.services)) for b in territoire.communes]
    communes = [g.Commune(b.cle, b.nom, n, classe(n), f"{adresse}{b.page}.html") for b, n in services]
    champs = lire_graphique("services", e=bilan.exercice)
    return g.Carte(**champs, communes=communes, classes=[nom for _, nom in CLASSES])


def distribution(bilan: Bilan, territoire: Territoire) -> g.Histogramme:
    """Count the communes by number of services joined: one bar a number, none skipped."""
    comptes = [len(b.annee.services) for b in territoire.communes]
    barres = [(formats.nombre(n), Decimal(comptes.count(n))) for n in range(min(comptes), max(comptes) + 1)]
    return g.Histogramme(**lire_graphique("distribution", e=bilan.exercice), barres=barres)


def par_taille(bilan: Bilan, territoire: Territoire) -> g.Histogramme:
    """Show the median cost per inhabitant in each class of population."""
    classes = strates(territoire.communes)
    barres = [(s.libelle, s.mediane(lambda a: a.cout)) for s in classes]
    effectifs = " ; ".join(f"{s.libelle} : {formats.plusieurs(len(s.communes), 'commune')}" for s in classes)
    nom = territoire.nom_du_cout
    champs = lire_graphique("par_taille", e=bilan.exercice, cout=nom, du_cout=formats.minuscule(nom))
    return g.Histogramme(**champs, barres=barres, note=f"{effectifs}.")


def adhesions(bilan: Bilan, territoire: Territoire) -> m.Tableau:
    """List the communes that are members of each service on 31 December."""
    joints = [(b.nom, set(b.annee.services)) for b in territoire.communes]
    lignes = []
    for dispositif in bilan.trier({d for _, services in joints for d in services}):
        noms = [nom for nom, services in joints if dispositif in services]
        lignes.append({"nom": bilan.libelle(dispositif), "nombre": len(noms), "communes": " · ".join(noms)})
    return lire_tableau("annuaire.adhesions", lignes, e=bilan.exercice)


def page_annuaire(bilan: Bilan, territoire: Territoire, *, sortie: str) -> m.Document:
    """Make the index: on the page, names by letter and figures folded; in print, one table."""
    sur_carte = [carte(bilan, territoire, "")] if territoire.communes else []
    joints = adhesions(bilan, territoire)
    sections = [
        *([_trouver(territoire)] if sortie == "html" else []),
        _chiffrees(territoire, plie=sortie == "html"),
        m.Section("carte", "Sur la carte", "Carte", sur_carte),
        m.Section("adhesions", "Qui a adhéré à quoi", "Adhésions", [joints] if joints.lignes else []),
        m.Section("avis", "Ce qu'en disent les conseils municipaux", "Avis", [avis.tableau(bilan)]),
        _sommes(bilan, territoire),
    ]
    return ouverture.document(
        bilan,
        bloc_communal.ANNUAIRE,
        f"Les communes, {bilan.exercice}",
        sous_titre="À quoi chaque commune adhère, ce qu'elle doit, ce que cela coûte : une page par commune",
        resume=_resume(territoire, sortie),
        chiffres=_chiffres(territoire),
        sections=[*sections, section_glossaire(sections, *MOTS_DES_PAGES)],
        liens=[m.Lien(f"../bilan_etape_{bilan.exercice}.html", f"Bilan d'étape {bilan.exercice}")],
        sorties=(sortie,),
        forme="dossier",
    )


def _resume(territoire: Territoire, sortie: str) -> str:
    """Say how many pages there are, and how to find one where links work."""
    compte = formats.plusieurs(len(territoire.communes), "commune")
    texte = f"{compte}, de A à Z" + (" : choisissez l'initiale de la vôtre, puis son nom." if sortie == "html" else ".")
    autres = len(territoire.sans_commune)
    if not autres:
        return texte
    enonces = formats.plusieurs(autres, "adhérent sans commune a sa page", "adhérents sans commune ont leur page")
    return f"{texte} {enonces} à la suite."


def _chiffres(territoire: Territoire) -> list[m.Chiffre]:
    annees = territoire.annees
    return [
        m.Chiffre("Communes", formats.nombre(len(territoire.communes))),
        m.Chiffre("Dû", formats.euros(total(annees, "du"))),
        m.Chiffre(territoire.nom_du_cout, formats.euros(total(annees, "cout"))),
        m.Chiffre("Part de l'EPCI", formats.euros(total(annees, "reste"))),
    ]


# ---------------------------------------------------------------- by letter
def _trouver(territoire: Territoire) -> m.Section:
    """List the names that lead to pages, under their initial; a field searches them too."""
    lettres: dict[str, list[BlocCommunal]] = {}
    for bloc in territoire.communes:
        for initiale in bloc_communal.initiales(bloc.nom):
            lettres.setdefault(initiale, []).append(bloc)
    blocs: list[m.Bloc] = [m.Recherche("Une partie du nom, ou le code INSEE")]
    for lettre, blocs_de_la_lettre in sorted(lettres.items()):
        blocs += [m.SousTitre(lettre), _paragraphe_des_noms(blocs_de_la_lettre)]
    if territoire.sans_commune:
        blocs += [m.SousTitre("Adhérents sans commune"), _paragraphe_des_noms(territoire.sans_commune)]
    return m.Section("trouver", "Trouver une commune", "Communes", blocs)


def _paragraphe_des_noms(blocs: Sequence[BlocCommunal]) -> m.Paragraphe:
    liens = [x for bloc in blocs for x in (" · ", m.Lien(f"{bloc.page}.html", bloc.nom))]
    return m.p(*liens[1:])


def _chiffrees(territoire: Territoire, *, plie: bool) -> m.Section:
    """Show the figures of each page, in a table of communes and one of other adherents."""
    cout = territoire.nom_du_cout
    tableaux: list[m.Bloc] = [_liste("Communes, dans l'ordre alphabétique", territoire.communes, cout)]
    if territoire.sans_commune:
        tableaux.append(_liste("Adhérents sans commune", territoire.sans_commune, cout))
    compte = formats.plusieurs(len(territoire.communes), "commune")
    blocs = [m.Repli(f"Voir les chiffres : {compte}", tableaux)] if plie else tableaux
    return m.Section("chiffres", "Les chiffres de chacune", "Chiffres", blocs)


def _liste(titre: str, blocs: Sequence[BlocCommunal], cout: str) -> m.Tableau:
    return lire_tableau("annuaire.chiffres", [_ligne_de_commune(b) for b in blocs], titre=titre, cout=cout)


def _ligne_de_commune(bloc: BlocCommunal) -> dict[str, Any]:
    annee = bloc.annee
    return {
        "nom": m.Lien(f"{bloc.page}.html", bloc.nom),
        "habitants": annee.population,
        "adhesions": len(annee.services),
        "du": annee.du,
        "cout": annee.cout if annee.suivi else None,
        "reste": annee.reste if annee.suivi else None,
        "habitant": annee.par_habitant(annee.cout) if annee.suivi else None,
    }


# ---------------------------------------------------------------- whole
def _sommes(bilan: Bilan, territoire: Territoire) -> m.Section:
    """Add up pages, EPCI and cost of no adherent: the total is what the bilan publishes."""
    parts = (
        ("Communes", [b.annee for b in territoire.communes]),
        ("CCAS et satellites, sur la page de leur commune", [b.autres for b in territoire.blocs]),
        ("Adhérents sans commune", [b.annee for b in territoire.sans_commune]),
        ("Intercommunalité elle-même, sans page", [territoire.epci]),
        ("Coût sans adhérent à qui le rattacher", [territoire.personne]),
    )
    lignes = [
        {"nom": nom, "adherents": sum(len(a.adherents) for a in annees)} | {c: total(annees, c) for c in MESURES}
        for nom, annees in parts
    ]
    lignes = [x for x in lignes if any(x[c] for c in ("adherents", *MESURES))]
    publie = {
        "nom": "Publié dans le bilan",
        "adherents": len({a.siret for annee in (*territoire.annees, territoire.epci) for a in annee.adherents}),
        "du": somme(bilan["recouvrement"], "montant_du"),
        "titre": somme(bilan["recouvrement"], "montant_titre"),
        "cout": somme(bilan["cout_adherent"], "cout_usage"),
        "reste": somme(bilan["cout_adherent"], "reste_a_charge"),
    }
    tableau = lire_tableau("annuaire.sommes", lignes, total=publie, e=bilan.exercice, cout=territoire.nom_du_cout)
    absents = lire_tableau("manques.manques", manques(territoire))
    versions = m.p(lire_phrase("annuaire.versions"), note=True)
    return m.Section("sommes", "Ce que les pages totalisent", "Totaux", [tableau, absents, versions])


def manques(territoire: Territoire) -> list[dict[str, Any]]:
    """Return {nom, type, manque, suite} of each thing missing on the pages, in the order of pages."""
    return [
        {
            "nom": formats.siret(a.siret) if a.nom == a.siret else a.nom,
            "type": libelles.libelle(libelles.TYPE_ADHERENT, a.type_adherent) or formats.NON_RENSEIGNE,
            "manque": manque,
            "suite": SUITES[manque],
        }
        for bloc in territoire.blocs
        for a in (*bloc.annee.adherents, *bloc.autres.adherents)
        if a.type_adherent != EPCI
        for manque in _manques_de(bloc, a)
    ]


def _manques_de(bloc: BlocCommunal, adherent: Adherent) -> list[str]:
    manquants = []
    if adherent.nom == adherent.siret:
        manquants.append(NOM)
    if not bloc.est_commune:
        manquants.append(COMMUNE if adherent.code_insee else INSEE)
    elif adherent.type_adherent == "commune" and not adherent.population:
        manquants.append(POPULATION)
    return manquants
