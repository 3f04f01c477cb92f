"""One folder that brings the warehouse back: the database, its accounts, its anchors; the keys go apart."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from mutualisation.composition.dossier import remplacer_dossier
from mutualisation.composition.occupation import SAUVEGARDE as DESCRIPTION
from mutualisation.construction.dbt import SCHEMA
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.copie_de_base import copier
from mutualisation.entrepot.migrations.application import revisions
from mutualisation.entrepot.parametres_libpq import parametres
from mutualisation.entrepot.roles import APPROBATEUR, GROUPES, MIGRATION, PREPARATEUR, PROPRIETAIRE, peut_prendre
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.octets import empreinte
from mutualisation.operations.cles_a_part import mettre_a_part
from mutualisation.operations.session import Session
from mutualisation.publication.sceaux import ancrer, ecarts_chaine, lire_sceaux
from mutualisation.signatures.ancrage import DOSSIER as SCEAUX
from mutualisation.signatures.ancrage import Ancres

ENTREPOT, AIRFLOW, COMPTES = "entrepot.dump", "airflow.dump", "comptes.json"
ATTENTE_MIN = 60
# on the embedded server, who prepares and who approves are names that were given, not accounts
MEMBRES = """
select m.rolname as compte, g.rolname as groupe, m.rolcanlogin as connexion,
  a.inherit_option as herite, a.set_option as prend
  from pg_catalog.pg_auth_members as a
 inner join pg_catalog.pg_roles as g on g.oid = a.roleid
 inner join pg_catalog.pg_roles as m on m.oid = a.member
 where g.rolname = any(%s) and (a.inherit_option or a.set_option)
   and not (%s and m.rolcanlogin and g.rolname = any(%s))
 order by 1, 2
"""
SQL_BASE = """
select pg_catalog.pg_has_role(session_user, datdba, 'usage') from pg_catalog.pg_database where datname = %s
"""


@dataclass(frozen=True)
class Sauvegarde:
    """What `sauvegarder` wrote: names of its files; a French sentence per key, and per thing to know."""

    fichiers: list[str]
    phrases: list[str]


def sauvegarder(
    session: Session,
    dossier: Path,
    cles: Path | None = None,
    *,
    airflow: str | None = None,
    attente_min: int = ATTENTE_MIN,
) -> Sauvegarde:
    """Write the folder of a backup, and the keys to a folder of their own; a former backup there is replaced, whole.

    `airflow`: the database of Airflow's metadata, on the same server; `attente_min`: minutes to wait for a run that
    writes. Raises `ErreurMutualisation` when a folder can't be written, is not a backup of ours as it was written, or
    holds both; when the account may not read everything; when nothing would allow the seals to be verified.
    """
    if cles is not None and _dans(cles, dossier):
        raise ErreurMutualisation(
            f"Les clés iraient avec l'entrepôt dans {dossier} : qui aurait l'un aurait l'autre. Donnez à --cles un "
            "dossier ailleurs."
        )
    if dossier.exists() and any(dossier.iterdir()) and not (dossier / DESCRIPTION).is_file():
        raise ErreurMutualisation(f"Le dossier {dossier} contient autre chose qu'une sauvegarde : donnez-en un autre.")
    _exiger_droits(session.dsn, airflow)
    annonce = f"Un traitement écrit dans l'entrepôt : la sauvegarde attend qu'il finisse, {attente_min} min au plus."
    refus = "La sauvegarde ne peut pas être écrite"
    with (
        session.connexion(attente=60 * attente_min, annoncer=lambda: session.suivi(annonce)) as conn,
        remplacer_dossier(dossier, refus) as ebauche,
    ):
        ebauche.chmod(0o700)
        phrases = _copier_ancres(conn, session.var, ebauche)
        comptes = _comptes(conn, embarque=session.embarque)
        (ebauche / COMPTES).write_text(json.dumps(comptes, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        conn.commit()
        copier(session.dsn, ebauche / ENTREPOT, role=PROPRIETAIRE, sauf=(f"{SCHEMA}.*",))
        if airflow:
            copier(base_voisine(session.dsn, airflow), ebauche / AIRFLOW)
        description = {"migration": revisions()[-1], "fichiers": empreintes(ebauche)}
        (ebauche / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
    return Sauvegarde([*description["fichiers"], DESCRIPTION], [*mettre_a_part(session.var, cles), *phrases])


def empreintes(dossier: Path) -> dict[str, str]:
    """{file: sha256} of a folder, but for its description."""
    fichiers = sorted(f for f in dossier.rglob("*") if f.is_file() and f != dossier / DESCRIPTION)
    return {f.relative_to(dossier).as_posix(): empreinte(f).sha256 for f in fichiers}


def base_voisine(dsn: str, nom: str) -> str:
    """The address of another database of the server of the warehouse."""
    return make_conninfo(**parametres(dsn) | {"dbname": nom})


def _exiger_droits(dsn: str, airflow: str | None) -> None:
    """The account reads everything: a copy is made under the owner, of Airflow's metadata under its own account."""
    compte = parametres(dsn)["user"]
    with connecter(dsn, role=None) as conn:
        if not peut_prendre(conn, PROPRIETAIRE):
            raise ErreurMutualisation(
                f"Une sauvegarde copie tout l'entrepôt : lancez-la sous un compte membre du groupe « {MIGRATION} », "
                f"celui qui a installé ou un administrateur ; le compte {compte} ne l'est pas."
            )
        if airflow is None:
            return
        lit = conn.execute(SQL_BASE, (airflow,)).fetchone()
    if lit is None:
        raise ErreurMutualisation(
            f"Aucune base « {airflow} » sur le serveur de l'entrepôt : donnez à --airflow la base des métadonnées "
            "d'Airflow ; sur un autre serveur, « pg_dump » la copie."
        )
    if lit != (True,):
        raise ErreurMutualisation(
            f"Le compte {compte} ne lit pas la base « {airflow} » : lancez la sauvegarde sous un administrateur."
        )


def _copier_ancres(conn: psycopg.Connection[Any], var: Path, ebauche: Path) -> list[str]:
    """The anchors, and what a restoration will find against them. Raises `ErreurMutualisation` when there is none."""
    ancrer(conn, var)
    ancres = Ancres(var)
    if lire_sceaux(conn) and not (ancres.lues() and ancres.cles()):
        raise ErreurMutualisation(
            f"Rien ne permettrait de vérifier les sceaux une fois l'entrepôt restauré : {ancres.dossier} n'en a pas "
            "l'ancre. Indiquez par MUTUALISATION_VAR le dossier où l'entrepôt a été publié, ou copiez-en « sceaux »."
        )
    if ancres.dossier.is_dir():
        shutil.copytree(ancres.dossier, ebauche / SCEAUX)
    return [f"attention, déjà avant la sauvegarde : {ecart}" for ecart in ecarts_chaine(conn, var)]


def _comptes(conn: psycopg.Connection[Any], *, embarque: bool) -> list[dict[str, Any]]:
    """Members of our groups: no password is read, the administrator gives each one again."""
    with conn.cursor(row_factory=dict_row) as curseur:
        return curseur.execute(MEMBRES, (list(GROUPES), embarque, [PREPARATEUR, APPROBATEUR])).fetchall()


def _dans(dossier: Path, autre: Path) -> bool:
    un, deux = dossier.resolve(), autre.resolve()
    return un == deux or un in deux.parents or deux in un.parents
