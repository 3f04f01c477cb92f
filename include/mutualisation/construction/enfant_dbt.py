"""dbt in its child process: the project parsed early, once for as long as nothing of it changes, built on request."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mutualisation import disque
from mutualisation.enfant.hote import Reponse, servir

EXTENSIONS = {".sql", ".yml", ".csv"}
PAQUET = "mutualisation"
GARDE = "manifeste_{}.msgpack"
# data tests with this tag are run by the test suite only: a build does not wait for them
ESSAIS = "essais"
COMMANDES = {
    "build": ["build", "--exclude-resource-type", "unit_test", "--exclude", f"tag:{ESSAIS}"],
    "essais": ["test", "--select", "test_type:unit", f"tag:{ESSAIS}"],
}
OPTIONS = ("--target", "entrepot", "--quiet", "--log-level-file", "none")


class ProjetAnalyse:
    """The manifest of the project, kept in `cible` from one command to the next, parsed when it is not there.

    Each build wants one of its own: what a compiled manifest holds of the ephemeral models is not written in a query
    twice.
    """

    def __init__(self, projet: Path, cible: Path, options: list[str]) -> None:
        self._projet, self._cible, self._options = projet, cible, options
        self._empreinte, self._octets, self.faute = "", b"", ""
        self._lire()

    def neuf(self) -> Any | None:
        """A manifest that no build has used; None when the project can't be parsed: `faute` says why."""
        from dbt.contracts.graph.manifest import Manifest

        if empreinte_projet(self._projet) != self._empreinte:
            self._lire()
        return None if self.faute else Manifest.from_msgpack(self._octets)

    def _lire(self) -> None:
        self._empreinte = empreinte_projet(self._projet)
        garde = self._cible / GARDE.format(self._empreinte)
        if garde.is_file():
            self._octets, self.faute = garde.read_bytes(), ""
            return
        self._analyser()
        if not self.faute:
            for ancien in self._cible.glob(GARDE.format("*")):
                ancien.unlink(missing_ok=True)
            # a disk that refuses costs the next command a parsing
            with contextlib.suppress(OSError):
                disque.ecrire(garde, self._octets)

    def _analyser(self) -> None:
        from dbt.cli.main import dbtRunner
        from dbt.contracts.graph.manifest import Manifest

        analyse = dbtRunner().invoke(["parse", "--no-partial-parse", *self._options])
        lu = analyse.result if analyse.success else None
        self.faute = "" if isinstance(lu, Manifest) else str(analyse.exception)
        self._octets = lu.to_msgpack() if isinstance(lu, Manifest) else b""


def empreinte_projet(projet: Path) -> str:
    """sha256 of what dbt reads, of its version and its adapter's, of the name of the database and of the folders."""
    from importlib.metadata import version

    # the manifest names the database of each relation, and where the project lies
    noms = (version("dbt-core"), version("dbt-postgres"), os.environ.get("MUTUALISATION_PG_BASE", ""), str(projet))
    somme = hashlib.sha256("\0".join(noms).encode())
    for chemin in sorted(projet.rglob("*")):
        if chemin.suffix in EXTENSIONS and "target" not in chemin.relative_to(projet).parts[:1]:
            somme.update(f"{chemin.relative_to(projet)}\0".encode())
            somme.update(chemin.read_bytes())
    return somme.hexdigest()[:24]


def empreinte_compilee(manifeste: Any) -> str:
    """sha256 over the lines `<unique id> <sha256 of its code>`, sorted: models and tests as compiled, seeds as they
    are, macros of the project. The name of the database is no part of it."""
    codes = {n.unique_id: _code(n) for n in manifeste.nodes.values()}
    codes |= {m.unique_id: m.macro_sql for m in manifeste.macros.values() if m.package_name == PAQUET}
    lignes = sorted(f"{nom} {hashlib.sha256(code.encode()).hexdigest()}\n" for nom, code in codes.items())
    return hashlib.sha256("".join(lignes).encode()).hexdigest()


def _code(noeud: Any) -> str:
    if str(noeud.resource_type) == "seed":
        return str(noeud.checksum.checksum)
    compile_ = getattr(noeud, "compiled_code", None) or noeud.raw_code or ""
    return str(compile_).replace(f'"{noeud.database}".', "")


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
            "resultats": _resultats(build, dict(codes)),
            "codes": [code for _, code in codes],
            "projet_dbt_sha256": empreinte_compilee(manifeste),
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
    """[{id, description, statut, message, sqlstate}] of the nodes of the command; `codes`: {node: SQLSTATE} of those
    refused."""
    if invocation.result is None or not hasattr(invocation.result, "results"):
        return []
    return [
        {
            "id": r.node.unique_id,
            "description": r.node.description,
            "statut": str(r.status),
            "message": str(r.message or ""),
            "sqlstate": codes.get(r.node.unique_id) or "",
        }
        for r in invocation.result.results
    ]


if __name__ == "__main__":
    servir(lambda: preparer(sys.argv[1], sys.argv[2]))
