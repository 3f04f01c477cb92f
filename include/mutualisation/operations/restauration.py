"""A backup brought back: what proves it first, then each database, whole or not at all; killed, it is run again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation import disque
from mutualisation.chemins import dossier_var
from mutualisation.composition.occupation import SAUVEGARDE as DESCRIPTION
from mutualisation.entrepot.connexion import adresse, connecter
from mutualisation.entrepot.copie_de_base import remettre
from mutualisation.entrepot.parametres_libpq import parametres
from mutualisation.entrepot.roles import GROUPES
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.octets import empreinte
from mutualisation.operations.cles_a_part import exiger_cles_libres, reprendre_cles
from mutualisation.operations.migration import mettre_a_jour
from mutualisation.operations.sauvegarde import AIRFLOW, COMPTES, ENTREPOT, base_voisine, empreintes
from mutualisation.operations.session import Session
from mutualisation.operations.verification_sceau import verifier
from mutualisation.signatures.ancrage import DOSSIER as SCEAUX
from mutualisation.signatures.ancrage import LISIBLE

# under the folder of what runs, from the first step of a restoration to its last
EN_COURS = "restauration.json"
SQL_OCCUPEE = """
select exists (
  select from pg_catalog.pg_class as c
   where c.relnamespace <> all ('{pg_catalog, information_schema, pg_toast}'::regnamespace[])
     and not exists (select from pg_catalog.pg_depend as d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))
"""
SQL_PROPRIETAIRE = """
select r.rolname::text, pg_catalog.pg_has_role(session_user, d.datdba, 'set')
  from pg_catalog.pg_database as d
 inner join pg_catalog.pg_roles as r on r.oid = d.datdba
 where d.datname = %s
"""


@dataclass(frozen=True)
class Restauration:
    """What `restaurer` brought back: seals that hold, and every difference found, a French sentence each.

    `airflow`: False when the backup holds Airflow's metadata and they were not asked for.
    """

    sceaux: int
    ecarts: list[str]
    airflow: bool


def restaurer(dossier: Path, cles: Path | None = None, *, airflow: str | None = None) -> Restauration:
    """Bring a backup back into an empty warehouse of `ENTREPOT_DSN`, else the embedded one; check its seals.

    `airflow`: the database that gets Airflow's metadata, made when it is not there. A restoration that was killed is
    run again, as it was typed. Raises `ErreurMutualisation` when the backup is not whole, or a database not empty:
    nothing is changed then.
    """
    var = dossier_var()
    _verifier(dossier)
    _exiger_libre(dossier, var, cles)
    if airflow and not (dossier / AIRFLOW).is_file():
        raise ErreurMutualisation(
            f"La sauvegarde {dossier} n'a pas les métadonnées d'Airflow : relancez sans --airflow."
        )
    with serveur_entrepot() as dsn:
        entrepot_vide, airflow_vide = _entrepot_vide(dsn), airflow is not None and _airflow_vide(dsn, airflow)
        en_cours = _en_cours(dossier, dsn, airflow)
        if not _commencee(var, en_cours):
            _exiger_vides(dsn, airflow, entrepot_vide=entrepot_vide, airflow_vide=airflow_vide)
            var.mkdir(parents=True, exist_ok=True)
            disque.ecrire(var / EN_COURS, en_cours)
        _poser_ancres(dossier, var)
        if cles is not None:
            reprendre_cles(cles, var)
        if airflow and airflow_vide:
            _remettre_airflow(dsn, airflow, dossier / AIRFLOW)
        if entrepot_vide:
            with connecter(dsn, role=None) as conn:
                _remettre_les_comptes(conn, json.loads((dossier / COMPTES).read_text(encoding="utf-8")))
            remettre(dsn, dossier / ENTREPOT)
        faite = _verifier_sceaux(dsn, complete=bool(airflow) or not (dossier / AIRFLOW).is_file())
        (var / EN_COURS).unlink()
        return faite


def _verifier_sceaux(dsn: str, *, complete: bool) -> Restauration:
    mettre_a_jour(dsn)
    with connecter(dsn, role=None) as conn:
        ligne = conn.execute("select count(*) from journal.sceaux").fetchone()
    with Session.depuis_environnement() as session:
        return Restauration(int(ligne[0]) if ligne else 0, verifier(session), complete)


def _verifier(dossier: Path) -> None:
    """Every file of the backup, as it was written."""
    try:
        dits = json.loads((dossier / DESCRIPTION).read_text(encoding="utf-8"))["fichiers"]
        lus = empreintes(dossier)
        ecarts = sorted(nom for nom in {*dits, *lus} if dits.get(nom) != lus.get(nom))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as erreur:
        raise ErreurMutualisation(
            f"Le dossier {dossier} n'est pas une sauvegarde lisible : donnez celui que « mutualisation sauvegarder » a "
            "écrit."
        ) from erreur
    if ecarts:
        raise ErreurMutualisation(
            f"La sauvegarde {dossier} n'est plus celle qui a été écrite ({', '.join(ecarts[:5])}) : "
            "prenez-en une autre."
        )


def _exiger_libre(dossier: Path, var: Path, cles: Path | None) -> None:
    """Nothing of another warehouse is mixed with the one that comes back; what a killed run left of it may be there."""
    siens, poses = dossier / SCEAUX, var / SCEAUX
    autres = [
        f.name
        for f in (poses.iterdir() if poses.is_dir() else ())
        if not (siens / f.name).is_file() or (siens / f.name).read_bytes() != f.read_bytes()
    ]
    if autres:
        raise ErreurMutualisation(
            f"Le dossier {var} tient déjà les sceaux d'un autre entrepôt : indiquez un dossier vide par "
            "MUTUALISATION_VAR."
        )
    if cles is not None:
        exiger_cles_libres(cles, var)


def _en_cours(dossier: Path, dsn: str, airflow: str | None) -> bytes:
    """What this restoration is: which backup, into which databases."""
    dite = {"sauvegarde": empreinte(dossier / DESCRIPTION).sha256, "entrepot": adresse(dsn), "airflow": airflow}
    return json.dumps(dite).encode()


def _commencee(var: Path, en_cours: bytes) -> bool:
    """True when a run of this same restoration was killed: what is in the databases comes from it."""
    try:
        return (var / EN_COURS).read_bytes() == en_cours
    except FileNotFoundError:
        return False


def _entrepot_vide(dsn: str) -> bool:
    with connecter(dsn, role=None) as conn:
        return conn.execute("select to_regnamespace('journal') is null").fetchone() == (True,)


def _airflow_vide(dsn: str, base: str) -> bool:
    """True for a base that is empty, or to be made. Raises `ErreurMutualisation` when the account can't fill it."""
    with connecter(dsn, role=None) as conn:
        ligne = conn.execute(SQL_PROPRIETAIRE, (base,)).fetchone()
    if ligne is None:
        return True
    if not ligne[1]:
        raise ErreurMutualisation(
            f"Le compte {parametres(dsn)['user']} ne peut pas écrire dans la base « {base} » au nom de son "
            f"propriétaire {ligne[0]} : lancez la restauration sous un administrateur."
        )
    with connecter(base_voisine(dsn, base), role=None) as conn:
        return conn.execute(SQL_OCCUPEE).fetchone() == (False,)


