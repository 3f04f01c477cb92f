"""The dbt project: parsed once for as long as nothing of it changes, and the digest of what it compiled to."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from mutualisation import disque

EXTENSIONS = {".sql", ".yml", ".csv"}
PAQUET = "mutualisation"
GARDE = "manifeste_{}.msgpack"


class ProjetAnalyse:
    """The manifest of the project, kept in `cible` from one command to the next, parsed when it is not there.

    Each build wants one of its own: what a compiled manifest holds of the ephemeral models is not written in a query
    twice.
    """

    def __init__(self, projet: Path, cible: Path, options: list[str]) -> None:
        self._projet, self._cible, self._options = projet, cible, options
        self._empreinte, self._octets, self.faute, self.remarque = "", b"", "", ""
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
        somme, octets = _relire(garde)
        if somme == hashlib.sha256(octets).digest():
            self._octets, self.faute = octets, ""
            return
        if somme:
            self.remarque = f"{garde} n'est pas entier : le projet dbt est analysé de nouveau."
        self._analyser()
        if not self.faute:
            _garder(garde, self._octets)

    def _analyser(self) -> None:
        from dbt.cli.main import dbtRunner
        from dbt.contracts.graph.manifest import Manifest

        analyse = dbtRunner().invoke(["parse", "--no-partial-parse", *self._options])
        lu = analyse.result if analyse.success else None
        self.faute = "" if isinstance(lu, Manifest) else str(analyse.exception)
        self._octets = lu.to_msgpack() if isinstance(lu, Manifest) else b""


def _relire(garde: Path) -> tuple[bytes, bytes]:
    """The digest written before a manifest, and the manifest; nothing when there is none."""
    try:
        lus = garde.read_bytes()
    except OSError:
        return b"", b""
    return lus[:32] or b"vide", lus[32:]


def _garder(garde: Path, octets: bytes) -> None:
    """Keep a manifest in place of former ones; a disk that refuses costs the next command a parsing."""
    try:
        for ancien in garde.parent.glob(GARDE.format("*")):
            ancien.unlink(missing_ok=True)
        disque.ecrire(garde, hashlib.sha256(octets).digest() + octets)
    except OSError:
        return


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
