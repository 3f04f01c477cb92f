"""The child process of the gates: imports Great Expectations at once, then answers one JSON request a line.

Started by `prechargement.py`; ends when its standard input closes, so it never outlives its parent for long.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import types
from pathlib import Path
from typing import Any, TextIO

# Great Expectations imports them at load for statistics and charts that no gate uses: a third of its import.
DIFFERES = ("altair", "scipy", "scipy.stats")


class ModuleDiffere(types.ModuleType):
    """A module imported at its first use; the name stays what it was for who asks `__file__` or `__spec__`."""

    def __getattr__(self, nom: str) -> Any:
        if nom.startswith("__"):
            raise AttributeError(nom)
        for differe in DIFFERES:
            if isinstance(sys.modules.get(differe), ModuleDiffere):
                del sys.modules[differe]
        return getattr(importlib.import_module(self.__name__), nom)


def differer() -> None:
    """Put off the import of `DIFFERES` to their first use. Only for the child: the host process keeps its own."""
    for nom in DIFFERES:
        sys.modules[nom] = ModuleDiffere(nom)
    sys.modules["scipy"].stats = sys.modules["scipy.stats"]  # type: ignore[attr-defined]


def importer_moteur() -> types.ModuleType:
    """Import the engine with telemetry off, and without garbage collection while thousands of classes are made."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    gc.disable()
    differer()
    try:
        return importlib.import_module("mutualisation.portes.moteur")
    finally:
        gc.enable()
        gc.freeze()


def repondre(moteur: Any, demande: dict[str, Any]) -> dict[str, Any]:
    """`{"constats": […]}`, or `{"erreur": class}` when nothing could be evaluated."""
    try:
        if demande["action"] == "documenter":
            moteur.documenter(Path(demande["dossier"]))
            return {"constats": []}
        constats = moteur.evaluer(demande["url"], demande["suite"], demande["lot"], demande["attentes"])
    except Exception as erreur:  # noqa: BLE001 - whatever happened, the gate fails and says so
        return {"erreur": _cause(erreur)}
    return {"constats": constats}


def _cause(erreur: BaseException) -> str:
    """Deepest database error, else the class: no message that could hold a cell."""
    from mutualisation.portes.moteur import erreur_sans_valeur

    trouvee: BaseException | None = erreur
    while trouvee is not None:
        origine = getattr(trouvee, "orig", None) or trouvee
        if type(origine).__module__ == "psycopg.errors":
            return erreur_sans_valeur(f"{type(origine).__name__}: {str(origine).splitlines()[0]}")
        trouvee = trouvee.__cause__ or trouvee.__context__
    return type(erreur).__name__


def servir(entree: TextIO, sortie: TextIO) -> None:
    """Answer requests until the input closes."""
    module = importer_moteur()
    moteur = module.Moteur()
    for ligne in entree:
        sortie.write(json.dumps(repondre(moteur, json.loads(ligne)), ensure_ascii=False) + "\n")
        sortie.flush()


def main() -> None:
    """Serve on the standard pipes."""
    # What libraries print goes nowhere: the answers alone travel on the pipe.
    with (
        os.fdopen(os.dup(1), "w", encoding="utf-8") as sortie,
        os.fdopen(os.dup(0), encoding="utf-8") as entree,
        Path(os.devnull).open("r+b") as rien,
    ):
        for descripteur in (0, 1, 2):
            os.dup2(rien.fileno(), descripteur)
        servir(entree, sortie)


if __name__ == "__main__":
    main()
