"""Write `positions_communes.csv`: where each commune of France is, for the tile map.

Source: commune outlines of Admin Express COG 2018 (IGN, Licence Ouverte), as simplified in the public repository
gregoiredavid/france-geojson. A position is the centre of the largest outline, in thousandths of a degree.

    python outils/positions_communes.py FOLDER     # a git directory or a checkout of that repository
"""

from __future__ import annotations

import csv
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DESSIN = Path(__file__).parents[1] / "include" / "mutualisation" / "mise_en_forme" / "dessin"
Anneau = list[list[float]]


def contours(depot: Path) -> Iterator[dict[str, Any]]:
    """Features of the communes of every département."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", "-C", str(depot), *arguments], check=True, capture_output=True, text=True).stdout

    for chemin in sorted(git("ls-tree", "-r", "--name-only", "HEAD", "departements").splitlines()):
        if Path(chemin).name.startswith("communes-"):
            yield from json.loads(git("show", f"HEAD:{chemin}"))["features"]


def centre(geometrie: dict[str, Any]) -> tuple[int, int]:
    """Centre of the largest outline: (longitude, latitude), in thousandths of a degree."""
    polygones = geometrie["coordinates"] if geometrie["type"] == "MultiPolygon" else [geometrie["coordinates"]]
    _, x, y = max(_aire(p[0]) for p in polygones)
    return round(x * 1000), round(y * 1000)


def _aire(anneau: Anneau) -> tuple[float, float, float]:
    """Area and centre of a ring (shoelace), from its first point to keep digits."""
    x0, y0 = anneau[0][:2]
    aire = cx = cy = 0.0
    for (xa, ya, *_), (xb, yb, *_) in itertools.pairwise(anneau):
        croix = (xa - x0) * (yb - y0) - (xb - x0) * (ya - y0)
        aire, cx, cy = aire + croix, cx + (xa + xb - 2 * x0) * croix, cy + (ya + yb - 2 * y0) * croix
    return (abs(aire) / 2, x0 + cx / (3 * aire), y0 + cy / (3 * aire)) if aire else (0.0, x0, y0)


if __name__ == "__main__":
    positions = {c["properties"]["code"]: centre(c["geometry"]) for c in contours(Path(sys.argv[1]))}
    with (DESSIN / "positions_communes.csv").open("w", encoding="utf-8", newline="") as sortie:
        ecrire = csv.writer(sortie, lineterminator="\n")
        ecrire.writerow(("code_insee", "longitude", "latitude"))
        ecrire.writerows((code, *place) for code, place in sorted(positions.items()))
