"""The index of commune pages: by initial, on a map, how they add up to the bilan, and what they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mutualisation.francais import formats, libelles
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import ouverture
from mutualisation.rapport.contenu.communes import bloc_communal, ensemble
from mutualisation.rapport.contenu.communes.bloc_communal import (
    EPCI,
    Adherent,
    Annee,
    BlocCommunal,
    Territoire,
    total,
)
from mutualisation.rapport.enonces import lire_points, lire_tableau
from mutualisation.rapport.publie import Bilan, somme

MESURES = ("du", "titre", "cout", "reste")
POPULATION, INSEE, NOM, COMMUNE = "population", "code INSEE", "nom", "commune"
SUITES = dict(lire_points("manques.suites"))


def page_annuaire(bilan: Bilan, territoire: Territoire, *, sortie: str) -> m.Document:
    """The index: names by letter on the page, figures folded; one table in print."""
    return ouverture.document(
        bilan,
        bloc_communal.ANNUAIRE,
        f"Les communes, {bilan.exercice}",
        sous_titre="Ce que chaque commune utilise, doit et coûte : une page chacune",
        resume=_resume(territoire),
        chiffres=_chiffres(territoire),
        sections=[
            *([_trouver(territoire)] if sortie == "html" else []),
            _chiffrees(territoire, plie=sortie == "html"),
            _carte(bilan, territoire),
            _adhesions(bilan, territoire),
            _sommes(bilan, territoire),
        ],
        liens=[m.Lien(f"../bilan_etape_{bilan.exercice}.html", f"Bilan d'étape {bilan.exercice}")],
        sorties=(sortie,),
        forme="dossier",
    )


def _resume(territoire: Territoire) -> str:
    compte = formats.plusieurs(len(territoire.communes), "commune")
    texte = f"{compte}, de A à Z : choisissez l'initiale de la vôtre, puis son nom."
    autres = len(territoire.sans_commune)
    if not autres:
        return texte
    enonces = formats.plusieurs(autres, "adhérent sans commune a sa page", "adhérents sans commune ont leur page")
    return f"{texte} {enonces} à la suite."


def _chiffres(territoire: Territoire) -> list[m.Chiffre]:
    annees = [b.annee for b in territoire.blocs]
    return [
        m.Chiffre("Communes", formats.nombre(len(territoire.communes))),
        m.Chiffre("Dû", formats.euros(total(annees, "du"))),
        m.Chiffre("Coût de l'usage", formats.euros(total(annees, "cout"))),
        m.Chiffre("Part de l'intercommunalité", formats.euros(total(annees, "reste"))),
    ]


# ---------------------------------------------------------------- by letter
def _trouver(territoire: Territoire) -> m.Section:
    """Names that lead to pages, under their initial: headings and links, no script."""
    lettres: dict[str, list[BlocCommunal]] = {}
    for bloc in territoire.communes:
        for initiale in bloc_communal.initiales(bloc.nom):
            lettres.setdefault(initiale, []).append(bloc)
    blocs: list[m.Bloc] = []
    for lettre, siens in sorted(lettres.items()):
        blocs += [m.SousTitre(lettre), _noms(siens)]
    if territoire.sans_commune:
        blocs += [m.SousTitre("Adhérents sans commune"), _noms(territoire.sans_commune)]
    return m.Section("trouver", "Trouver une commune", "Communes", blocs)


def _noms(blocs: Sequence[BlocCommunal]) -> m.Paragraphe:
    morceaux: list[m.Morceau] = []
    for bloc in blocs:
        morceaux += [" · "] if morceaux else []
        morceaux.append(m.Lien(f"{bloc.page}.html", bloc.nom))
    return m.p(*morceaux)


def _chiffrees(territoire: Territoire, *, plie: bool) -> m.Section:
    """Figures of each page, in one table a kind."""
    tableaux: list[m.Bloc] = [_liste("Communes, dans l'ordre alphabétique", territoire.communes)]
    if territoire.sans_commune:
        tableaux.append(_liste("Adhérents sans commune", territoire.sans_commune))
    compte = formats.plusieurs(len(territoire.communes), "commune")
    blocs = [m.Repli(f"Voir les chiffres : {compte}", tableaux)] if plie else tableaux
    return m.Section("chiffres", "Les chiffres de chacune", "Chiffres", blocs)


def _liste(titre: str, blocs: Sequence[BlocCommunal]) -> m.Tableau:
    return lire_tableau("annuaire.chiffres", [_ligne(b) for b in blocs], titre=titre)


def _ligne(bloc: BlocCommunal) -> dict[str, Any]:
    annee = bloc.annee
    return {
        "nom": m.Lien(f"{bloc.page}.html", bloc.nom),
        "habitants": annee.population,
        "services": len(annee.services),
        "du": annee.du,
        "cout": annee.cout if annee.suivi else None,
        "reste": annee.reste if annee.suivi else None,
        "habitant": annee.par_habitant(annee.cout) if annee.suivi else None,
    }


# ---------------------------------------------------------------- whole
def _carte(bilan: Bilan, territoire: Territoire) -> m.Section:
    blocs: list[m.Bloc] = [ensemble.carte(bilan, territoire, "")] if territoire.communes else []
    return m.Section("carte", "Sur la carte", "Carte", blocs)


def _adhesions(bilan: Bilan, territoire: Territoire) -> m.Section:
    blocs: list[m.Bloc] = [ensemble.matrice(bilan, territoire)] if territoire.communes else []
    return m.Section("adhesions", "Qui a adhéré à quoi", "Adhésions", blocs)


def _sommes(bilan: Bilan, territoire: Territoire) -> m.Section:
    """Pages, EPCI and cost that nobody used: their sum is what the bilan publishes."""
    parts = (
        ("Communes, avec leurs CCAS et satellites", [b.annee for b in territoire.communes]),
        ("Adhérents sans commune", [b.annee for b in territoire.sans_commune]),
        ("Intercommunalité elle-même, sans page", [territoire.epci]),
        ("Coût sans usager cette année", [territoire.personne]),
    )
    lignes = [_somme(nom, annees) for nom, annees in parts]
    lignes = [x for x in lignes if any(x[c] for c in ("adherents", *MESURES))]
    publie = {
        "nom": "Publié dans le bilan",
        "adherents": len({a.siret for b in territoire.blocs for a in b.annee.adherents})
        + len(territoire.epci.adherents),
        "du": somme(bilan["recouvrement"], "montant_du"),
        "titre": somme(bilan["recouvrement"], "montant_titre"),
        "cout": somme(bilan["cout_adherent"], "cout_usage"),
        "reste": somme(bilan["cout_adherent"], "reste_a_charge"),
    }
    tableau = lire_tableau("annuaire.sommes", lignes, total=publie, e=bilan.exercice)
    absents = lire_tableau("manques.manques", manques(territoire))
    return m.Section("sommes", "Ce que les pages totalisent", "Totaux", [tableau, absents])


def _somme(nom: str, annees: Sequence[Annee]) -> dict[str, Any]:
    mesures = {mesure: total(annees, mesure) for mesure in MESURES}
    return {"nom": nom, "adherents": sum(len(a.adherents) for a in annees), **mesures}


def manques(territoire: Territoire) -> list[dict[str, Any]]:
    """{nom, type, manque, suite} of each thing missing on the pages of the exercice, in the order of pages."""
    return [
        {
            "nom": _designer(a),
            "type": libelles.libelle(libelles.TYPE_ADHERENT, a.type_adherent) or formats.NON_RENSEIGNE,
            "manque": manque,
            "suite": SUITES[manque],
        }
        for bloc in territoire.blocs
        for a in bloc.annee.adherents
        if a.type_adherent != EPCI
        for manque in _de(bloc, a)
    ]


def _designer(adherent: Adherent) -> str:
    return formats.siret(adherent.siret) if adherent.nom == adherent.siret else adherent.nom


def _de(bloc: BlocCommunal, adherent: Adherent) -> list[str]:
    manquants = []
    if adherent.nom == adherent.siret:
        manquants.append(NOM)
    if not bloc.est_commune:
        manquants.append(COMMUNE if adherent.code_insee else INSEE)
    elif adherent.type_adherent == "commune" and not adherent.population:
        manquants.append(POPULATION)
    return manquants
