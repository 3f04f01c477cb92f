"""The dbt project: parsed afresh by each run, and the digest of what it compiled to.

No cache outlives the run: one that was cut short would fail every later run, one that was changed would move figures.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

EXTENSIONS = {".sql", ".yml", ".csv"}
PAQUET = "mutualisation"


class ProjetAnalyse:
    """The manifest of the project, parsed when it is made and each time that its files have changed.

    Each build wants one of its own: what a compiled manifest holds of the ephemeral models is not written in a query
    twice. What was parsed is kept in memory, as bytes.
    """

    def __init__(self, projet: Path, options: list[str]) -> None:
        self._projet, self._options = projet, options
        self._empreinte, self._octets, self._faute = "", b"", ""
        self._analyser()

    def neuf(self) -> tuple[Any | None, str]:
        """A manifest that no build has used; None with the reason when the project can't be parsed."""
        from dbt.contracts.graph.manifest import Manifest

        if empreinte_projet(self._projet) != self._empreinte:
            self._analyser()
        return (None, self._faute) if self._faute else (Manifest.from_msgpack(self._octets), "")

    def _analyser(self) -> None:
        from dbt.cli.main import dbtRunner
        from dbt.contracts.graph.manifest import Manifest

        self._empreinte = empreinte_projet(self._projet)
        analyse = dbtRunner().invoke(["parse", "--no-partial-parse", *self._options])
        lu = analyse.result if analyse.success else None
        self._faute = "" if isinstance(lu, Manifest) else str(analyse.exception)
        self._octets = lu.to_msgpack() if isinstance(lu, Manifest) else b""


def empreinte_projet(projet: Path) -> str:
    """sha256 of what dbt reads, of its version and of the name of the database."""
    from dbt.version import __version__ as version_dbt

    # the manifest names the database of each relation
    somme = hashlib.sha256(f"{version_dbt}\0{os.environ.get('MUTUALISATION_PG_BASE', '')}\0".encode())
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
