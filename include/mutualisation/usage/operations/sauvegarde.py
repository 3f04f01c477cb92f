"""pg_dump puts in one folder what brings the warehouse back: the database, its accounts, its anchors; never a key.
pg_restore reads it into an empty warehouse, which is then verified; a killed restoration starts again from empty."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.documents.composition.dossier import remplacer_dossier
from mutualisation.entree.ingestion.confidentialite import FICHIER_CLE
from mutualisation.entrepot.base.connexion import connecter, verrou_entrepot
from mutualisation.entrepot.base.copie_de_base import copier, recopier
from mutualisation.entrepot.base.migrations import (
    DROITS_SUR_LA_BASE,
    INSCRITES,
    anterieur_a_0_3_0,
    depuis_le_socle,
    migrations_appliquees,
    revisions,
)
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.base.roles import APPROBATEUR, GROUPES, MIGRATION, PREPARATEUR, PROPRIETAIRE, peut_prendre
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.entrepot.construction.dbt import SCHEMA
from mutualisation.publication.signatures import cle_signature
from mutualisation.publication.signatures.ancrage import DOSSIER as SCEAUX
from mutualisation.publication.signatures.ancrage import Ancres
from mutualisation.publication.versions.chaine import lire_chaine
from mutualisation.publication.versions.manifeste import MANIFESTE, DossierLu, ecrire, poser
from mutualisation.socle.chemins import dossier_var
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.formats import plusieurs
from mutualisation.socle.poste import CLE_PSEUDONYMES, CLE_SIGNATURE, Poste
from mutualisation.usage.operations.session import Session, a_jour, mettre_a_jour, version_du_code
from mutualisation.usage.operations.verification_sceau import verifier

ENTREPOT, AIRFLOW, COMPTES = "entrepot.dump", "airflow.dump", "comptes.json"
# software before 0.1.0 called its manifest so
MANIFESTE_ANTERIEUR = "sauvegarde.json"
ATTENTE_MIN = 60
# on the embedded server, preparers and approvers are names that were given, not accounts
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
    ("clé des pseudonymes", FICHIER_CLE, CLE_PSEUDONYMES),
    ("clé de signature", cle_signature.FICHIER, CLE_SIGNATURE),
)
SQL_PROPRIETAIRE = """
select pg_catalog.pg_get_userbyid(datdba)::text, pg_catalog.pg_has_role(datdba, 'usage')
  from pg_catalog.pg_database where datname = current_database()
