"""What a release carries: its licence word for word, its version said once, files that forges and indexes read."""

import hashlib
from importlib.metadata import metadata
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
# the words of the official text (decision (UE) 2017/863), as SPDX and choosealicense.com have them, whatever the lines
EUPL_SHA256 = "b265314fe0920ed66121307961dabb70eb3c26c508d2362783e821bbb4a0e16c"


def test_la_licence_est_le_texte_officiel() -> None:
    mots = " ".join((RACINE / "LICENSE").read_text(encoding="utf-8").split())
    assert hashlib.sha256(mots.encode()).hexdigest() == EUPL_SHA256
    assert metadata("mutualisation")["License-Expression"] == "EUPL-1.2"
