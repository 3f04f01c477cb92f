"""What is closed, by whom: the statements of closing alone say it (K11), and only `journal.approuver` inscribes one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from mutualisation.entrepot.base.roles import APPROBATEUR, REFUS, compte_connecte
from mutualisation.publication.signatures.cle_signature import cle_signature, publique
from mutualisation.publication.versions.sceaux import CLOTURE, enoncer, maintenant
from mutualisation.socle.erreurs import ControleEchoue, SansReprise
from mutualisation.socle.poste import Poste

LIRE = """
select version, approuve_par, to_char(approuve_le at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), manifeste_sha256,
  identite, enonce::jsonb
  from journal.clotures
 where exercice = %s and version = %s
"""
# who may act as a group, but for who prepared or published a version of the exercice (K2), when there is one: the ADMIN
# option alone is no membership (K10); who publishes puts the role on, who approves needs no more than to inherit it
PEUVENT = """
select r.rolname from pg_catalog.pg_roles as r
 where r.rolcanlogin and not r.rolsuper and pg_catalog.pg_has_role(r.oid, %(groupe)s, %(droit)s)
   and not exists (select from journal.constructions as c
                    where c.statut = 'publiee' and c.prepare_par = r.rolname and %(exercice)s::int = any (c.exercices))
   and not exists (select from journal.sceaux as s
                    where s.acte = 'publication' and s.enonce::jsonb ->> 'publie_par' = r.rolname
                      and s.enonce::jsonb -> 'exercices' @> to_jsonb(%(exercice)s::int))
 order by 1
"""


@dataclass(frozen=True)
class Cloture:
    """A closed version: who approved, when (ISO, UTC), the sha256 of the manifest that was approved, whether who
    approved was authenticated, and the statement that says it."""

    version: int
    approuve_par: str
    approuve_le: str
    manifeste_sha256: str
    identite: str
    enonce: dict[str, Any]


def lire_cloture(conn: psycopg.Connection[Any], exercice: int, version: int) -> Cloture | None:
    """The closing of a version; None while it is to be approved."""
    ligne = conn.execute(LIRE, (exercice, version)).fetchone()
    return None if ligne is None else Cloture(int(ligne[0]), *ligne[1:])


def qui_peut(conn: psycopg.Connection[Any], groupe: str, exercice: int | None = None) -> list[str]:
    """The logins of a group that may answer; where an exercice is to be closed, none that prepared or published it."""
    droit = "set" if exercice is None else "usage, set"
    return [nom for (nom,) in conn.execute(PEUVENT, {"groupe": groupe, "droit": droit, "exercice": exercice})]


def versions_closes(conn: psycopg.Connection[Any], exercices: Iterable[int] = ()) -> set[int]:
    """Every version that was closed, of these exercices (default: all): its extract may be asked for at any time."""
    demandes = set(exercices)
    lues = conn.execute("select exercice, version from journal.clotures").fetchall()
    return {int(v) for e, v in lues if not demandes or e in demandes}


def approuver(
    conn: psycopg.Connection[Any],
    sienne: psycopg.Connection[Any],
    exercice: int,
    version: int,
    manifeste_sha256: str,
    identite: str,
    poste: Poste,
    reprise: Mapping[str, Any] | None = None,
) -> bool:
    """Close the published version by a signed statement in the name of the login of `sienne`; False when it was closed.

    `conn` reads the journal; `identite`: `declaree` or `authentifiee` (K3); `poste`: who has the key; `reprise`:
    what the statement says of the closing, by a former software, that it takes over. Raises
    `ControleEchoue` when the database refuses who approves or what is approved, `SansReprise` when the login is no
    approver.
    """
    compte = compte_connecte(sienne)
    prepare = conn.execute("select prepare_par from journal.constructions where version = %s", (version,)).fetchone()
    cle = cle_signature(poste)
    dit = {
        "exercice": exercice,
        "version": version,
        "prepare_par": prepare[0] if prepare else "",
        "approuve_par": compte,
        "approuve_le": maintenant(sienne),
        "manifeste_sha256": manifeste_sha256,
        "identite": identite,
        **({"reprise": reprise} if reprise else {}),
    }
    enonce = enoncer(conn, CLOTURE, dit, cle)
    try:
        ligne = sienne.execute(
            "select journal.approuver(%s, %s, %s)", (enonce, cle.sign(enonce.encode()), publique(cle))
        ).fetchone()
    except psycopg.errors.InsufficientPrivilege as erreur:
        raise SansReprise(
            f"Le compte « {compte} » n'est pas membre du groupe « {APPROBATEUR} » : un administrateur de la base "
            f'l\'y met par « grant {APPROBATEUR} to "{compte}" ».{_sinon(conn, exercice, compte)}'
        ) from erreur
    except psycopg.DatabaseError as erreur:
        if erreur.sqlstate != REFUS:
            raise
        refus = f"clôture : {erreur.diag.message_primary or erreur}{_sinon(conn, exercice, compte)}"
        raise ControleEchoue([refus]) from erreur
    return bool(ligne and ligne[0])


def _sinon(conn: psycopg.Connection[Any], exercice: int, compte: str) -> str:
    """Who may, where the login that was refused may not."""
    peuvent = qui_peut(conn, APPROBATEUR, exercice)
    return f" Peuvent l'approuver : {', '.join(peuvent)}." if peuvent and compte not in peuvent else ""
