"""One defective drop of each outcome, source and course, for a verifier that has not the time of them all.

`.venv/bin/python outils/defauts_temoins.py` prints their ids, as `verifier --defauts` takes them.
"""

import json
from pathlib import Path

DEFAUTS = Path(__file__).resolve().parents[2] / "shared/conformite-2/defauts/manifest.json"


def temoins(manifeste: Path) -> list[str]:
    """Ids, the last of each family: two drops of one family meet the same doors."""
    familles = {
        (fiche["attendu"], fiche["source"], fiche["sequence"]): fiche["id"]
        for fiche in json.loads(manifeste.read_text(encoding="utf-8"))
    }
    return sorted(familles.values())


if __name__ == "__main__":
    print(",".join(temoins(DEFAUTS)))
