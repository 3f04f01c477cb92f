"""The services that a commune is no member of: what a year would have cost it, how to join, whom to ask (R17)."""

from collections.abc import Mapping
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.mise_en_forme.graphiques import ZERO
from mutualisation.documents.rapport.contenu import textes
from mutualisation.documents.rapport.contenu.communes.bloc_communal import BlocCommunal
from mutualisation.documents.rapport.enonces import lire_tableau
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles

RELATION = "offre"
RUBRIQUES = ("adhesion", "contact")
# nothing is asked of a member: what it orders in a group is still its own to pay
SANS_PARTICIPATION = "sans participation"
INCONNU = "non connu"
FERMEE = "eligibilite"


def modalites(bilan: Bilan) -> dict[str, str]:
    """How each dispositif is joined and whom to ask, with the authors that these words do not name."""
    codes = sorted({r["dispositif"] for r in bilan[RELATION]})
    return {code: dit for code in codes if (dit := _modalites(bilan, code))}


def _modalites(bilan: Bilan, code: str) -> str:
    siens = [texte for rubrique in RUBRIQUES for texte in textes.de(bilan, rubrique, code)]
    dit = " ".join(str(texte["texte"]) for texte in siens)
    auteurs = dict.fromkeys(texte["auteur"] for texte in siens if texte["auteur"] not in dit)
    return " — ".join(filter(None, (dit, ", ".join(auteurs))))


def prix(r: Ligne, fiche: Mapping[str, Any]) -> str:
    """What a full year would have cost: its fixed part, and what the rest depends on; or who alone may join (R17b).

    `fiche`: what the referentiel says of the dispositif."""
    if r["depend_de"] == FERMEE:
        return f"réservé aux communes {_population(fiche)}"
    if r["mode_recouvrement"] == libelles.GRATUIT and r["montant"] is not None:
        return SANS_PARTICIPATION
    depend = [libelles.DEPENDANCES.get(nom, nom) for nom in (r["depend_de"] or "").split("+") if nom]
    fixe = [formats.euros(r["montant"])] if r["montant"] or (r["montant"] is not None and not depend) else []
    return formats.et([*fixe, *depend]) or INCONNU


def _population(fiche: Mapping[str, Any]) -> str:
    """`de moins de 15 000 habitants`, `d'au moins 500 et de moins de 10 000 habitants`."""
    bornes = (("d'au moins", "population_min"), ("de moins de", "population_max"))
    dites = (f"{dit} {formats.nombre(fiche[borne])}" for dit, borne in bornes if fiche.get(borne) is not None)
    return f"{formats.et(dites)} habitants"


def section(bilan: Bilan, bloc: BlocCommunal, comment: Mapping[str, str], *, detail: bool) -> m.Section:
    """How many, each with its price; nothing where all are joined, or have no tariff; `comment`: `modalites`."""
    annee = bloc.annee
    siennes = {r["dispositif"]: r for r in annee[RELATION] if r["dispositif"] not in annee.services}
    blocs: list[m.Bloc] = []
    if siennes:
        lignes = [_dite(siennes[code], bilan.fiche(code), comment.get(code, "")) for code in bilan.trier(siennes)]
        points = [(libelles.RUBRIQUES[x], dit) for x in RUBRIQUES if (dit := textes.avec_leurs_auteurs(bilan, x))]
        tableau = lire_tableau("offre.services", lignes, e=annee.exercice)
        # a sheet has no room for what the whole says in two sentences
        prix_ = m.Repli("Voir ces services", [tableau]) if detail else _par_prix(tableau) if points else tableau
        blocs = [m.p(_resume(annee.exercice, lignes)), prix_, *([m.Liste(points)] if points else [])]
    return m.Section("offre", "Les services que la commune n'utilise pas", "Autres services", blocs)


def _dite(r: Ligne, fiche: Mapping[str, Any], comment: str) -> Ligne:
    """Its price, and how to join for who may."""
    ouverte = r["depend_de"] != FERMEE
    return r | {"ouverte": ouverte, "prix": prix(r, fiche), "comment": comment if ouverte else ""}


def _par_prix(tableau: m.Tableau) -> m.Pile:
    """The same in a point a price, from nothing to what depends on use, then what is reserved, and its remark."""
    noms: dict[str, list[str]] = {}
    for x in sorted(tableau.lignes, key=lambda x: (not x["ouverte"], x["montant"] is None, x["montant"] or ZERO)):
        noms.setdefault(formats.majuscule(x["prix"]), []).append(x["libelle"])
    points = [(prix_, f"{' ; '.join(siens)}.") for prix_, siens in noms.items()]
    return m.Pile([m.Liste(points), m.p(tableau.note, note=True)])


def _resume(exercice: int, lignes: list[Ligne]) -> str:
    gratuits = sum(x["prix"] == SANS_PARTICIPATION for x in lignes)
    fermes = sum(not x["ouverte"] for x in lignes)
    comptes = [f"{formats.nombre(gratuits)} {SANS_PARTICIPATION}"] if gratuits else []
    comptes += [formats.plusieurs(fermes, "réservé", "réservés") + " à d'autres communes"] if fermes else []
    dont = f", dont {formats.et(comptes)}" if comptes else ""
    return f"Au 31 décembre {exercice}, la commune n'adhère pas à {formats.plusieurs(len(lignes), 'service')}{dont}."
