"""Write what catalogues of software read, from `CITATION.cff`: `codemeta.json`, version and day of `publiccode.yml`.

.venv/bin/python outils/metadonnees.py       at each release; `tests/unit/test_livraison.py` compares
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

RACINE = Path(__file__).resolve().parents[1]


def codemeta(citation: dict[str, Any]) -> str:
    """Return CodeMeta 3.0 of what is cited."""
    dit = {
        "@context": "https://w3id.org/codemeta/3.0",
        "type": "SoftwareSourceCode",
        "name": citation["title"],
        "description": citation["abstract"],
        "version": citation["version"],
        "datePublished": str(citation["date-released"]),
        "license": f"https://spdx.org/licenses/{citation['license']}",
        "author": [{"type": "Organization", "name": auteur["name"]} for auteur in citation["authors"]],
        "inLanguage": "fr",
        "programmingLanguage": ["Python", "SQL"],
        "operatingSystem": "Linux",
        "readme": "README.md",
    }
    return json.dumps(dit, ensure_ascii=False, indent=2) + "\n"


def publiccode(texte: str, citation: dict[str, Any]) -> str:
    """Return `publiccode.yml` with the version and the day that are cited."""
    for cle, cite in (("softwareVersion", "version"), ("releaseDate", "date-released")):
        texte = re.sub(rf'^{cle}: ".*"$', f'{cle}: "{citation[cite]}"', texte, flags=re.MULTILINE)
    return texte


def main() -> None:
    citation = yaml.safe_load((RACINE / "CITATION.cff").read_text(encoding="utf-8"))
    (RACINE / "codemeta.json").write_text(codemeta(citation), encoding="utf-8")
    fiche = RACINE / "publiccode.yml"
    fiche.write_text(publiccode(fiche.read_text(encoding="utf-8"), citation), encoding="utf-8")


if __name__ == "__main__":
    main()
