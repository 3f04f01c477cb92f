"""What the software is made of: a CycloneDX inventory of the locked packages, each with its hashes and its licence.

    make inventaire            var/inventaire.cdx.json

`uv export` writes the inventory from the lock; the licences are those that the installed packages declare.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

RACINE = Path(__file__).resolve().parents[1]
INVENTAIRE = RACINE / "var" / "inventaire.cdx.json"
_PREFIXE = "License :: "


def inventaire() -> dict[str, Any]:
    """CycloneDX 1.5 of what runs, without the tools of the tests; the same lock gives the same text."""
    uv = shutil.which("uv") or str(RACINE / "var" / "outils" / "bin" / "uv")
    options = ["--locked", "--no-dev", "--offline", "--format", "cyclonedx1.5", "--preview-features", "sbom-export"]
    sortie = subprocess.run([uv, "export", *options], cwd=RACINE, capture_output=True, check=True, env=os.environ)
    contenu: dict[str, Any] = json.loads(sortie.stdout)
    # no clock and no chance: two inventories of one lock are the same
    contenu.pop("serialNumber", None)
    contenu["metadata"].pop("timestamp", None)
    for composant in contenu["components"]:
        composant["licenses"] = [
            {"license": {"name": licence}} for licence in [licence_de(composant["name"])] if licence
        ]
    return contenu


def licence_de(paquet: str) -> str:
    """The licence that an installed package declares; empty when it declares none, or is not for this machine."""
    try:
        lue = metadata(paquet)
    except PackageNotFoundError:
        return ""
    if expression := lue.get("License-Expression"):
        return expression
    classes = [c.removeprefix(_PREFIXE) for c in lue.get_all("Classifier") or [] if c.startswith(_PREFIXE)]
    if classes:
        return " ; ".join(c.rpartition(" :: ")[2] for c in classes)
    return (lue.get("License") or "").strip().partition("\n")[0]


if __name__ == "__main__":
    INVENTAIRE.parent.mkdir(exist_ok=True)
    INVENTAIRE.write_text(json.dumps(inventaire(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(INVENTAIRE)