"""


@dataclass(frozen=True)
class Sauvegarde:
    """`sauvegarder` wrote these files; a French sentence says where each key is, which is not among them."""

    fichiers: list[str]
    phrases: list[str]


def sauvegarder(
    session: Session, dossier: Path, *, airflow: str | None = None, attente_min: int = ATTENTE_MIN
) -> Sauvegarde:
    """Write the folder of a backup; a former backup there is replaced, whole.

    `airflow` is the database of Airflow's metadata, on the same server; `attente_min` the minutes to wait for a run
    that writes. Raises `ErreurMutualisation` when the folder can't be written or is not a backup of ours as it was
    written, or when the account may not read everything."""
    _exiger_droits(session.dsn, airflow)
    annonce = f"Un traitement écrit dans l'entrepôt : la sauvegarde attend qu'il finisse, {attente_min} min au plus."
    with (
        session.connexion(attente=60 * attente_min, annoncer=lambda: session.suivi(annonce)) as conn,
        remplacer_dossier(dossier, "La sauvegarde ne peut pas être écrite") as ebauche,
    ):
        sommes = _ecrire(session, conn, ebauche, airflow)
    return Sauvegarde([*sommes, MANIFESTE], [_ou_est(session.var, *cle) for cle in CLES])


def _ecrire(session: Session, conn: psycopg.Connection[Any], ebauche: Path, airflow: str | None = None) -> list[str]:
    """Fill the folder of a backup, whose manifest names migrations as the warehouse does; return its other files."""
    ebauche.chmod(0o700)
    with conn.cursor(row_factory=dict_row) as curseur:
        membres = curseur.execute(MEMBRES, (list(GROUPES), session.embarque, [PREPARATEUR, APPROBATEUR])).fetchall()
    migrations = [nom for (nom,) in conn.execute(INSCRITES.encode()).fetchall()]
    conn.commit()
    (ebauche / COMPTES).write_bytes(ecrire(membres))
    if (session.var / SCEAUX).is_dir():
        shutil.copytree(session.var / SCEAUX, ebauche / SCEAUX)
    copier(session.dsn, ebauche / ENTREPOT, f"--role={PROPRIETAIRE}", f"--exclude-table={SCHEMA}.*")
    if airflow:
        copier(session.dsn.voisine(airflow), ebauche / AIRFLOW)
    return list(poser(ebauche, {"code_version": version_du_code(), "migrations": migrations}).declares)


@dataclass(frozen=True)
class Migration:
    """`migrer` left the warehouse at this migration, ran these, and kept in `copie` what it was (none: null)."""

    migration: str
    jouees: list[str]
    copie: str | None

    @property
    def lignes(self) -> list[str]:
        """Say the same in French, a line each."""
        copie = f"copie d'avant, que la version d'avant restaure : {self.copie}"
        jouees = [f"migration jouée : {nom}" for nom in self.jouees]
        return [*jouees, *([copie] if self.copie else []), f"entrepôt à jour, migration {self.migration}"]


def migrer_l_entrepot(copie: Path | None = None) -> Migration:
    """Bring the warehouse of `ENTREPOT_DSN`, else the embedded one, to the schema of this code. `copie` is the folder
    of a backup, written first, that the software that made the warehouse brings back; by default that of an embedded
    one is `avant_migration_NNNN…/` beside it. Raises `ErreurMutualisation`, with nothing migrated."""
    poste = Poste.ici()
    with serveur_entrepot() as dsn:
        avant = migrations_appliquees(dsn)
        vers = None
        if avant and not a_jour(dsn, avant):
            vers = copie or (None if poste.dsn else poste.var / f"avant_migration_{avant[-1]}")
        if vers is not None:
            _exiger_droits(dsn)
            echec = "La copie d'avant la migration ne peut pas être écrite"
            with verrou_entrepot(dsn), connecter(dsn) as conn, remplacer_dossier(vers, echec) as ebauche:
                _ecrire(Session(dsn, poste.var, embarque=not poste.dsn), conn, ebauche)
        mettre_a_jour(dsn)
    return Migration(revisions()[-1], [m for m in revisions() if m not in avant], None if vers is None else str(vers))


def _exiger_droits(dsn: Adresse, airflow: str | None = None) -> None:
    """Refuse an account that may not read everything: a copy is made under the owner, that of Airflow's database under
    the account itself."""
    with connecter(dsn, role=None) as conn:
        if not peut_prendre(conn, PROPRIETAIRE):
            raise ErreurMutualisation(
                f"Une sauvegarde copie tout l'entrepôt : lancez-la sous un compte membre du groupe « {MIGRATION} », "
                f"celui qui a installé ou un administrateur ; le compte {dsn.parametres['user']} ne l'est pas."
            )
    if airflow:
        with connecter(dsn.voisine(airflow), role=None) as conn:
            proprietaire, lit = conn.execute(SQL_PROPRIETAIRE).fetchone() or ("", False)
        if not lit:
            raise ErreurMutualisation(
                f"La base d'Airflow « {airflow} » est au compte « {proprietaire} » : lancez la sauvegarde sous un "
                f"administrateur du serveur ; le compte {dsn.parametres['user']} n'en est pas membre."
            )


def _ou_est(var: Path, libelle: str, fichier: str, variable: str) -> str:
    """Say where a key is, never what it is."""
    if os.environ.get(variable, "").strip():
        return f"{libelle} : donnée par {variable}, non copiée ; gardez-la à part."
    if (var / fichier).is_file():
        return f"{libelle} : non copiée, elle reste dans {var / fichier} ; gardez-la à part."
    return f"{libelle} : absente de {var} comme de {variable}."


@dataclass(frozen=True)
class Restauration:
    """`restaurer` found `sceaux` seals that hold, every difference and what is to be known, a French sentence each.
    `airflow` is False when the backup holds Airflow's metadata and they were not asked for."""

    sceaux: int
    ecarts: list[str]
    remarques: list[str]
    airflow: bool

    @property
    def lignes(self) -> list[str]:
        """Say how many seals hold, then each remark, then that Airflow's metadata were left out."""
        sans = "métadonnées d'Airflow non restaurées : --airflow BASE, dans un entrepôt vide"
        sceaux_dits = plusieurs(self.sceaux, "sceau conforme", "sceaux conformes")
        return [sceaux_dits, *self.remarques, *([] if self.airflow else [sans])]


