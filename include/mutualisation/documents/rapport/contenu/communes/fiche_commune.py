"""The page of a commune answers its manager: what do we owe, what do we get, is it fair?"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mutualisation.documents.mise_en_forme import cellules
from mutualisation.documents.mise_en_forme import graphiques as g
from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import conventions, encaissement, imputations, ouverture
from mutualisation.documents.rapport.contenu.communes import (
    avis,
    bloc_communal,
    budget,
    ensemble,
    offre,
    usages_et_titres,
)
from mutualisation.documents.rapport.contenu.communes.bloc_communal import Annee, BlocCommunal, Territoire, total
from mutualisation.documents.rapport.contenu.communes.ensemble import EFFECTIF_MIN, METHODE, Strate, strates
from mutualisation.documents.rapport.contenu.communes.usages_et_titres import Usages
from mutualisation.documents.rapport.enonces import lire_tableau
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.formats import ZERO

# (label, measure) per inhabitant; `COUT` takes the name of the cost of the page
COUT = "cout"
# the EPCI bears a negative share here: shown alone, a minus sign would be misread
AU_DELA = "Dû au-delà du coût"
Mesure = tuple[str, Callable[[Annee], Decimal]]
DU: Mesure = ("Dû", lambda a: a.du)
PAR_HABITANT: tuple[Mesure, ...] = (
    (COUT, lambda a: a.cout),
    DU,
    ("Part de l'EPCI", lambda a: a.reste),
)
MESURES: tuple[m.Mesure, ...] = (
    ("Adhésions au 31 décembre", "entier", lambda a: len(a.services)),
    ("Dû", "euros", usages_et_titres.du_connu),
    ("Titré", "euros", lambda a: a.titre),
    (COUT, "euros", lambda a: a.cout if a.suivi else None),
    ("Part de l'EPCI", "euros", lambda a: max(a.reste, ZERO) if a.suivi else None),
    (AU_DELA, "euros", lambda a: max(-a.reste, ZERO) if a.suivi else None),
)
# where there are many adhesions, this many are named
NOMMEES = 4
# a printed page explains these words, in place of its origin, which the screen shows; the index has the others
IMPRIMES = [(mot, (libelles.GLOSSAIRE[mot],)) for mot in ("Dû", "Titré")]


@dataclass(frozen=True)
class Repere:
    """Every page is read beside this, made once for all pages. `medianes` is {class: {label: € per inhabitant}};
    `modele` is what each page says alike, `avis` what the bilan warns of, `au` the day of what is collected, `comment`
    how to join each service."""

    strates: Mapping[str, Strate]
    medianes: Mapping[str, Mapping[str, Decimal | None]]
    part: Decimal | None
    carte: g.Carte
    modele: m.Document
    avis: Sequence[str]
    au: date | None
    comment: Mapping[str, str]


def repere(bilan: Bilan, territoire: Territoire) -> Repere:
    """Make the classes, the medians, the share of the EPCI and the map of the whole."""
    classes, carte = strates(territoire.communes), ensemble.carte(bilan, territoire, "")
    annees = [b.annee for b in territoire.communes]
    # the bilan tells how many files it is made of; the extract, in which version a page last changed
    origine = [(sujet, () if sujet == "Version" else x) for sujet, x in ouverture.identite(bilan) if sujet != "Sources"]
    return Repere(
        {b.cle: s for s in classes for b in s.communes},
        {s.libelle: {nom: s.mediane(mesure) for nom, mesure in PAR_HABITANT} for s in classes},
        usages_et_titres.part(total(annees, "reste"), total(annees, "cout")),
        replace(carte, communes=[replace(c, adresse="") for c in carte.communes]),
        ouverture.document(bilan, bloc_communal.DOSSIER, "", forme="fiche", version=m.DE_SON_CONTENU, identite=origine),
        # the states at the top of the page say the rest
        [f"{sujet}{m.lien(x)} {x}" for sujet, morceaux in ouverture.avis_imprimes(bilan) if (x := m.mots(*morceaux))],
        encaissement.arrete(bilan),
        offre.modalites(bilan),
    )


def page_commune(bilan: Bilan, bloc: BlocCommunal, u: Usages, r: Repere, *, sortie: str) -> m.Document:
    """Make the page (`html`, with every adherent, invoice and purchase) or its print on one sheet (`pdf`)."""
    detail, origine = sortie == "html", r.modele.identite
    return replace(
        r.modele,
        chemin=f"{bloc_communal.DOSSIER}/{bloc.page}",
        titre=bloc.nom,
        sous_titre=_sous_titre(bloc),
        resume=_resume(bloc, r),
        chiffres=chiffres(bloc, u, r),
        sections=_sections(bilan, bloc, u, r, detail=detail),
        identite=origine if detail else IMPRIMES,
        liens=[
            m.Lien("index.html", "Toutes les communes"),
            m.Lien("index.html#glossaire", "Glossaire"),
            m.Lien(f"../bilan_etape_{bloc.exercice}.html", f"Bilan d'étape {bloc.exercice}"),
            m.Lien(f"{bloc.page}.pdf", "Cette page à imprimer"),
            *(_pour_le_conseil(bilan, bloc) if bloc.est_commune and bilan.contexte.dernier else ()),
        ],
        sorties=(sortie,),
    )


def _pour_le_conseil(bilan: Bilan, bloc: BlocCommunal) -> list[m.Lien]:
    projet = f"{bloc_communal.DELIBERATIONS}/{bloc.page}"
    projets = [
        m.Lien(f"{projet}.docx", "Projet de délibération, à modifier"),
        m.Lien(f"{projet}.pdf", "Projet de délibération, à imprimer"),
    ]
    note = m.Lien(f"{bloc_communal.NOTES}/{bloc.page}.pdf", "Note pour le maire")
    return [note, *(projets if avis.est_demande(bilan, bloc) else [])]


def _sous_titre(bloc: BlocCommunal) -> str:
    population = bloc.annee.population
    sujet = f"ce que la mutualisation a coûté et rapporté en {bloc.exercice}"
    if not bloc.est_commune:
        return f"Adhérent sans commune : {sujet}"
    return f"{formats.nombre(population)} habitants : {sujet}" if population else formats.majuscule(sujet)


# ---------------------------------------------------------------- first screen
def chiffres(bloc: BlocCommunal, u: Usages, r: Repere) -> list[m.Chiffre]:
    """Show what is due, what it costs, how many services, what was gained."""
    annee = bloc.annee
    du, note = usages_et_titres.du_connu(annee), f"titré : {formats.euros(annee.titre)}{usages_et_titres.hors(annee)}"
    cles = [
        m.Chiffre("Dû à l'intercommunalité", formats.euros(du), note),
        *_couts(annee, r),
        m.Chiffre("Adhésions", formats.nombre(len(annee.services)), f"au 31 décembre {annee.exercice}"),
    ]
    par_habitant = annee.par_habitant(annee.cout) if annee.suivi else None
    if par_habitant is not None and bloc.est_commune:
        cles.append(m.Chiffre(f"{annee.nom_du_cout} par habitant", formats.euros(par_habitant, 2), _mediane(bloc, r)))
    if u.gain is not None:
        cles.append(m.Chiffre("Gain sur les achats groupés", formats.euros(u.gain), "sur prix de référence, HT"))
    return cles


def _couts(annee: Annee, r: Repere) -> list[m.Chiffre]:
    """Show the cost, then what the EPCI bears of it, or what is due above it: a minus sign would be misread."""
    if not annee.suivi:
        return [m.Chiffre(annee.nom_du_cout, "non suivi")]
    # a service that the commune did not use has a followed cost too, of 0
    suivis = len({x["dispositif"] for x in annee["cout_adherent"]})
    note = f"{formats.plusieurs(suivis, 'service')} au coût suivi"
    chiffre = m.Chiffre(annee.nom_du_cout, formats.euros(annee.cout), note)
    if annee.reste < 0:
        return [chiffre, m.Chiffre(AU_DELA, formats.euros(-annee.reste))]
    part = usages_et_titres.part(annee.reste, annee.cout)
    commune = _dire_part_commune(r, ", {} pour l'ensemble")
    note = "" if part is None else f"{formats.pourcent(part)} du coût{commune}"
    return [chiffre, m.Chiffre("Part de l'EPCI", formats.euros(annee.reste), note)]


def _mediane(bloc: BlocCommunal, r: Repere) -> str:
    strate = r.strates.get(bloc.cle)
    mediane = r.medianes[strate.libelle][COUT] if strate else None
    return "" if mediane is None else f"médiane de sa taille : {formats.euros(mediane, 2)}"


def _resume(bloc: BlocCommunal, r: Repere) -> str:
    """Say in three sentences what is due, what is got, whether it is fair."""
    texte = f"En {bloc.exercice}, {bloc.nom} {adhere(bloc.annee)}."
    return " ".join(filter(None, (texte, _dire_le_cout(bloc.annee, r), comparer(bloc, r))))


def _dire_le_cout(annee: Annee, r: Repere) -> str:
    if not annee.suivi:
        return "Le coût de ces services n'est pas suivi."
    if annee.cout <= 0:
        # subsidies exceed the expenses, or nothing is followed
        return f"{cout(annee)}." if annee.cout else ""
    if annee.reste < 0:
        return f"{cout(annee)} ; le dû dépasse ce coût de {formats.euros(-annee.reste)}."
    part = formats.pourcent(usages_et_titres.part(annee.reste, annee.cout))
    commune = _dire_part_commune(r, " ({} pour l'ensemble des communes)")
    return f"{cout(annee)} ; l'intercommunalité en porte {formats.euros(annee.reste)}, soit {part}{commune}."


def adhere(annee: Annee) -> str:
    """Say `adhère à 7 services mutualisés et doit 9 866 €`, on 31 December and over the year."""
    services = len(annee.services)
    adhere = f"adhère à {formats.plusieurs(services, 'service mutualisé', 'services mutualisés')}"
    if not services:
        adhere = "n'adhère à aucun service mutualisé au 31 décembre"
    doit = f"doit {formats.euros(annee.du)}" if annee.du > 0 else f"a un avoir de {formats.euros(-annee.du)}"
    return f"{adhere} et {doit if annee.du else 'ne doit rien'}{usages_et_titres.hors(annee)}"


def cout(annee: Annee) -> str:
    """Say the cost under its name, with the part of it that no use explains."""
    enonce = f"Le {formats.minuscule(annee.nom_du_cout)} est de {formats.euros(annee.cout)}"
    adhesion = annee.cout_adhesion
    return f"{enonce}, dont {formats.euros(adhesion)} d'adhésion" if adhesion not in (0, annee.cout) else enonce


def _dire_part_commune(r: Repere, enonce: str) -> str:
    """Say the same share for all pages, where there is one to compare with."""
    return enonce.format(formats.pourcent(r.part)) if r.part is not None and r.part >= 0 else ""


def comparer(bloc: BlocCommunal, r: Repere) -> str:
    """Say what the commune owes and costs per inhabitant, then the medians of its size; empty without one."""
    annee, strate = bloc.annee, r.strates.get(bloc.cle) if bloc.est_commune else None
    suivi = PAR_HABITANT[:1] if annee.suivi and annee.cout else ()
    paires = (
        [(annee.par_habitant(f(annee)), r.medianes[strate.libelle][nom]) for nom, f in (DU, *suivi)] if strate else []
    )
    if strate is None or any(None in paire for paire in paires):
        return ""
    montants, medianes = ([formats.euros(x, 2) for x in cote] for cote in zip(*paires, strict=True))
    taille = f"es {len(strate.communes)} communes de sa taille ({strate.libelle})"
    if not annee.du and len(montants) == 1:
        return f"L{taille} doivent, en médiane, {medianes[0]} par habitant."
    doit = f"elle doit {montants[0]}" if annee.du else "elle ne doit rien"
    couts = [f"le {formats.minuscule(annee.nom_du_cout)} est de {x}" for x in montants[1:]]
    mot = "Médianes" if couts else "Médiane"
    return f"Par habitant, {formats.et([doit, *couts])}. {mot} d{taille} : {formats.et(medianes)}."


# ---------------------------------------------------------------- sections
def _sections(bilan: Bilan, bloc: BlocCommunal, u: Usages, r: Repere, *, detail: bool) -> list[m.Section]:
    rendu = avis.de(bilan, bloc)
    titres = m.CoteACote((u.factures, u.titres)) if u.factures.lignes else u.titres
    dus: list[m.Bloc] = [titres if u.encaisse else m.p(u.du)]
    if impute := imputations.de_la_commune(bilan, bloc.cle):
        dus.append(m.p(impute, note=True))
    # a printed sheet has no room for them; the bilan lists them
    fins = conventions.de_l_adherent(bloc.annee[conventions.RELATION], bloc.exercice) if detail else ""
    services = replace(u.services, note=" ".join(filter(None, (u.services.note, fins))))
    themes = [m.Repli("Voir le détail", u.themes)] if detail and u.gains else []
    # those who share its INSEE code are in no figure above
    autres = [u.autres, *(u.chacun if detail else ())]
    return [
        m.Section(
            "avis", avis.titre(bilan), "Avis", [m.p(avis.phrase(rendu))] if rendu and avis.est_dit(bilan, rendu) else []
        ),
        m.Section("services", "Adhésions, usage, et ce que cela coûte", "Services", [services]),
        _juste_part(bilan, bloc, r),
        m.Section("titres", "Ce qui est dû, facturé et titré", "Titres", dus),
        budget.section(bilan, bloc),
        m.Section("gains", "Achats groupés et certificats d'énergie", "Gains", [*u.gains, *themes]),
        offre.section(bilan, bloc, r.comment, detail=detail),
        m.Section("adherents", "Autres adhérents établis dans la commune", "Autres adhérents", autres),
        _remarques(bloc, r, detail=detail),
    ]


def _juste_part(bilan: Bilan, bloc: BlocCommunal, r: Repere) -> m.Section:
    comparaison = _comparaison(bloc, r) if bloc.est_commune else None
    tableaux = [*filter(None, (_d_une_annee_a_l_autre(bloc, bloc.annees), comparaison))]
    change = changements(bilan, bloc)
    blocs: list[m.Bloc] = [m.p(change)] if change else []
    blocs += [m.CoteACote((m.Pile(tableaux), _carte(bloc, r)))] if bloc.est_commune else tableaux
    return m.Section("equite", "D'une année à l'autre, et par habitant", "Comparer", blocs)


def _d_une_annee_a_l_autre(bloc: BlocCommunal, exercices: Collection[int]) -> m.Tableau:
    """Show adhesions and amounts of these years; a dash where it was no adherent yet."""
    annees = {e: a if a.adherents else None for e, a in sorted(bloc.annees.items()) if e in exercices}
    mesures = MESURES if any(a.reste < 0 for a in annees.values() if a) else MESURES[:-1]
    return m.par_annee("D'une année à l'autre", annees, _mesures_nommees(bloc, mesures))


def depuis_un_an(bilan: Bilan, bloc: BlocCommunal) -> list[m.Bloc]:
    """Say the services joined and left, then each figure that moved; empty without the year before."""
    change, e = changements(bilan, bloc), bloc.exercice
    avant = bloc.annees.get(e - 1)
    if avant is None or not avant.adherents:
        return [m.p(change)] if change else []
    # the first row counts the adhesions, which `change` names and counts
    _, *rangees = cellules.rangees(_d_une_annee_a_l_autre(bloc, (e - 1, e)))
    textes_par_rangee = [[c.texte.replace(m.AUCUN, usages_et_titres.NON_SUIVI) for c in rangee] for rangee in rangees]
    bouge = [(nom, f"{x} en {e - 1}, {y} en {e}.") for nom, x, y in textes_par_rangee if x != y]
    return [m.p(change), m.Liste(bouge)] if bouge else [m.p(f"{change} Aucun chiffre n'a changé, à l'euro près.")]


def changements(bilan: Bilan, bloc: BlocCommunal) -> str:
    """Say the services joined and left in a year, or since when it is an adherent; empty where neither is known."""
    avant, annee = bloc.annees.get(bloc.exercice - 1), bloc.annee
    phrases = []
    if avant is not None and avant.adherents:
        sens = (("nouvelle", annee, avant), ("terminée", avant, annee))
        adhesions = [_adhesions(bilan, mot, set(x.services) - set(y.services)) for mot, x, y in sens]
        phrases = [
            f"Depuis le 31 décembre {avant.exercice}, {' ; '.join(filter(None, adhesions)) or 'les mêmes adhésions'}."
        ]
    return " ".join(filter(None, (*phrases, _arrivee(bilan, bloc))))


def _arrivee(bilan: Bilan, bloc: BlocCommunal) -> str:
    """Say that a year named the adherents, without this one, and its first adhesion if that came later."""
    absente = max((e for e, a in bloc.annees.items() if not a.adherents and bilan.lignes("adherent", e)), default=None)
    if absente is None:
        return ""
    debut = min((r["debut"] for a in bloc.annees.values() for r in a["adhesion"]), default=None)
    depuis = f" ; première adhésion le {formats.jour(debut)}" if debut and debut.year > absente else ""
    return f"{bloc.nom} ne figurait pas parmi les adhérents en {absente}{depuis}."


def _adhesions(bilan: Bilan, mot: str, codes: set[str]) -> str:
    """Say `2 adhésions nouvelles : A, B`; empty without any."""
    compte = formats.plusieurs(len(codes), f"adhésion {mot}", f"adhésions {mot}s")
    return f"{compte} : {formats.enumerer(map(bilan.libelle, bilan.trier(codes)), NOMMEES)}" if codes else ""


def _mesures_nommees(bloc: BlocCommunal, mesures: Sequence[m.Mesure]) -> list[m.Mesure]:
    """Give the cost the name that it has on this page."""
    return [(bloc.annee.nom_du_cout if nom == COUT else nom, *suite) for nom, *suite in mesures]  # type: ignore[misc]


def _comparaison(bloc: BlocCommunal, r: Repere) -> m.Tableau | None:
    strate, annee = r.strates.get(bloc.cle), bloc.annee
    # beside a median, a cost that nobody follows would be read as zero
    if strate is None or not annee.suivi:
        return None
    lignes = [
        {
            "libelle": annee.nom_du_cout if nom == COUT else nom,
            "commune": annee.par_habitant(mesure(annee)),
            "mediane": r.medianes[strate.libelle][nom],
        }
        for nom, mesure in PAR_HABITANT
    ]
    effectif = len(strate.communes)
    note = f"Médiane des {effectif} communes de {strate.libelle}." if effectif >= EFFECTIF_MIN else (
        "Trop peu de communes de cette taille pour une médiane.")  # fmt: skip
    return lire_tableau("fiche_commune.comparaison", lignes, note=note, e=annee.exercice)


def _carte(bloc: BlocCommunal, r: Repere) -> g.Carte:
    c = r.carte
    titre = f"{bloc.nom} parmi les communes, par nombre d'adhésions"
    return g.Carte(c.ancre, titre, titre, c.communes, c.classes, c.unite, bloc.cle)


def _remarques(bloc: BlocCommunal, r: Repere, *, detail: bool) -> m.Section:
    """Say what is not known here, what the whole bilan warns of, and how the comparison is made."""
    points = []
    if bloc.est_commune and not bloc.annee.population:
        points.append(("Population", f"Non renseignée pour {bloc.exercice} : aucun montant par habitant n'est dit."))
    if not bloc.est_commune:
        points.append(("Commune", "Aucune commune du périmètre n'a le code INSEE de cet adhérent, ou il n'en a pas."))
    sans_nom = [a.siret for a in (*bloc.annee.adherents, *bloc.autres.adherents) if a.nom == a.siret]
    if sans_nom:
        enonces = ", ".join(map(formats.siret, sans_nom))
        points.append(("Nom", f"Le référentiel ne nomme pas, en {bloc.exercice}, le SIRET {enonces}."))
    blocs: list[m.Bloc] = [m.Liste(points)] if points else []
    blocs += [m.p(texte, note=True) for texte in r.avis] if detail else []
    if detail and bloc.est_commune and bloc.annee.population:
        blocs.append(m.p(METHODE, note=True))
    return m.Section("remarques", "Méthode et qualité des données", "Méthode", blocs)
