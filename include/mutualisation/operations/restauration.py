"""A backup brought back into an empty warehouse by pg_restore, then verified; killed, it starts again from empty."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.chemins import dossier_var
from mutualisation.composition.dossier import empreintes_declarees
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.copie_de_base import remettre
from mutualisation.entrepot.parametres_libpq import adresse
from mutualisation.entrepot.roles import GROUPES
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.operations.sauvegarde import AIRFLOW, COMPTES, ENTREPOT, base_voisine, empreintes
from mutualisation.operations.session import Session
from mutualisation.operations.verification_sceau import verifier
from mutualisation.signatures.ancrage import DOSSIER as SCEAUX

SQL_PROPRIETAIRE = """
select pg_catalog.pg_get_userbyid(datdba)::text from pg_catalog.pg_database where datname = current_database()
"""


@dataclass(frozen=True)
class Restauration:
    """What `restaurer` brought back: seals that hold, and every difference found, a French sentence each.

    `airflow`: False when the backup holds Airflow's metadata and they were not asked for.
    """

    sceaux: int
    ecarts: list[str]
    airflow: bool


def restaurer(dossier: Path, *, airflow: str | None = None) -> Restauration:
    """Bring a backup back into an empty warehouse of `ENTREPOT_DSN`, else the embedded one; check its seals.

    `airflow`: the empty database that gets Airflow's metadata. Raises `ErreurMutualisation` when the backup is not
    whole, or the warehouse not empty: nothing is changed then.
    """
    var = dossier_var()
    _verifier(dossier, airflow)
    if not empreintes(var / SCEAUX).items() <= empreintes(dossier / SCEAUX).items():
        raise ErreurMutualisation(
            f"Le dossier {var} tient déjà les sceaux d'un autre entrepôt : indiquez un dossier vide par "
            "MUTUALISATION_VAR."
        )
    with serveur_entrepot() as dsn:
        with connecter(dsn, role=None) as conn:
            if conn.execute("select to_regnamespace('journal') is null").fetchone() != (True,):
                raise ErreurMutualisation(
                    f"L'entrepôt {adresse(dsn)} n'est pas vide : une restauration part d'un entrepôt vide. Créez une "
                    "base vide et nommez-la par ENTREPOT_DSN ; sans ENTREPOT_DSN, indiquez un dossier neuf par "
                    "MUTUALISATION_VAR. Une restauration interrompue repart de même."
                )
            _remettre_les_comptes(conn, json.loads((dossier / COMPTES).read_text(encoding="utf-8")))
        if airflow:
            _remettre_airflow(base_voisine(dsn, airflow), dossier / AIRFLOW)
        if (dossier / SCEAUX).is_dir():
            shutil.copytree(dossier / SCEAUX, var / SCEAUX, dirs_exist_ok=True)
        # public is there already, with other rights
        remettre(dsn, dossier / ENTREPOT, "--clean", "--if-exists")
        with Session.depuis_environnement() as session, connecter(dsn, role=None) as conn:
            ligne = conn.execute("select count(*) from journal.sceaux").fetchone()
            complete = bool(airflow) or not (dossier / AIRFLOW).is_file()
            return Restauration(int(ligne[0]) if ligne else 0, verifier(session), complete)


def _verifier(dossier: Path, airflow: str | None) -> None:
    """Every file of the backup is there, as it was written."""
    dits, lus = empreintes_declarees(dossier), empreintes(dossier)
    if ENTREPOT not in dits:
        raise ErreurMutualisation(
            f"Le dossier {dossier} n'est pas une sauvegarde lisible : donnez celui que « mutualisation sauvegarder » a "
            "écrit."
        )
    if ecarts := sorted(nom for nom in {*dits, *lus} if dits.get(nom) != lus.get(nom)):
        raise ErreurMutualisation(
            f"La sauvegarde {dossier} n'est plus celle qui a été écrite ({', '.join(ecarts[:5])}) : prenez-en une "
            "autre."
        )
    if airflow and AIRFLOW not in dits:
        raise ErreurMutualisation(
            f"La sauvegarde {dossier} n'a pas les métadonnées d'Airflow : relancez sans --airflow."
        )


def _remettre_airflow(dsn: str, copie: Path) -> None:
    """Everything goes to the owner of the base: the accounts of the former server may not be here."""
    with connecter(dsn, role=None) as conn:
        ligne = conn.execute(SQL_PROPRIETAIRE).fetchone()
    remettre(dsn, copie, "--no-owner", "--no-privileges", *([f"--role={ligne[0]}"] if ligne else []))


def _remettre_les_comptes(conn: psycopg.Connection[Any], membres: list[dict[str, Any]]) -> None:
    connus = {nom for (nom,) in conn.execute("select rolname from pg_catalog.pg_roles").fetchall()}
    ouverts = {m["compte"] for m in membres if m["connexion"]}
    for nom in {*GROUPES, *(m["compte"] for m in membres)} - connus:
        ordre = "create role {} login" if nom in ouverts else "create role {} nologin"
        conn.execute(sql.SQL(ordre).format(sql.Identifier(nom)))
    for m in membres:
        ordre = f"grant {{}} to {{}} with inherit {m['herite']}, set {m['prend']}"
        conn.execute(sql.SQL(ordre).format(sql.Identifier(m["groupe"]), sql.Identifier(m["compte"])))
    conn.commit()
