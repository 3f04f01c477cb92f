"""Write `composition/glyphes.csv`: the characters that the compiler of PDF can draw, asked of the compiler itself.

Its fonts are inside it, where no library reads them: each character of Unicode is laid out under the standards of our
documents (PDF/UA-1, PDF/A-2a), which refuse one without a glyph. Run it again when typst changes; a test compares.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import typst

from mutualisation.socle.chemins import GLYPHES

GABARIT = """#set document(title: "Glyphes")
#set text(lang: "fr", font: "Libertinus Serif")
#for t in json(bytes(sys.inputs.textes)) [#t #parbreak()]
"""
# controls, formats, surrogates, private use, unassigned, marks that stand on another character, separators of lines
SANS_DESSIN = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Mc", "Me", "Zl", "Zp"}
A_LA_FOIS = 4000
REFUSE = re.compile(r'the text `"((?:\\.|[^"\\])*)"` could not be displayed')
ECHAPPEMENT = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")


def dessinables() -> Iterator[int]:
    """Code points that have a glyph, in order."""
    candidats = [c for c in range(0x20, sys.maxunicode + 1) if unicodedata.category(chr(c)) not in SANS_DESSIN]
    with tempfile.TemporaryDirectory() as dossier:
        gabarit = Path(dossier) / "glyphes.typ"
        gabarit.write_text(GABARIT, encoding="utf-8")
        compilateur = typst.Compiler(str(gabarit), root=dossier, ignore_system_fonts=True)
        for debut in range(0, len(candidats), A_LA_FOIS):
            lot = candidats[debut : debut + A_LA_FOIS]
            refuses = _refuses(compilateur, [chr(c) for c in lot])
            dessines = [c for c in lot if c not in refuses]
            accroches = set(_accroches(compilateur, dessines))
            yield from (c for c in dessines if c not in accroches)


def _refuses(compilateur: typst.Compiler, textes: list[str]) -> set[int]:
    try:
        compilateur.compile(
            format="pdf", sys_inputs={"textes": json.dumps(textes)}, pdf_standards=["ua-1", "a-2a"], timestamp=0
        )
    except typst.TypstError as erreur:
        cites = REFUSE.findall(str(erreur.diagnostic))
        return {ord(c) for cite in cites for c in ECHAPPEMENT.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], cite)}
    return set()


def _accroches(compilateur: typst.Compiler, codes: list[int]) -> Iterator[int]:
    """Those that have a glyph but join the character before them, in a font that lacks it: « □ » is in few."""
    if not _refuses(compilateur, [f"□{chr(c)}" for c in codes]):
        return
    if len(codes) == 1:
        yield from codes
        return
    yield from _accroches(compilateur, codes[: len(codes) // 2])
    yield from _accroches(compilateur, codes[len(codes) // 2 :])


def plages(codes: Iterable[int]) -> list[tuple[int, int]]:
    """(first, last) of each run of code points."""
    trouvees: list[tuple[int, int]] = []
    for code in codes:
        if trouvees and trouvees[-1][1] == code - 1:
            trouvees[-1] = (trouvees[-1][0], code)
        else:
            trouvees.append((code, code))
    return trouvees


def contenu() -> str:
    """The file: the version of the compiler, then a run of code points a line, in hexadecimal."""
    lignes = [f"{debut:04X};{fin:04X}" for debut, fin in plages(dessinables())]
    return "\n".join([f"debut;fin;typst {version('typst')}", *lignes]) + "\n"


if __name__ == "__main__":
    GLYPHES.write_text(contenu(), encoding="utf-8", newline="\n")