def restaurer(dossier: Path, *, airflow: str | None = None) -> Restauration:
    """Bring a backup back into an empty warehouse of `ENTREPOT_DSN`, else the embedded one; check its seals. `airflow`
    is the empty database that gets Airflow's metadata. Raises `ErreurMutualisation` when the backup is not whole, or
    the warehouse not empty: nothing is changed then."""
    var = dossier_var()
    _verifier_sauvegarde(dossier, airflow)
    ici, copies = Ancres(var).enonces(), Ancres(dossier).enonces()
    if any(ici[n] != copies[n] for n in ici.keys() & copies.keys()):
        raise ErreurMutualisation(
            f"Le dossier {var} tient déjà les sceaux d'un autre entrepôt : indiquez un dossier vide par "
            "MUTUALISATION_VAR."
        )
    with serveur_entrepot() as dsn:
        with connecter(dsn, role=None) as conn:
            if conn.execute("select to_regnamespace('journal') is null").fetchone() != (True,):
                raise ErreurMutualisation(
                    f"L'entrepôt {dsn.lieu} n'est pas vide : une restauration part d'un entrepôt vide. Créez une "
                    "base vide et nommez-la par ENTREPOT_DSN ; sans ENTREPOT_DSN, indiquez un dossier neuf par "
                    "MUTUALISATION_VAR. Une restauration interrompue repart de même."
                )
            _recreer_les_comptes(conn, json.loads((dossier / COMPTES).read_text(encoding="utf-8")))
        if airflow:
            voisine = dsn.voisine(airflow)
            with connecter(voisine, role=None) as conn:
                proprietaire, _ = conn.execute(SQL_PROPRIETAIRE).fetchone() or ("", False)
            # the owner of the base gets everything: the accounts of the former server may not be here
            recopier(voisine, dossier / AIRFLOW, "--no-owner", "--no-privileges", f"--role={proprietaire}")
        # the schema public is there already, with other rights
        recopier(dsn, dossier / ENTREPOT, "--clean", "--if-exists")
        mettre_a_jour(dsn)
        with Session.depuis_environnement() as session, connecter(dsn, role=None) as conn:
            chaine = lire_chaine(conn, session.poste)
            # a folder never mixes two histories
            if (dossier / SCEAUX).is_dir() and not chaine.ecarts:
                shutil.copytree(dossier / SCEAUX, var / SCEAUX, dirs_exist_ok=True)
            conn.execute(DROITS_SUR_LA_BASE.read_bytes())
            complete = bool(airflow) or not (dossier / AIRFLOW).is_file()
            return Restauration(len(chaine.sceaux), *verifier(session), complete)


def _verifier_sauvegarde(dossier: Path, airflow: str | None) -> None:
    anterieure = anterieur_a_0_3_0(f"L'entrepôt que sauvegarde {dossier}")
    if (dossier / MANIFESTE_ANTERIEUR).is_file():
        raise anterieure
    sauvegarde_lue = DossierLu.lire(dossier)
    if sauvegarde_lue is None or ENTREPOT not in sauvegarde_lue.declares:
        raise ErreurMutualisation(
            f"Le dossier {dossier} n'est pas une sauvegarde lisible : donnez celui que « mutualisation sauvegarder » a "
            "écrit."
        )
    if not (migrations := depuis_le_socle(sauvegarde_lue.manifeste.get("migrations", ()))):
        raise anterieure
    if not migrations <= {*revisions()}:
        raise ErreurMutualisation(
            f"La sauvegarde {dossier} a été écrite par une version plus récente du logiciel "
            f"({sauvegarde_lue.manifeste['code_version']}), qui seule la restaure ; rien n'a été changé."
        )
    if ecarts := [nom for nom, _ in sauvegarde_lue.differences()]:
        raise ErreurMutualisation(
            f"La sauvegarde {dossier} n'est plus celle qui a été écrite ({', '.join(ecarts[:5])}) : prenez-en une "
            "autre."
        )
    if airflow and AIRFLOW not in sauvegarde_lue.declares:
        raise ErreurMutualisation(
            f"La sauvegarde {dossier} n'a pas les métadonnées d'Airflow : relancez sans --airflow."
        )


def _recreer_les_comptes(conn: psycopg.Connection[Any], membres: list[dict[str, Any]]) -> None:
    connus = {nom for (nom,) in conn.execute("select rolname from pg_catalog.pg_roles").fetchall()}
    ouverts = {m["compte"] for m in membres if m["connexion"]}
    for nom in {*GROUPES, *(m["compte"] for m in membres)} - connus:
        ordre = "create role {} login" if nom in ouverts else "create role {} nologin"
        conn.execute(sql.SQL(ordre).format(sql.Identifier(nom)))
    for m in membres:
        ordre = f"grant {{}} to {{}} with inherit {m['herite']}, set {m['prend']}"
        conn.execute(sql.SQL(ordre).format(sql.Identifier(m["groupe"]), sql.Identifier(m["compte"])))
    conn.commit()
