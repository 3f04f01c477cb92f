"""What an extract says beside its figures: EPCI, parameters in force, files counted, exercices shown.

Frozen with the version when it is published (`journal.constructions.contexte`), so that later loads change
nothing in an extract that is rendered again (S8).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.publication.relations import lire_relations

# The annual extract shows the exercice and the two before it, like the printed annex
EXERCICES_PRESENTES = 3

# Read from the staging of the build just made: what was rejected there is in force nowhere
PARAMETRES = """
select parametre, valeur, debut, fin, reference
  from construction.stg_referentiel__parametres
 where debut <= make_date(%(exercice)s, 12, 31) and (fin is null or fin >= make_date(%(exercice)s, 1, 1))
 order by parametre collate "C", debut
"""
DISPOSITIFS = """
select distinct on (code collate "C") code, libelle, thematique, vehicule_juridique, valorisation
  from construction.stg_referentiel__dispositifs
 where debut <= make_date(%(exercice)s, 12, 31) and (fin is null or fin >= make_date(%(exercice)s, 1, 1))
 order by code collate "C", debut desc
"""
EPCI = """
select siren, nom
  from construction.stg_referentiel__adherents
 where type = 'epci' and debut <= make_date(%(exercice)s, 12, 31)
 order by debut desc, siret collate "C"
 limit 1
"""
# Files that counted when the build began: one that is loaded between build and publication is not among them
FICHIERS = """
select chemin, sha256, lignes, octets
  from (select distinct on (f.source, f.jeu, f.periode) f.*
          from journal.fichiers f
          join journal.constructions c on c.version = %(version)s
         where f.statut = 'accepte' and f.charge_le <= c.debut
         order by f.source, f.jeu, f.periode, f.version desc, f.fichier_id desc) as comptes
 order by chemin collate "C"
"""
PRESENTES = """
select exercice, version
  from journal.publications
 where exercice <= %(exercice)s
 order by exercice desc
 limit %(nombre)s
"""


@dataclass(frozen=True)
class Construction:
    """The build an extract comes from, as `journal.constructions` keeps it; `publie_le` is ISO, UTC."""

    version: int
    prepare_par: str
    code_version: str
    construit_le: str | None
    publication_sha256: str | None
    portes: dict[str, Any]


@dataclass(frozen=True)
class Contexte:
    """Frozen surroundings of one exercice and version.

    `parametres`: {parametre, valeur, debut, fin, reference}; `dispositifs`: {code, libelle, thematique,
    vehicule_juridique, valorisation}; `fichiers`: {chemin, sha256, lignes, octets}; `presentes`: {exercice: version};
    `relations`: {relation: columns} of the contract when the version was published.
    """

    exercice: int
    construction: Construction
    epci: str
    siren: str
    parametres: list[dict[str, Any]]
    dispositifs: list[dict[str, Any]]
    fichiers: list[dict[str, Any]]
    presentes: dict[int, int]
    relations: dict[str, list[str]]

    @property
    def est_synthetique(self) -> bool:
        """True for the reference drop, which says so by a parameter."""
        return any(p["parametre"] == "jeu_de_donnees" and p["valeur"] == "synthetique" for p in self.parametres)


def _lire(conn: psycopg.Connection[Any], requete: str, **valeurs: Any) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as curseur:
        return curseur.execute(requete, valeurs).fetchall()


def _entourage(conn: psycopg.Connection[Any], exercice: int) -> dict[str, Any]:
    """Everything but the files, of one exercice, as the warehouse stands now."""
    epci = _lire(conn, EPCI, exercice=exercice)
    presentes = _lire(conn, PRESENTES, exercice=exercice, nombre=EXERCICES_PRESENTES)
    return {
        "epci": epci[0] if epci else {"siren": "", "nom": "EPCI non renseigné"},
        "parametres": _lire(conn, PARAMETRES, exercice=exercice),
        "dispositifs": _lire(conn, DISPOSITIFS, exercice=exercice),
        "presentes": {str(p["exercice"]): p["version"] for p in presentes},
    }


def figer_contexte(conn: psycopg.Connection[Any], version: int) -> None:
    """Freeze the context of a version; call it in the publishing transaction, once the pointer has moved."""
    (exercices,) = _une_ligne(conn, "select exercices from journal.constructions where version = %s", version)
    contexte = {
        "exercices": {str(e): _entourage(conn, e) for e in exercices},
        "fichiers": _lire(conn, FICHIERS, version=version),
        "relations": {nom: relation.noms_colonnes for nom, relation in lire_relations().items()},
    }
    conn.execute(
        "update journal.constructions set contexte = %s::jsonb where version = %s",
        (json.dumps(contexte, default=str, ensure_ascii=False), version),
    )


def _une_ligne(conn: psycopg.Connection[Any], requete: str, *valeurs: Any) -> tuple[Any, ...]:
    with conn.cursor(row_factory=psycopg.rows.tuple_row) as curseur:
        ligne = curseur.execute(requete, valeurs).fetchone()
    if ligne is None:
        raise ErreurMutualisation(f"La version {valeurs[0]} n'existe pas dans cet entrepôt.")
    return ligne


def version_publiee(conn: psycopg.Connection[Any], exercice: int) -> int:
    """Version that `publication` shows for an exercice; a French error when it was never published."""
    with conn.cursor(row_factory=psycopg.rows.tuple_row) as curseur:
        ligne = curseur.execute("select version from journal.publications where exercice = %s", (exercice,)).fetchone()
    if ligne is None:
        raise ErreurMutualisation(f"L'exercice {exercice} n'est pas publié : lancez d'abord « mutualisation bilan ».")
    return int(ligne[0])


def lire_contexte(conn: psycopg.Connection[Any], exercice: int, version: int) -> Contexte:
    """Frozen context of (exercice, version). Raises `ErreurMutualisation` when this version does not hold it."""
    prepare_par, code_version, fin, sha256, portes, fige = _une_ligne(
        conn,
        "select prepare_par, code_version, to_char(fin at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
        " publication_sha256, portes, contexte from journal.constructions where version = %s",
        version,
    )
    entourage = (fige or {}).get("exercices", {}).get(str(exercice))
    if entourage is None:
        raise ErreurMutualisation(f"La version {version} ne contient pas d'extrait de l'exercice {exercice}.")
    return Contexte(
        exercice=exercice,
        construction=Construction(version, prepare_par, code_version, fin, sha256, portes or {}),
        epci=entourage["epci"]["nom"],
        siren=entourage["epci"]["siren"],
        parametres=entourage["parametres"],
        dispositifs=entourage["dispositifs"],
        fichiers=fige["fichiers"],
        presentes={int(e): v for e, v in sorted(entourage["presentes"].items())},
        relations=fige["relations"],
    )
