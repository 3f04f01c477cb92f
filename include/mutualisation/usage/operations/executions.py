"""The run ledger (schema `exploitation`) says who ran what, why, on which inputs, and what came of it. Each run writes
its row as it goes: a killed one is said never to have finished. Nothing waits for the disk, and no failure of the
ledger stops a run."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.pannes import phrase_imprevue
from mutualisation.publication.versions.inchange import ENTREES
from mutualisation.socle.erreurs import INTERROMPU, ErreurMutualisation
from mutualisation.socle.francais.typographie import sans_accent

PHRASE_MAX = 2_000
# these measures are of the last build, and of the last time of each gate and stage
MESURES = """
select 'publication.il_y_a_jours', extract(epoch from now() - max(publie_le)) / 86400 from journal.publications
 having count(*) > 0
union all
select 'lignes_rejetees.' || c.source, count(r.source)
  from (select distinct source from journal.chargements) as c
  left join exploitation.rejets as r on r.source = c.source and r.statut = 'rejete' group by c.source
union all
select 'porte.' || porte || '.echecs', sum(jsonb_array_length(echecs))
  from (select distinct on (porte, case porte when 'fichier' then objet end) porte, echecs
          from exploitation.portes order by porte, case porte when 'fichier' then objet end, execution desc) as p
 group by porte
union all
(select distinct on (etape) 'etape.' || etape || '.secondes', secondes
   from exploitation.etapes order by etape, execution desc)
"""
# a run holds the advisory lock (VIVANTE, its number) while it lives; the view `exploitation.registre` looks there
VIVANTE = 190_018
EMPREINTE = f"encode(sha256(convert_to(({ENTREES}), 'UTF8')), 'hex')"
SQL_OUVRIR = f"""
insert into exploitation.executions (commande, declencheur, compte, identite, logiciel, parametres, entrees_sha256)
values (%s, %s, coalesce(%s, session_user), %s, %s, %s, {EMPREINTE})
returning execution
"""  # noqa: S608
SQL_NOTER = "update exploitation.executions set etape = %s, etapes = %s where execution = %s"
SQL_FINIR = f"""
update exploitation.executions
   set fin = clock_timestamp(), statut = %s, code = %s, phrase = %s, entrees_sha256 = {EMPREINTE} where execution = %s
"""  # noqa: S608


@dataclass(frozen=True)
class Demande:
    """A command or a task asks this of the warehouse; `declencheur` started it, `parametres` are by name."""

    commande: str
    declencheur: str = "ligne de commande"
    parametres: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parametres_montrables(self) -> dict[str, Any]:
        """Keep the parameters that name nobody and no place: numbers, booleans, registry names, their lists."""

        def ne_nomme_personne(valeur: Any) -> bool:
            if isinstance(valeur, (list, tuple)):
                return bool(valeur) and all(map(ne_nomme_personne, valeur))
            return isinstance(valeur, int) or (isinstance(valeur, str) and valeur in registre().noms)

        return {nom: valeur for nom, valeur in self.parametres.items() if ne_nomme_personne(valeur)}


@dataclass(frozen=True)
class Execution:
    """A run under way has this row; the connection keeps it alive."""

    numero: int
    conn: psycopg.Connection[Any]

    def noter(self, etape: str, faites: Mapping[str, float], lignes: Mapping[str, int]) -> None:
        """Note the stage under way (none: empty), and seconds and rows of those that ended."""
        etapes = [{"etape": nom, "secondes": round(s, 3), "lignes": lignes.get(nom)} for nom, s in faites.items()]
        with suppress(psycopg.Error, ErreurMutualisation):
            self.conn.execute(SQL_NOTER, (etape or None, json.dumps(etapes, ensure_ascii=False), self.numero))

    def finir(self, erreur: BaseException | None) -> None:
        """Note the end of the run: its exit code, its sentence."""
        code, phrase = issue_de(erreur) if erreur is not None else (0, None)
        if phrase is not None and len(phrase) > PHRASE_MAX:
            phrase = f"{phrase[:PHRASE_MAX]}…"
        valeurs = ("echouee" if code else "reussie", code, phrase, self.numero)
        with suppress(psycopg.Error, ErreurMutualisation):
            self.conn.execute(SQL_FINIR, valeurs)


def mesures(dsn: str) -> dict[str, float]:
    """Return {name: value} for a monitoring tool; names are in ASCII, as such tools take them."""
    with connecter(dsn) as conn:
        lignes = conn.execute(MESURES).fetchall()
    return {re.sub(r"[^a-z0-9_.]", "_", sans_accent(nom)): float(valeur) for nom, valeur in lignes}


@contextmanager
def inscrire(
    dsn: str, demande: Demande | None, compte: str | None, logiciel: Callable[[], str]
) -> Iterator[Execution | None]:
    """Write the run of a block, and what ends it; yield None without anything to write, or when the server takes no
    row. `compte` is declared on the embedded server; None on a named one, which says who is connected (K3)."""
    execution = _ouvrir_execution(dsn, demande, compte, logiciel) if demande is not None else None
    if execution is None:
        yield None
        return
    try:
        yield execution
    except BaseException as erreur:
        execution.finir(erreur)
        raise
    else:
        execution.finir(None)
    finally:
        execution.conn.close()


def _ouvrir_execution(dsn: str, demande: Demande, compte: str | None, logiciel: Callable[[], str]) -> Execution | None:
    identite, parametres = "authentifiee" if compte is None else "declaree", json.dumps(demande.parametres_montrables)
    valeurs = (demande.commande, demande.declencheur, compte, identite, logiciel(), parametres)
    conn = connecter(dsn, autocommit=True)
    try:
        conn.execute("set synchronous_commit = off; set idle_session_timeout = 0")
        (numero,) = conn.execute(SQL_OUVRIR, valeurs).fetchone() or (0,)
        conn.execute("select pg_try_advisory_lock(%s, %s::int)", (VIVANTE, numero))
    except (psycopg.Error, ErreurMutualisation):
        # on a standby, or behind a table that another session holds, the run goes on without a row
        conn.close()
        return None
    return Execution(int(numero), conn)


def issue_de(erreur: BaseException) -> tuple[int, str]:
    """Return the exit code and French sentence of what ended a run (`sorties.md`), without a cell."""
    match erreur:
        case ErreurMutualisation():
            return erreur.code_sortie, str(erreur)
        case Exception():
            return 1, phrase_imprevue(erreur)
    return 1, INTERROMPU
