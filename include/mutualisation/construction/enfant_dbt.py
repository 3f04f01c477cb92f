"""dbt in its child process: the project parsed early, built on request."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mutualisation.construction.projet import ProjetAnalyse, empreinte_compilee
from mutualisation.enfant.service import Reponse, servir

# data tests with this tag are run by the test suite only: a build does not wait for them
ESSAIS = "essais"
COMMANDES = {
    "build": ["build", "--exclude-resource-type", "unit_test", "--exclude", f"tag:{ESSAIS}"],
    "essais": ["test", "--select", "test_type:unit", f"tag:{ESSAIS}"],
}
OPTIONS = ("--target", "entrepot", "--quiet", "--log-level-file", "none")


def preparer(projet: str, cible: str) -> Reponse:
    """Parse the project; the answer to a name of `COMMANDES` is the outcome of one invocation."""
    from dbt.cli.main import dbtRunner

    codes = noter_les_codes()
    options = ["--project-dir", projet, "--profiles-dir", projet, *OPTIONS]
    analyse = ProjetAnalyse(Path(projet), Path(cible), options)

    def repondre(commande: str) -> dict[str, Any]:
        codes.clear()
        manifeste = analyse.neuf()
        if manifeste is None:
            return {"erreur": f"le projet dbt ne se lit pas : {analyse.faute}"}
        build = dbtRunner(manifest=manifeste).invoke([*COMMANDES[commande], *options])
        erreur = {} if build.exception is None else {"erreur": str(build.exception)}
        return {
            "attendus": _attendus(manifeste),
            "resultats": _resultats(build, dict(codes)),
            "codes": [code for _, code in codes],
            "projet_dbt_sha256": empreinte_compilee(manifeste),
            "remarque": analyse.remarque,
            **erreur,
        }

    return repondre


def noter_les_codes() -> list[tuple[str, str | None]]:
    """(node, SQLSTATE) of each statement that the server refused, None for a lost connection.

    dbt keeps the words of an error only, in the language of the server.
    """
    import psycopg2  # type: ignore[import-untyped]
    from dbt.adapters.postgres.connections import PostgresConnectionManager
    from dbt_common.events.contextvars import get_node_info

    codes: list[tuple[str, str | None]] = []
    d_origine = PostgresConnectionManager.exception_handler

    @contextmanager
    def avec_code(gestion: Any, sql: str) -> Iterator[None]:
        try:
            with d_origine(gestion, sql):
                yield
        except Exception as erreur:
            cause, noeud = erreur.__cause__ or erreur, str(get_node_info().get("unique_id", ""))
            if isinstance(cause, psycopg2.Error):
                perdue = isinstance(cause, (psycopg2.OperationalError, psycopg2.InterfaceError))
                codes.append((noeud, cause.pgcode or (None if perdue else "XX000")))
            elif type(cause).__name__ == "FailedToConnectError":
                codes.append((noeud, None))
            raise

    PostgresConnectionManager.exception_handler = avec_code
    return codes


def _resultats(invocation: Any, codes: Mapping[str, str | None]) -> list[dict[str, str]]:
    """[{id, statut, message, sqlstate}] of the nodes that dbt ran; `codes`: {node: SQLSTATE} of those refused."""
    if invocation.result is None or not hasattr(invocation.result, "results"):
        return []
    return [
        {
            "id": r.node.unique_id,
            "statut": str(r.status),
            "message": str(r.message or ""),
            "sqlstate": codes.get(r.node.unique_id) or "",
        }
        for r in invocation.result.results
    ]


def _attendus(manifeste: Any) -> dict[str, str]:
    """Models, seeds and data tests of the manifest, what a build must have run; the description of each test."""
    return {
        noeud.unique_id: noeud.description if str(noeud.resource_type) == "test" else ""
        for noeud in sorted(manifeste.nodes.values(), key=lambda n: str(n.unique_id))
        if str(noeud.resource_type) in {"model", "seed", "test"} and _est_execute(noeud)
    }


def _est_execute(noeud: Any) -> bool:
    """Whether a build runs the node: not one that others hold in their own query, nor a test of the test suite."""
    return bool(noeud.config.enabled and noeud.config.materialized != "ephemeral" and ESSAIS not in noeud.tags)


if __name__ == "__main__":
    servir(lambda: preparer(sys.argv[1], sys.argv[2]))
