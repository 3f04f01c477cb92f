"""The report asks an opinion of each commune: here are the drafts of its deliberation and of the letter sent to it."""

from collections.abc import Iterator
from dataclasses import replace

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.docx import COURRIERS
from mutualisation.documents.rapport.contenu import actes, encaissement
from mutualisation.documents.rapport.contenu.communes import (
    avis,
    bloc_communal,
    budget,
    fiche_commune,
    usages_et_titres,
)
from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal
from mutualisation.documents.rapport.enonces import BLANC, lire_phrase, lire_points
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.noms_propres import article, de

SEANCE = f"Conseillers en exercice : {BLANC} ; présents : {BLANC} ; votants"


def documents(bilan: Bilan) -> Iterator[m.Document]:
    """Draft the act of each commune whose opinion is awaited, then their letters in one file. None awaited gives none;
    so does an exercice that a later version follows: a council is asked once, on a report (R14b)."""
    communes = [bloc for bloc in bloc_communal.decouper(bilan).communes if avis.est_demande(bilan, bloc)]
    if communes:
        rapport = avis.nom(avis.schema_soumis(bilan))
        modele = replace(actes.acte(bilan, "deliberation", "", [], rapport=rapport), version=m.DE_SON_CONTENU)
        yield from (deliberation(bilan, bloc, modele) for bloc in communes)
        yield _courriers(bilan, communes)


# ---------------------------------------------------------------- deliberation
def deliberation(bilan: Bilan, bloc: BlocCommunal, modele: m.Document) -> m.Document:
    """Draft the deliberation of a council; `modele` holds what all drafts say alike."""
    epci, annees, jours = article(bilan.contexte.epci), avis.schema_soumis(bilan), avis.jours(avis.de(bilan, bloc))
    articles = lire_points(
        "deliberation_communale.articles", annees=annees, l_epci=epci, de_l_epci=de(epci), blanc=BLANC, **jours
    )
    return replace(
        modele,
        chemin=f"{bloc_communal.DOSSIER}/{bloc_communal.DELIBERATIONS}/{bloc.page}",
        titre=f"Projet de délibération : avis sur le {avis.nom(annees)}",
        epci=f"Commune {de(bloc.nom)}",
        siren="",
        # as on the print of its page, the other notices are in the states
        avis=modele.avis[:1],
        sections=[
            actes.seance(SEANCE),
            actes.section_visas(avis.nom(annees), lire_phrase("deliberation_communale.loi")),
            _considerants(bilan, bloc, jours),
            actes.dispositif("conseil municipal", articles),
            actes.vote(f"à {bloc.nom}", "maire"),
        ],
        sorties=("docx", "pdf"),
    )


def _considerants(bilan: Bilan, bloc: BlocCommunal, jours: dict[str, str]) -> m.Section:
    """Say why the council is asked, until when, and the figures of the commune alone."""
    annee, au = bloc.annee, encaissement.arrete(bilan)
    adhere = f"Considérant qu'en {annee.exercice}, {bloc.nom} {fiche_commune.adhere(annee)} ;"
    motifs = [lire_phrase("deliberation_communale.motif"), lire_phrase("deliberation_communale.delai", **jours), adhere]
    services = ", ".join(map(bilan.libelle, bilan.trier(annee.services)))
    points = [("Services utilisés", f"{services}.")] if services else []
    if encaissement_dit := usages_et_titres.dire_l_encaissement(annee, au):
        points.append(("Encaissement", encaissement_dit))
    gains = usages_et_titres.phrases_des_gains(annee)
    prevu = budget.pour_le_maire(bilan, bloc)
    blocs = [*map(m.p, motifs), m.Liste(points), *gains, *fiche_commune.depuis_un_an(bilan, bloc)]
    blocs += [m.SousTitre(lire_phrase("budget.titre")), *prevu] if prevu else []
    return m.Section("considerants", "Exposé des motifs", "", blocs)


# ---------------------------------------------------------------- letters
def _courriers(bilan: Bilan, communes: list[BlocCommunal]) -> m.Document:
    """Put all letters in one file, a letter a page: a clerk corrects and prints them at once."""
    annees = avis.schema_soumis(bilan)
    titre = f"Projets de lettres : transmission aux communes du {avis.nom(annees)}"
    lettres = [_lettre(bilan, bloc) for bloc in communes]
    compte = formats.plusieurs(len(lettres), "lettre")
    resume = lire_phrase("transmission.resume", compte=compte, rapport=avis.chemin(annees))
    courriers = actes.acte(bilan, "transmission_communes", titre, lettres, COURRIERS, avis.nom(annees))
    return replace(courriers, resume=resume)


def _lettre(bilan: Bilan, bloc: BlocCommunal) -> m.Section:
    e, jours, rapport = bloc.exercice, avis.jours(avis.de(bilan, bloc)), avis.nom(avis.schema_soumis(bilan))
    blocs: list[m.Bloc] = [
        m.p(f"{BLANC}, le {jours['transmis_le']}"),
        m.p(f"Objet : avis de votre conseil municipal sur le {rapport}"),
        m.p(f"{actes.MAIRES},"),
        m.p(lire_phrase("transmission.cadre", rapport=rapport)),
        m.p(lire_phrase("transmission.delai", **jours)),
        m.p(f"En {e}, {bloc.nom} {fiche_commune.adhere(bloc.annee)}."),
        *actes.fin_de_lettre(),
        m.p(lire_phrase("transmission.pieces")),
    ]
    return m.Section(bloc.page, f"{actes.MAIRES} {de(bloc.nom)}", "", blocs)
