"""The parsed dbt project, kept from one run to the next: parsing is the longest part of a small build.

The cache is keyed by the bytes of the project and the version of dbt, so it can't be stale; dbt's own partial
parsing would be void at each change of warehouse address.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from mutualisation.chemins import cache_dbt

EXTENSIONS = {".sql", ".yml", ".csv"}


def lire_manifeste(projet: Path, options: list[str]) -> tuple[Any | None, str]:
    """The manifest of the project, from the cache or parsed now; None with the reason when it can't be parsed."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    cache = cache_dbt() / f"manifeste_{empreinte_projet(projet)}.msgpack"
    with contextlib.suppress(FileNotFoundError):  # another run may drop an old cache at any moment
        return Manifest.from_msgpack(cache.read_bytes()), ""
    analyse = dbtRunner().invoke(["parse", *options])
    if not analyse.success or not isinstance(analyse.result, Manifest):
        return None, str(analyse.exception)
    _conserver(cache, analyse.result)
    return analyse.result, ""


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


def _conserver(cache: Path, manifeste: Any) -> None:
    """Write the cache in one rename; a read-only project simply parses each time."""
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cache.parent, delete=False) as tampon:
            tampon.write(manifeste.to_msgpack())
        for ancien in cache.parent.glob("manifeste_*.msgpack"):
            ancien.unlink(missing_ok=True)
        Path(tampon.name).replace(cache)
    except OSError:
        return
