"""Write what the software is made of: a CycloneDX inventory of the locked packages, with hashes and licences.

    make inventaire            var/inventaire.cdx.json; exit 1 where a licence is not known to go with ours

`uv export` writes the inventory from the lock, extras included; the licences are those that installed packages declare.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

RACINE = Path(__file__).resolve().parents[1]
INVENTAIRE = RACINE / "var" / "inventaire.cdx.json"
_PREFIXE = "License :: "
# this package declares none; its sources (github.com/OpenLineage/OpenLineage, integration/sql) say this one
LUES_AILLEURS = {"openlineage-sql": "Apache-2.0"}
# the EUPL 1.2 asks nothing of what a work uses; of the licences of its appendix, these bind their own files alone
PERMISSIVES = r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|CC0|Unlicense|Artistic)\b"
RECIPROQUES = r"\b(LGPL|Lesser General Public|MPL|Mozilla Public|EUPL)"


def inventaire() -> dict[str, Any]:
    """Return the CycloneDX 1.5 of what runs, without the tools of the tests; one lock gives one text."""
    uv = shutil.which("uv") or str(RACINE / "var" / "outils" / "bin" / "uv")
    options = [
        "--locked",
        "--no-dev",
        "--all-extras",
        "--offline",
        "--format",
        "cyclonedx1.5",
        "--preview-features",
        "sbom-export",
    ]
    sortie = subprocess.run([uv, "export", *options], cwd=RACINE, capture_output=True, check=True, env=os.environ)
    contenu: dict[str, Any] = json.loads(sortie.stdout)
    # neither clock nor chance is kept: two inventories of one lock are the same
    contenu.pop("serialNumber", None)
    contenu["metadata"].pop("timestamp", None)
    for composant in contenu["components"]:
        composant["licenses"] = [
            {"license": {"name": licence}} for licence in [licence_de(composant["name"])] if licence
        ]
    return contenu


def licence_de(paquet: str) -> str:
    """Return the licence that an installed package declares; empty without one, or if it is not for this machine."""
    try:
        fiche = metadata(paquet)
    except PackageNotFoundError:
        return ""
    if paquet in LUES_AILLEURS:
        return LUES_AILLEURS[paquet]
    if expression := fiche.get("License-Expression"):
        return expression
    classes = [c.removeprefix(_PREFIXE) for c in fiche.get_all("Classifier") or [] if c.startswith(_PREFIXE)]
    if classes:
        return " ; ".join(c.rpartition(" :: ")[2] for c in classes)
    return (fiche.get("License") or "").strip().partition("\n")[0]


def rang(licence: str) -> int:
    """Rank a licence: 0 permissive; 1 binds its own files alone; 2 to be judged (strong copyleft, unknown); the least
    counts."""
    choix = [re.split(" AND ", c) for c in re.split(" ; | OR ", licence)]
    return min(max(0 if re.search(PERMISSIVES, x) else 1 if re.search(RECIPROQUES, x) else 2 for x in c) for c in choix)


def jugees(composants: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Return {package: licence} by rank, then the packages for another machine or extra, unknown here."""
    rangs: list[dict[str, str]] = [{}, {}, {}, {}]
    for nom in (c["name"] for c in composants):
        try:
            metadata(nom)
        except PackageNotFoundError:
            rangs[3][nom] = "absent"
        else:
            licence = licence_de(nom)
            rangs[rang(licence)][nom] = licence or "aucune licence dite"
    return rangs


def main() -> int:
    """Write the inventory, and say what its licences ask."""
    contenu = inventaire()
    INVENTAIRE.parent.mkdir(exist_ok=True)
    INVENTAIRE.write_text(json.dumps(contenu, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    permissives, *autres = jugees(contenu["components"])
    print(INVENTAIRE, f"{len(permissives)} licences permissives", sep="\n")
    titres = (
        "Réciproques, qui ne lient qu'elles-mêmes",
        "À JUGER : liante ou inconnue",
        "Pas pour cette machine, non jugées",
    )
    for titre, paquets in zip(titres, autres, strict=True):
        print(f"{titre} : {', '.join(f'{n} ({licence})' for n, licence in paquets.items()) or 'aucune'}")
    return 1 if autres[1] else 0


if __name__ == "__main__":
    sys.exit(main())
