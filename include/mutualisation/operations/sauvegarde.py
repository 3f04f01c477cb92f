"""One folder that brings the warehouse back, by pg_dump: the database, its accounts, its anchors; never a key."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from mutualisation.composition.dossier import MANIFESTE, remplacer_dossier
from mutualisation.construction.dbt import SCHEMA
from mutualisation.entrepot.connexion import connecter
from mutualisation.entrepot.copie_de_base import copier
from mutualisation.entrepot.parametres_libpq import parametres
from mutualisation.entrepot.roles import APPROBATEUR, GROUPES, MIGRATION, PREPARATEUR, PROPRIETAIRE, peut_prendre
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion import pseudonymes
from mutualisation.lecteurs.octets import empreinte
from mutualisation.operations.session import Session
from mutualisation.signatures import cle_signature
from mutualisation.signatures.ancrage import DOSSIER as SCEAUX

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
CLES = (
    ("clé des pseudonymes", pseudonymes.FICHIER, pseudonymes.VARIABLE),
    ("clé de signature", cle_signature.FICHIER, cle_signature.VARIABLE),
)


@dataclass(frozen=True)
class Sauvegarde:
    """What `sauvegarder` wrote: names of its files; a French sentence per key, which is not among them."""

    fichiers: list[str]
    phrases: list[str]


def sauvegarder(
    session: Session, dossier: Path, *, airflow: str | None = None, attente_min: int = ATTENTE_MIN
) -> Sauvegarde:
    """Write the folder of a backup; a former backup there is replaced, whole.

    `airflow`: the database of Airflow's metadata, on the same server; `attente_min`: minutes to wait for a run that
    writes. Raises `ErreurMutualisation` when the folder can't be written or is not a backup of ours as it was written,
    or when the account may not read everything.
    """
    _exiger_droits(session.dsn)
    annonce = f"Un traitement écrit dans l'entrepôt : la sauvegarde attend qu'il finisse, {attente_min} min au plus."
    with (
        session.connexion(attente=60 * attente_min, annoncer=lambda: session.suivi(annonce)) as conn,
        remplacer_dossier(dossier, "La sauvegarde ne peut pas être écrite") as ebauche,
    ):
        ebauche.chmod(0o700)
        with conn.cursor(row_factory=dict_row) as curseur:
            membres = curseur.execute(MEMBRES, (list(GROUPES), session.embarque, [PREPARATEUR, APPROBATEUR])).fetchall()
        conn.commit()
        _ecrire_json(ebauche / COMPTES, membres)
        if (session.var / SCEAUX).is_dir():
            shutil.copytree(session.var / SCEAUX, ebauche / SCEAUX)
        copier(session.dsn, ebauche / ENTREPOT, f"--role={PROPRIETAIRE}", f"--exclude-table={SCHEMA}.*")
        if airflow:
            copier(base_voisine(session.dsn, airflow), ebauche / AIRFLOW)
        lues = empreintes(ebauche)
        _ecrire_json(ebauche / MANIFESTE, {"sorties": [{"fichier": f, "sha256": s} for f, s in lues.items()]})
    return Sauvegarde([*lues, MANIFESTE], [_ou_est(session.var, *cle) for cle in CLES])


def empreintes(dossier: Path) -> dict[str, str]:
    """{file: sha256} of a folder, but for its manifest."""
    fichiers = sorted(f for f in dossier.rglob("*") if f.is_file() and f != dossier / MANIFESTE)
    return {f.relative_to(dossier).as_posix(): empreinte(f).sha256 for f in fichiers}


def base_voisine(dsn: str, nom: str) -> str:
    """The address of another database of the server of the warehouse."""
    return make_conninfo(**parametres(dsn) | {"dbname": nom})


def _exiger_droits(dsn: str) -> None:
    """The account reads everything: a copy is made under the owner."""
    with connecter(dsn, role=None) as conn:
        if not peut_prendre(conn, PROPRIETAIRE):
            raise ErreurMutualisation(
                f"Une sauvegarde copie tout l'entrepôt : lancez-la sous un compte membre du groupe « {MIGRATION} », "
                f"celui qui a installé ou un administrateur ; le compte {parametres(dsn)['user']} ne l'est pas."
            )


def _ou_est(var: Path, libelle: str, fichier: str, variable: str) -> str:
    """Where a key is, never what it is."""
    if os.environ.get(variable, "").strip():
        return f"{libelle} : donnée par {variable}, non copiée ; gardez-la à part."
    if (var / fichier).is_file():
        return f"{libelle} : non copiée, elle reste dans {var / fichier} ; gardez-la à part."
    return f"{libelle} : absente de {var} comme de {variable}."


def _ecrire_json(chemin: Path, contenu: object) -> None:
    chemin.write_text(json.dumps(contenu, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