def _exiger_vides(dsn: str, airflow: str | None, *, entrepot_vide: bool, airflow_vide: bool) -> None:
    """Raise `ErreurMutualisation`, with the remedy, when something is there that no killed restoration left."""
    if not entrepot_vide:
        raise ErreurMutualisation(
            f"L'entrepôt {adresse(dsn)} n'est pas vide : une restauration part d'un entrepôt vide. Créez une base vide "
            "et nommez-la par ENTREPOT_DSN ; sans ENTREPOT_DSN, indiquez un dossier neuf par MUTUALISATION_VAR. Une "
            "restauration interrompue se relance telle quelle, avec le même MUTUALISATION_VAR."
        )
    if airflow and not airflow_vide:
        raise ErreurMutualisation(
            f"La base « {airflow} » n'est pas vide : rien n'a été restauré. Arrêtez Airflow et recréez-la vide (« drop "
            "database », « create database … owner … »), donnez-en une autre à --airflow, ou relancez sans."
        )


def _poser_ancres(dossier: Path, var: Path) -> None:
    """Before the warehouse: a seal that has no anchor yet is never taken for one that lost it."""
    if not (dossier / SCEAUX).is_dir():
        return
    (var / SCEAUX).mkdir(exist_ok=True)
    for f in sorted((dossier / SCEAUX).iterdir()):
        disque.ecrire(var / SCEAUX / f.name, f.read_bytes(), LISIBLE)


def _remettre_airflow(dsn: str, base: str, copie: Path) -> None:
    """Everything goes to the owner of the base: the accounts of the former server may not be here."""
    with connecter(dsn, autocommit=True, role=None) as conn:
        if (ligne := conn.execute(SQL_PROPRIETAIRE, (base,)).fetchone()) is None:
            conn.execute(sql.SQL("create database {}").format(sql.Identifier(base)))
            ligne = conn.execute(SQL_PROPRIETAIRE, (base,)).fetchone()
    if ligne is None:
        raise ErreurMutualisation(f"La base « {base} » a disparu pendant la restauration : relancez-la.")
    remettre(base_voisine(dsn, base), copie, proprietaire=str(ligne[0]))


def _remettre_les_comptes(conn: psycopg.Connection[Any], membres: list[dict[str, Any]]) -> None:
    connus = {r[0] for r in conn.execute("select rolname from pg_catalog.pg_roles").fetchall()}
    for nom in dict.fromkeys([*GROUPES, *(m["compte"] for m in membres)]):
        if nom not in connus:
            login = sql.SQL("login" if any(m["compte"] == nom and m["connexion"] for m in membres) else "nologin")
            conn.execute(sql.SQL("create role {} {}").format(sql.Identifier(nom), login))
    for m in membres:
        droits = f"inherit {str(m['herite']).lower()}, set {str(m['prend']).lower()}"
        ordre = sql.SQL("grant {} to {} with " + droits)
        conn.execute(ordre.format(sql.Identifier(m["groupe"]), sql.Identifier(m["compte"])))
    conn.commit()
