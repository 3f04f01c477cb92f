"""Build a closed exercice again: over the sealed files, then with what came late, keys, parameters (K6). Each step is a
build that is not published; the model `redressement` subtracts each from the next, and the differences add up."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg

from mutualisation.entrepot.construction.dbt import REDRESSEMENT, EnfantDbt, choisir_ensemble, fichiers_en_vigueur
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.usage.operations.session import Session

SOURCE, CLES = "referentiel", {"cles_analytiques"}
# a vote or a rule of the EPCI settles these
PARAMETRES = {"parametres", "tarifs", "ponderations", "roles_comptes"}
PREMIERE = "scelle"
Identite = tuple[str, str, str]
Fichiers = Mapping[Identite, int]
# the function builds these exercices by this dbt process, and drops the build
Batir = Callable[[list[int], EnfantDbt, str], Any]

CLOS = """
select version, array_agg(exercice order by exercice)
  from journal.versions_closes
 where exercice = any(%s)
 group by version
 order by version
"""
# these files counted when the closed version was built
SCELLES = """
select f.source, f.jeu, f.periode_ecrite, f.fichier_id
  from journal.constructions as c cross join lateral journal.fichiers_comptes(c.debut) as f
 where c.version = %s
"""
COURANTS = "select source, jeu, periode_ecrite, fichier_id from journal.fichiers_courants"
NOTER = "select journal.noter_etape(%(etape)s, %(exercices)s, %(version)s)"
RECOPIE = """
insert into journal.etapes_redressement (exercice, etape, dispositif, siret_adherent, mesure, valeur)
select exercice, %(etape)s, dispositif, siret_adherent, mesure, valeur
  from journal.etapes_redressement where exercice = any(%(exercices)s) and etape = %(avant)s
"""


def preparer_redressement(session: Session, conn: psycopg.Connection[Any], exercices: list[int], batir: Batir) -> None:
    """Fill `journal.etapes_redressement` for the closed exercices asked; empty it when none is. A step that can't be
    built takes the figures of the one before, and raises nothing: its part goes to the rest."""
    conn.execute("delete from journal.etapes_redressement")
    clos = conn.execute(CLOS, (exercices,)).fetchall()
    conn.commit()
    if not clos:
        return
    ouvrier = EnfantDbt(session.dsn, session.var, REDRESSEMENT)
    try:
        for version, annees in clos:
            _derouler(session, conn, (int(version), list(annees)), batir, ouvrier)
    finally:
        ouvrier.fermer()
        conn.rollback()
        choisir_ensemble(conn, REDRESSEMENT, ())


def etapes(scelles: Fichiers, courants: Fichiers) -> Iterator[tuple[str, Fichiers]]:
    """Yield (step, files by identity): sealed, then late ones, keys, parameters; the build itself is the rest."""
    yield PREMIERE, scelles
    tardifs = {i: n for i, n in courants.items() if i not in scelles and i[0] != SOURCE}
    fichiers = {**scelles, **tardifs}
    yield "donnees_tardives", fichiers
    for etape, jeux in (("cles", CLES), ("parametres", PARAMETRES)):
        changes = {i: n for i, n in courants.items() if i[0] == SOURCE and i[1] in jeux}
        fichiers = {**fichiers, **changes}
        yield etape, fichiers


def _derouler(
    session: Session,
    conn: psycopg.Connection[Any],
    close: tuple[int, list[int]],
    batir: Batir,
    ouvrier: EnfantDbt,
) -> None:
    """Build the steps from one closed version, up to the one that has the files of the build itself."""
    version, exercices = close
    courants, avant, deja = fichiers_en_vigueur(conn), "", set[int]()
    for etape, fichiers in etapes(_lire_fichiers(conn, SCELLES, version), _lire_fichiers(conn, COURANTS)):
        voulus = set(fichiers.values())
        if voulus == courants:
            break
        if voulus != deja:
            annees = ", ".join(map(str, exercices))
            session.suivi(f"Redressement de {annees}, clos en version {version} : étape « {etape} »")
            choisir_ensemble(conn, REDRESSEMENT, voulus)
        if voulus == deja or not _batir(conn, exercices, etape, batir, ouvrier):
            valeurs = {"etape": etape, "exercices": exercices, "avant": avant, "version": version}
            conn.execute(RECOPIE if avant else NOTER, valeurs)
        conn.commit()
        avant, deja = etape, voulus


def _lire_fichiers(conn: psycopg.Connection[Any], requete: str, *valeurs: Any) -> Fichiers:
    lignes = conn.execute(requete, valeurs or None).fetchall()
    return {(source, jeu, periode): int(numero) for source, jeu, periode, numero in lignes}


def _batir(conn: psycopg.Connection[Any], exercices: list[int], etape: str, batir: Batir, ouvrier: EnfantDbt) -> bool:
    try:
        batir(exercices, ouvrier, etape)
    except ControleEchoue:
        conn.rollback()
    return conn.execute(NOTER, {"etape": etape, "exercices": exercices, "version": None}).fetchone() == (True,)
