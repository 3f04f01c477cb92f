"""Say in words what the files tried would change: rows added, rows withdrawn, amounts that are no longer the same."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.documents.factures.factures import dire_tranche
from mutualisation.publication.versions.dataframes import lignes_de, trame
from mutualisation.socle.francais import formats, libelles
from mutualisation.socle.francais.typographie import ordre

AUCUN = "—"
# {jeu: (its name, what a row is about, what is told of it)}: rows of one key are the same thing, before and after
JEUX = {
    "tarifs": (
        "Tarif",
        ("dispositif", "regle", "tranche_min", "tranche_max", "base"),
        ("montant", "mode_recouvrement", "debut", "fin"),
    ),
    "cles_analytiques": (
        "Clé de répartition",
        ("origine", "code", "dispositif"),
        ("part_communes", "debut", "fin"),
    ),
    "adhesions": ("Adhésion", ("dispositif", "siret_adherent"), ("debut", "fin")),
    "parametres": ("Paramètre", ("parametre",), ("valeur", "debut", "fin")),
}
Ligne = dict[str, Any]
Noms = Callable[[str], str]


@dataclass(frozen=True)
class Changement:
    """The files change a thing: of what kind, which, and both sides in words (`AUCUN` where there is none). `depuis` is
    the first day of the newest row tried, None when it has none."""

    nature: str
    objet: str
    avant: str
    apres: str
    depuis: date | None = None


def lire_changements(
    conn: psycopg.Connection[Any], essai: list[int], dispositif: Noms, adherent: Noms
) -> list[Changement]:
    """Compare rows of the files tried (numbers of `journal.fichiers`) with those that count today, by jeu, subject."""
    trouves = []
    for jeu in JEUX:
        apres = _rangees_typees(conn, jeu, "fichier_id = any(%(essai)s)", essai)
        if apres:
            courants = "fichier_id in (select fichier_id from journal.fichiers_courants where jeu = %(jeu)s)"
            avant = _rangees_typees(conn, jeu, f"{courants} and not fichier_id = any(%(essai)s)", essai)
            trouves += _comparer(jeu, avant, apres, dispositif, adherent)
    return trouves


def _rangees_typees(conn: psycopg.Connection[Any], jeu: str, condition: str, essai: list[int]) -> list[Ligne]:
    """Return typed rows; a parameter that is a number compares as one, unless it is a code that starts with 0."""
    _, cles, dires = JEUX[jeu]
    noms = [*cles, *dires, *(["valeur_numerique"] if jeu == "parametres" else [])]
    requete = sql.SQL("select distinct {} from {} where ").format(
        sql.SQL(", ").join(map(sql.Identifier, noms)), sql.Identifier("brut", jeu)
    )
    with conn.cursor(row_factory=psycopg.rows.dict_row) as curseur:
        rangees = curseur.execute(requete + sql.SQL(condition), {"essai": essai, "jeu": jeu}).fetchall()
    for ligne in rangees:
        nombre = ligne.pop("valeur_numerique", None)
        if nombre is not None and not re.fullmatch(r"0\d+", ligne["valeur"]):
            ligne["valeur"] = nombre
    return rangees


def _comparer(jeu: str, avant: list[Ligne], apres: list[Ligne], dispositif: Noms, adherent: Noms) -> list[Changement]:
    nature, cles, dires = JEUX[jeu]
    noms = [*cles, *dires]
    reunies = trame(avant, *noms).merge(trame(apres, *noms), how="outer", on=noms, indicator="cote")
    changements = []
    for _, groupe in reunies[reunies["cote"] != "both"].groupby(list(cles), dropna=False, sort=False):
        anciennes, nouvelles = (lignes_de(groupe[groupe["cote"] == cote]) for cote in ("left_only", "right_only"))
        ligne = (anciennes or nouvelles)[0]
        nom, bas = _nommer_objet(jeu, ligne, dispositif, adherent), ligne.get("tranche_min")
        objet = f"{nom}, {dire_tranche(ligne)}" if bas or ligne.get("tranche_max") else nom
        dits = _dire_rangees(jeu, anciennes), _dire_rangees(jeu, nouvelles)
        depuis = max((r["debut"] for r in nouvelles if r["debut"]), default=None)
        # bands of a grid follow their numbers, not their words
        changements.append(((ordre(nom), bas or 0, dits), Changement(nature, objet, *dits, depuis)))
    return [changement for _, changement in sorted(changements, key=lambda x: x[0])]


def _nommer_objet(jeu: str, ligne: Ligne, dispositif: Noms, adherent: Noms) -> str:
    match jeu:
        case "tarifs":
            regle = libelles.libelle(libelles.TARIFS, str(ligne["regle"]))
            return f"{dispositif(str(ligne['dispositif']))} : {formats.minuscule(regle)}"
        case "adhesions":
            return f"{dispositif(str(ligne['dispositif']))} : {adherent(str(ligne['siret_adherent']))}"
        case "cles_analytiques":
            origine = libelles.libelle(libelles.ORIGINES_CLES, str(ligne["origine"]))
            destination = str(ligne["dispositif"])
            vers = libelles.DESTINATIONS.get(destination) or dispositif(destination)
            return f"{vers} : {origine} {ligne['code']}"
    return libelles.libelle_parametre(str(ligne["parametre"]), dispositif)


def _dire_rangees(jeu: str, rangees: list[Ligne]) -> str:
    ordre = sorted(rangees, key=lambda r: str(r["debut"]))
    return " ; ".join(f"{_dire_valeur(jeu, r)}{_dire_periode(r)}" for r in ordre) or AUCUN


def _dire_valeur(jeu: str, ligne: Ligne) -> str:
    match jeu:
        case "tarifs":
            return f"{_dire_montant(ligne)}, {libelles.libelle_mode(ligne['mode_recouvrement']).lower()}, "
        case "adhesions":
            return "adhère "
        case "cles_analytiques":
            part = ligne["part_communes"]
            return "" if part is None else f"{formats.exact(part)} % pour les communes, "
    valeur = ligne["valeur"]
    if isinstance(valeur, Decimal):
        return f"{formats.exact(valeur)}, "
    return f"{libelles.valeur_parametre(str(ligne['parametre']), str(valeur))}, "


def _dire_montant(ligne: Ligne) -> str:
    montant, regle = ligne["montant"], str(ligne["regle"])
    if montant is None:
        return "sans montant"
    if regle == "pourcentage":
        return f"{formats.exact(montant)}{formats.INSECABLE}%"
    return f"{formats.exact(montant, 2)}{formats.INSECABLE}€ {libelles.UNITES_TARIF.get(regle, '')}".rstrip()


def _dire_periode(ligne: Ligne) -> str:
    debut, fin = (formats.jour(x) if x else "" for x in (ligne["debut"], ligne["fin"]))
    return f"du {debut} au {fin}" if fin else f"depuis le {debut}"
