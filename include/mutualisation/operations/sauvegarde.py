"""One folder that brings the warehouse back: the database, its accounts, its anchors; the keys go apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from mutualisation import disque
from mutualisation.chemins import dossier_var
from mutualisation.composition.dossier import remplacer_dossier
from mutualisation.construction.dbt import SCHEMA
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.copie_de_base import copier, remettre
from mutualisation.entrepot.migrations.application import revisions
from mutualisation.entrepot.parametres_libpq import parametres
from mutualisation.entrepot.roles import GROUPES, PROPRIETAIRE
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.erreurs import ErreurMutualisation, raison_systeme
from mutualisation.ingestion.octets import empreinte
from mutualisation.ingestion.pseudonymes import FICHIER as CLE_PSEUDONYMES
from mutualisation.operations.migration import mettre_a_jour
from mutualisation.operations.session import Session
from mutualisation.operations.verification_sceau import verifier
from mutualisation.publication.ancrage import DOSSIER as SCEAUX
from mutualisation.publication.cle_signature import FICHIER as CLE_SIGNATURE

DESCRIPTION = "sauvegarde.json"
ENTREPOT = "entrepot.dump"
COMPTES = "comptes.json"
CLES = (CLE_PSEUDONYMES, CLE_SIGNATURE)
# metadata of the Airflow that `make ordonnanceur` starts, beside the warehouse
AIRFLOW = "airflow"
MEMBRES = """
select m.rolname as compte, g.rolname as groupe, m.rolcanlogin as connexion,
  a.inherit_option as herite, a.set_option as prend
  from pg_catalog.pg_auth_members as a
 inner join pg_catalog.pg_roles as g on g.oid = a.roleid
 inner join pg_catalog.pg_roles as m on m.oid = a.member
 where g.rolname = any(%s) and (a.inherit_option or a.set_option)
 order by 1, 2
"""


@dataclass(frozen=True)
class Restauration:
    """What `restaurer` brought back: seals that hold, and every difference found, a French sentence each."""

    sceaux: int
    ecarts: list[str]


def sauvegarder(session: Session, dossier: Path, cles: Path | None = None) -> list[str]:
    """Write the folder of a backup, and the keys to a folder of their own; give back the names of its files.

    One copy at a time of what no run is changing. Raises `ErreurMutualisation` when a folder can't be written, is not
    a backup of ours, or holds both.
    """
    if cles is not None and _dans(cles, dossier):
        raise ErreurMutualisation(
            f"Les clés iraient avec l'entrepôt dans {dossier} : qui aurait l'un aurait l'autre. Donnez à --cles un "
            "dossier ailleurs."
        )
    if dossier.exists() and any(dossier.iterdir()) and not (dossier / DESCRIPTION).is_file():
        raise ErreurMutualisation(f"Le dossier {dossier} contient autre chose qu'une sauvegarde : donnez-en un autre.")
    with session.connexion() as conn, remplacer_dossier(dossier, "La sauvegarde ne peut pas être écrite") as ebauche:
        ebauche.chmod(0o700)
        if (session.var / SCEAUX).is_dir():
            shutil.copytree(session.var / SCEAUX, ebauche / SCEAUX)
        comptes = _comptes(conn)
        (ebauche / COMPTES).write_text(json.dumps(comptes, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        conn.commit()
        copier(session.dsn, ebauche / ENTREPOT, role=PROPRIETAIRE, sauf=(f"{SCHEMA}.*",))
        if autre := _metadonnees(conn, session.dsn):
            copier(autre, ebauche / f"{AIRFLOW}.dump")
        fichiers = {f.relative_to(ebauche).as_posix(): empreinte(f).sha256 for f in _fichiers(ebauche)}
        description = {"migration": revisions()[-1], "fichiers": fichiers}
        (ebauche / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
    if cles is not None:
        _copier_cles(session.var, cles)
    return [*fichiers, DESCRIPTION]


def restaurer(dossier: Path, cles: Path | None = None) -> Restauration:
    """Bring a backup back into an empty warehouse of `ENTREPOT_DSN`, else the embedded one; check its seals.

    Raises `ErreurMutualisation` when the backup is not whole, or the warehouse is not empty.
    """
    var = dossier_var()
    _verifier(dossier)
    _exiger_libre(var, cles)
    with serveur_entrepot() as dsn:
        with connecter(dsn, role=None) as conn:
            if conn.execute("select to_regnamespace('journal') is not null").fetchone() == (True,):
                raise ErreurMutualisation("L'entrepôt n'est pas vide : une restauration part d'un entrepôt vide.")
            _remettre_les_comptes(conn, json.loads((dossier / COMPTES).read_text(encoding="utf-8")))
        remettre(dsn, dossier / ENTREPOT)
        if (dossier / f"{AIRFLOW}.dump").is_file():
            remettre(_base(dsn, AIRFLOW, creer=True), dossier / f"{AIRFLOW}.dump")
        if (dossier / SCEAUX).is_dir():
            shutil.copytree(dossier / SCEAUX, var / SCEAUX, dirs_exist_ok=True)
        if cles is not None:
            _copier_cles(cles, var)
        mettre_a_jour(dsn)
        with connecter(dsn, role=None) as conn:
            ligne = conn.execute("select count(*) from journal.sceaux").fetchone()
        with Session.depuis_environnement() as session:
            return Restauration(int(ligne[0]) if ligne else 0, verifier(session))


def _comptes(conn: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """Members of our groups: no password is read, the administrator gives each one again."""
    with conn.cursor(row_factory=dict_row) as curseur:
        return curseur.execute(MEMBRES, (list(GROUPES),)).fetchall()


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


def _metadonnees(conn: psycopg.Connection[Any], dsn: str) -> str:
    """The address of Airflow's metadata beside the warehouse; empty when there is none."""
    existe = conn.execute("select 1 from pg_catalog.pg_database where datname = %s", (AIRFLOW,)).fetchone()
    conn.commit()
    return _base(dsn, AIRFLOW) if existe else ""


