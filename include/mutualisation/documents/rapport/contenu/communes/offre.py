"""A commune reads here the services that it has not joined: the price of a year, how to join, whom to ask (R17)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.contenu import textes
from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal
from mutualisation.documents.rapport.enonces import lire_phrase, lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.formats import ZERO

RELATION = "offre"
RUBRIQUES = ("adhesion", "contact")
SANS_PRIX = {"mode_recouvrement": None, "montant": None}
FERMEE = "eligibilite"


def modalites(bilan: Bilan) -> dict[str, str]:
    """Return {dispositif: how to join it and whom to ask, with the authors that these words do not name}."""
    codes = sorted(d["code"] for d in bilan.contexte.dispositifs if bilan[RELATION])
    return {code: modalite for code in codes if (modalite := _modalites(bilan, code))}


def _modalites(bilan: Bilan, code: str) -> str:
    textes_du_service = [texte for rubrique in RUBRIQUES for texte in textes.de(bilan, rubrique, code)]
    modalite = " ".join(str(texte["texte"]) for texte in textes_du_service)
    auteurs = dict.fromkeys(texte["auteur"] for texte in textes_du_service if texte["auteur"] not in modalite)
    return " — ".join(filter(None, (modalite, ", ".join(auteurs))))


def prix(r: Ligne, fiche: Mapping[str, Any]) -> str:
    """Say what a full year would have cost: its fixed part, and what the rest depends on; or who alone may join (R17b).
    `fiche` is what the referentiel says of the dispositif."""
    if r["depend_de"] == FERMEE:
        return f"réservé {ouverture(fiche)}"
    if r["mode_recouvrement"] == libelles.GRATUIT and r["montant"] is not None:
        return libelles.GRATUIT
    depend = [libelles.DEPENDANCES.get(nom, nom) for nom in (r["depend_de"] or "").split("+") if nom]
    fixe = [formats.euros(r["montant"])] if r["montant"] or (r["montant"] is not None and not depend) else []
    return formats.et([*fixe, *depend]) or libelles.PRIX_INCONNU


def ouverture(fiche: Mapping[str, Any]) -> str:
    """Say `aux communes de moins de 15 000 habitants`; empty where any commune may join (R17b)."""
    bornes = (("d'au moins", "population_min"), ("de moins de", "population_max"))
    bornes_dites = [f"{mot} {formats.nombre(fiche[borne])}" for mot, borne in bornes if fiche.get(borne) is not None]
    return f"aux communes {formats.et(bornes_dites)} habitants" if bornes_dites else ""


def section(bilan: Bilan, bloc: BlocCommunal, comment: Mapping[str, str], *, detail: bool) -> m.Section:
    """List these services, each with its price; empty where none has a tariff; `comment` is from `modalites`."""
    annee, lignes = bloc.annee, _lignes(bilan, bloc, comment)
    blocs: list[m.Bloc] = []
    if lignes:
        points = [(libelles.RUBRIQUES[x], enonce) for x in RUBRIQUES if (enonce := textes.avec_leurs_auteurs(bilan, x))]
        tableau = lire_tableau("offre.services", lignes, e=annee.exercice)
        # a printed sheet has no room for what two sentences say of all services
        prix_ = m.Repli("Voir ces services", [tableau]) if detail else _par_prix(tableau) if points else tableau
        blocs = [m.p(_resume(annee.exercice, lignes)), prix_, *([m.Liste(points)] if points else [])]
    return m.Section("offre", "Les services que la commune n'utilise pas", "Autres services", blocs)


def pour_le_maire(bilan: Bilan, bloc: BlocCommunal, place: int) -> list[m.Bloc]:
    """Say how many services are left, the `place` lowest prices of those that ask for one, whom to ask."""
    lignes = _lignes(bilan, bloc, {})
    if not lignes:
        return []
    payants = sorted((x for x in lignes if _rang(x)[0] == 1), key=_rang)
    points = [(x["libelle"], f"{x['prix']}.") for x in payants[:place]]
    if autres := len(payants) - len(points):
        points.append((f"Et {formats.plusieurs(autres, 'autre')}", "voir la page de la commune."))
    if contact := textes.avec_leurs_auteurs(bilan, "contact"):
        points.append((libelles.RUBRIQUES["contact"], contact))
    estime = lire_phrase("offre.estimation", e=bloc.exercice) if payants else ""
    return [m.p(f"{_resume(bloc.exercice, lignes)} {estime}".strip()), *([m.Liste(points)] if points else [])]


def _lignes(bilan: Bilan, bloc: BlocCommunal, comment: Mapping[str, str]) -> list[Ligne]:
    annee = bloc.annee
    offres = {r["dispositif"]: r for r in annee[RELATION] if r["dispositif"] not in annee.services}
    if bloc.est_commune and bilan[RELATION]:
        # a service without a tariff has no row: its price is not known, not free
        en_vigueur = {d["code"] for d in bilan.contexte.dispositifs if _en_vigueur(d, annee.exercice)}
        sans_prix = en_vigueur - {*offres, *annee.services}
        offres |= {code: _sans_prix(bilan, code, annee.population) for code in sans_prix}
    return [_dite(offres[code], bilan.fiche(code), comment.get(code, "")) for code in bilan.trier(offres)]


def _en_vigueur(fiche: Mapping[str, Any], exercice: int) -> bool:
    """Say whether a dispositif of the year is still in force on 31 December; former versions kept no end."""
    fin = fiche.get("fin")
    return fin is None or fin >= f"{exercice}-12-31"


def _sans_prix(bilan: Bilan, code: str, population: int | None) -> Ligne:
    fiche = bilan.fiche(code)
    mini, maxi = fiche.get("population_min"), fiche.get("population_max")
    fermee = population and (population < (mini or 0) or (maxi is not None and population >= maxi))
    return SANS_PRIX | {"dispositif": code, "libelle": bilan.libelle(code), "depend_de": FERMEE if fermee else None}


def _dite(r: Ligne, fiche: Mapping[str, Any], comment: str) -> Ligne:
    ouverte = r["depend_de"] != FERMEE
    return r | {"ouverte": ouverte, "prix": prix(r, fiche), "comment": comment if ouverte else ""}


def _rang(x: Mapping[str, Any]) -> tuple[int, bool, Decimal]:
    """Order by price: free first, then from the least to what depends on use, not known, then what is reserved."""
    return (
        {libelles.GRATUIT: 0, libelles.PRIX_INCONNU: 2}.get(x["prix"], 1 if x["ouverte"] else 3),
        x["montant"] is None,
        x["montant"] or ZERO,
    )


def _par_prix(tableau: m.Tableau) -> m.Pile:
    """List the services, a point each with its price; those that are free share a point, as do those whose price is not
    known or that are reserved to the same communes."""
    points: dict[str, list[str]] = {}
    for x in sorted(tableau.lignes, key=_rang):
        sujet, contenu = (x["libelle"], x["prix"]) if _rang(x)[0] == 1 else (formats.majuscule(x["prix"]), x["libelle"])
        points.setdefault(sujet, []).append(contenu)
    points_dits = [(sujet, f"{' ; '.join(contenus)}.") for sujet, contenus in points.items()]
    return m.Pile([m.Liste(points_dits), m.p(tableau.note, note=True)])


def _resume(exercice: int, lignes: list[Ligne]) -> str:
    gratuits = sum(x["prix"] == libelles.GRATUIT for x in lignes)
    inconnus = sum(x["prix"] == libelles.PRIX_INCONNU for x in lignes)
    fermes = sum(not x["ouverte"] for x in lignes)
    comptes = [formats.plusieurs(gratuits, libelles.GRATUIT)] if gratuits else []
    comptes += [f"{formats.nombre(inconnus)} au {libelles.PRIX_INCONNU}"] if inconnus else []
    comptes += [formats.plusieurs(fermes, "réservé", "réservés") + " à d'autres communes"] if fermes else []
    dont = f", dont {formats.et(comptes)}" if comptes else ""
    return f"Au 31 décembre {exercice}, la commune n'adhère pas à {formats.plusieurs(len(lignes), 'service')}{dont}."
