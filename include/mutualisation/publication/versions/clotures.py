"""The statements of closing alone say what is closed, and by whom (K11); only `journal.approuver` inscribes one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mutualisation.entrepot.base.roles import APPROBATEUR, REFUS, compte_connecte
from mutualisation.publication.signatures.cle_signature import publique
from mutualisation.publication.versions.sceaux import CLOTURE, enoncer, lire_sceaux, maintenant
from mutualisation.socle.erreurs import ControleEchoue, SansReprise

# a run tells this to the server, which verifies no signature: its views leave these out; nothing else is said there
ECARTER = """
with passes as (delete from journal.ecartes where numero <> all (%(passes)s))
insert into journal.ecartes select unnest(%(passes)s::int[]) on conflict do nothing
"""
# who may act as a group, but for who prepared or published a version of the exercice (K2), when there is one: the ADMIN
# option alone is no membership (K10); who publishes puts the role on, who approves needs no more than to inherit it
PEUVENT = """
select r.rolname from pg_catalog.pg_roles as r
 where r.rolcanlogin and not r.rolsuper and pg_catalog.pg_has_role(r.oid, %(groupe)s, %(droit)s)
   and not exists (select from journal.constructions as c
                    where c.statut = 'publiee' and %(exercice)s::int = any (c.exercices)
                      and (c.prepare_par = r.rolname or c.portes -> 'demande' -> 'par' ? r.rolname))
   and not exists (select from journal.sceaux as s
                    where s.acte = 'publication' and s.enonce::jsonb ->> 'publie_par' = r.rolname
                      and s.enonce::jsonb -> 'exercices' @> to_jsonb(%(exercice)s::int))
 order by 1
"""
PREPARE_PAR = "select prepare_par from journal.constructions where version = %s"


@dataclass(frozen=True)
class Cloture:
    """A closed version has an approver, a time (ISO, UTC), the sha256 of the approved manifest, and its statement.
    `identite` says whether who approved was authenticated."""

    version: int
    approuve_par: str
    approuve_le: str
    manifeste_sha256: str
    identite: str
    enonce: dict[str, Any]

    @classmethod
    def dite(cls, version: int, enonce: dict[str, Any]) -> Cloture:
        """Read what a statement says, or will say once what it closes is composed."""
        moment = f"{enonce['approuve_le'][:19]}Z"
        return cls(version, enonce["approuve_par"], moment, enonce["manifeste_sha256"], str(enonce["identite"]), enonce)

    @classmethod
    def a_signer(
        cls, conn: psycopg.Connection[Any], sienne: psycopg.Connection[Any], quoi: Mapping[str, Any]
    ) -> Cloture:
        """Return what the login of `sienne` is about to sign; `conn` reads the journal. `quoi` holds `exercice`,
        `version`, `manifeste_sha256`, `identite` (K3), and `repondant` where an account of another name answered for
        the login."""
        prepare = conn.execute(PREPARE_PAR, (quoi["version"],)).fetchone()
        qui = {"approuve_par": compte_connecte(sienne), "approuve_le": maintenant(sienne)}
        return cls.dite(quoi["version"], {**quoi, **qui, "prepare_par": prepare[0] if prepare else ""})


def lire_cloture(conn: psycopg.Connection[Any], exercice: int, version: int) -> Cloture | None:
    """Return the closing of a version, the first one that holds; None while it is to be approved."""
    inscrites = (s for s in lire_sceaux(conn, CLOTURE, version) if s.exercice == exercice and s.tient)
    return next((Cloture.dite(version, s.dit) for s in inscrites), None)


def ecarter(conn: psycopg.Connection[Any]) -> None:
    """Have the views of the server leave out the closings that do not hold, and no other (K10)."""
    conn.execute(ECARTER, {"passes": [s.numero for s in lire_sceaux(conn, CLOTURE) if not s.tient]})


def qui_peut(conn: psycopg.Connection[Any], groupe: str, exercice: int | None = None) -> list[str]:
    """Return the logins of a group that may answer; to close an exercice, none that prepared or published it."""
    droit = "set" if exercice is None else "usage, set"
    return [nom for (nom,) in conn.execute(PEUVENT, {"groupe": groupe, "droit": droit, "exercice": exercice})]


def versions_closes(conn: psycopg.Connection[Any], exercices: Iterable[int] = ()) -> set[int]:
    """Return every version closed of these exercices (default: all): its extract may be asked for at any time."""
    demandes = set(exercices)
    lignes = conn.execute("select exercice, version from journal.clotures").fetchall()
    return {int(v) for e, v in lignes if not demandes or e in demandes}


def approuver(
    conn: psycopg.Connection[Any],
    sienne: psycopg.Connection[Any],
    cloture: Cloture,
    extraits: Collection[str],
    cle: Ed25519PrivateKey,
) -> bool:
    """Close the published version by a signed statement in the name of the login of `sienne`; False if it was closed.

    `conn` reads the journal; `extraits` are the digests of the manifests of the closed extracts, which the statement
    holds. Raises `ControleEchoue` when the database refuses who approves or what is approved, `SansReprise` when the
    login is no approver."""
    compte, exercice = cloture.approuve_par, cloture.enonce["exercice"]
    enonce = enoncer(conn, CLOTURE, cloture.enonce | {"extraits": [*extraits]}, cle)
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
    """Name who may, where the login that was refused may not."""
    peuvent = qui_peut(conn, APPROBATEUR, exercice)
    return f" Peuvent l'approuver : {', '.join(peuvent)}." if peuvent and compte not in peuvent else ""