def _base(dsn: str, nom: str, *, creer: bool = False) -> str:
    if creer:
        with connecter(dsn, autocommit=True, role=None) as conn:
            conn.execute(sql.SQL("create database {}").format(sql.Identifier(nom)))
    return make_conninfo(**parametres(dsn) | {"dbname": nom})


def _verifier(dossier: Path) -> None:
    """Every file of the backup, as it was written."""
    try:
        dits = json.loads((dossier / DESCRIPTION).read_text(encoding="utf-8"))["fichiers"]
        lus = {f.relative_to(dossier).as_posix(): empreinte(f).sha256 for f in _fichiers(dossier)}
    except (OSError, ValueError, KeyError, TypeError) as erreur:
        raise ErreurMutualisation(
            f"Le dossier {dossier} n'est pas une sauvegarde lisible : donnez celui que « mutualisation sauvegarder » a "
            "écrit."
        ) from erreur
    lus.pop(DESCRIPTION, None)
    if ecarts := sorted(nom for nom in {*dits, *lus} if dits.get(nom) != lus.get(nom)):
        raise ErreurMutualisation(
            f"La sauvegarde {dossier} n'est plus celle qui a été écrite ({', '.join(ecarts[:5])}) : "
            "prenez-en une autre."
        )


def _exiger_libre(var: Path, cles: Path | None) -> None:
    """Nothing of a former warehouse is mixed with the one that comes back."""
    pris = [nom for nom in (SCEAUX, *(CLES if cles is not None else ())) if (var / nom).exists()]
    if pris:
        raise ErreurMutualisation(
            f"Le dossier {var} tient déjà {', '.join(pris)} d'un entrepôt : indiquez un dossier vide par "
            "MUTUALISATION_VAR."
        )


def _copier_cles(origine: Path, destination: Path) -> None:
    """Keys that are files, readable by their owner alone; one given by the environment has no file."""
    with _droits(destination):
        destination.mkdir(parents=True, exist_ok=True, mode=0o700)
        for nom in CLES:
            if (origine / nom).is_file():
                disque.ecrire(destination / nom, (origine / nom).read_bytes())


@contextmanager
def _droits(dossier: Path) -> Iterator[None]:
    try:
        yield
    except OSError as erreur:
        raise ErreurMutualisation(
            f"Les clés ne peuvent pas être copiées dans {dossier} ({raison_systeme(erreur)}) : vérifiez les droits."
        ) from erreur


def _dans(dossier: Path, autre: Path) -> bool:
    un, deux = dossier.resolve(), autre.resolve()
    return un == deux or un in deux.parents or deux in un.parents


def _fichiers(dossier: Path) -> list[Path]:
    return sorted(f for f in dossier.rglob("*") if f.is_file())
