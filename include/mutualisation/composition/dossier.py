"""A folder of documents put in place at once: a reader finds the former one, whole, or the new one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mutualisation.erreurs import ErreurMutualisation, raison_systeme


@contextmanager
def remplacer_dossier(destination: Path, refus: str) -> Iterator[Path]:
    """Give a working folder that takes the place of `destination` at the end; after a failure nothing has changed.

    Raises `ErreurMutualisation` when the disk refuses; `refus` starts its sentence (« L'extrait ne peut être écrit »).
    """
    sortie = destination.parent
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        # the former folder leaves with the working one
        with tempfile.TemporaryDirectory(
            prefix=f".{destination.name}_", dir=sortie, ignore_cleanup_errors=True
        ) as travail:
            nouveau = Path(travail) / destination.name
            nouveau.mkdir()
            yield nouveau
            if destination.exists():
                destination.replace(Path(travail) / "ancien")
            nouveau.replace(destination)
    except OSError as erreur:
        raise ErreurMutualisation(
            f"{refus} dans {sortie} ({raison_systeme(erreur)}) : vérifiez les droits et la place."
        ) from erreur
