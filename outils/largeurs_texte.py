"""Write `mise_en_forme/dessin/largeurs.csv`: how wide characters are, in thousandths of the size of the text.

Screen: DejaVu Sans, the widest of the fonts that a reader may have (needs `fonttools` and Debian's fonts-dejavu-core).
Paper: the compiler's own Libertinus Serif, measured by it.

    uv run --with fonttools outils/largeurs_texte.py
"""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

CARACTERES = [
    chr(c) for c in (*range(0x20, 0x7F), *range(0xA0, 0x180), *map(ord, "\u202f–—‑‘’“”…•€−≤≥→←·"))
]  # fmt: skip
POLICES = Path("/usr/share/fonts/truetype/dejavu")
CIBLE = Path(__file__).parents[1] / "include" / "mutualisation" / "mise_en_forme" / "dessin" / "largeurs.csv"
MESURE = """#let cs = json(bytes(sys.inputs.cs))
#set text(font: "Libertinus Serif", size: 100pt, weight: int(sys.inputs.graisse), features: (kern: 0))
#context [#metadata(cs.map(c => measure(text(c)).width.pt())) <m>]
"""


def ecran(fichier: str) -> dict[str, int]:
    """Advance widths of a TrueType font."""
    police = TTFont(POLICES / fichier)
    table, avances = police.getBestCmap(), police["hmtx"]
    unites = police["head"].unitsPerEm
    return {c: -(-avances[table[ord(c)]][0] * 1000 // unites) for c in CARACTERES if ord(c) in table}


def papier(graisse: int, brouillon: Path) -> dict[str, int]:
    """Widths as the compiler measures them."""
    brouillon.write_text(MESURE, encoding="utf-8")
    entrees = {"cs": json.dumps(CARACTERES), "graisse": str(graisse)}
    compilateur = typst.Compiler(str(brouillon), ignore_system_fonts=True, sys_inputs=entrees)
    mesures = json.loads(compilateur.query("<m>", field="value", one=True))
    return {c: round(m * 10) for c, m in zip(CARACTERES, mesures, strict=True)}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as dossier:
        brouillon = Path(dossier) / "mesure.typ"
        tables = {
            "ecran": ecran("DejaVuSans.ttf"),
            "ecran_gras": ecran("DejaVuSans-Bold.ttf"),
            "papier": papier(400, brouillon),
            "papier_gras": papier(600, brouillon),
        }
    with CIBLE.open("w", encoding="utf-8", newline="") as fichier:
        ecrivain = csv.writer(fichier, lineterminator="\n")
        ecrivain.writerow(["caractere", *tables])
        for c in sorted(CARACTERES):
            ecrivain.writerow([f"{ord(c):04X}", *(table.get(c, "") for table in tables.values())])
