"""Fuzz a reader, guided by coverage: `outils/fuzz_lecteurs.py csv|xlsx|xml|json [-max_total_time=600 …]`.

Needs atheris, which no test waits for: `uv run --with atheris==3.0.0 python outils/fuzz_lecteurs.py xml`. Options are
those of libFuzzer. Anything but a declared refusal stops it, and leaves the bytes in `crash-…`. Properties over drawn
examples, for as long as asked: `FUZZ_EXEMPLES=5000 FUZZ_GRAINE=1 pytest --hypothesis-seed=1 …/test_fuzz.py`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found]

RACINE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(RACINE), str(RACINE / "include")]
with atheris.instrument_imports(
    include=["mutualisation.entree.ingestion", "mutualisation.entree.lecteurs", "openpyxl", "ijson"]
):
    from tests.unit.ingestion.outillage import lire
    from tests.unit.ingestion.test_fuzz import FICHIERS

    from mutualisation.entree.lecteurs.limites import LectureRefusee


def main() -> None:
    """Fuzz until the options of libFuzzer say to stop."""
    extension = sys.argv.pop(1)
    jeu, sain = FICHIERS[extension]
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier) / f"essai.{extension}"
        corpus = Path(dossier) / "corpus"
        corpus.mkdir()
        (corpus / "sain").write_bytes(sain)

        def essayer(octets: bytes) -> None:
            chemin.write_bytes(octets)
            try:
                lire(chemin, jeu)
            except LectureRefusee:
                return

        atheris.Setup([*sys.argv, str(corpus)], essayer)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
