"""What a release carries: its licence word for word, its version said once, files that forges and indexes read."""

import hashlib
import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import yaml
from tests.atelier.tables import cas

RACINE = Path(__file__).resolve().parents[2]
# the words of the official text (decision (UE) 2017/863), as SPDX and choosealicense.com have them, whatever the lines
EUPL_SHA256 = "b265314fe0920ed66121307961dabb70eb3c26c508d2362783e821bbb4a0e16c"


def test_la_licence_est_le_texte_officiel() -> None:
    mots = " ".join((RACINE / "LICENSE").read_text(encoding="utf-8").split())
    assert hashlib.sha256(mots.encode()).hexdigest() == EUPL_SHA256
    assert metadata("mutualisation")["License-Expression"] == "EUPL-1.2"


def test_une_version_se_dit_partout_de_meme() -> None:
    """In the metadata, the citation, the journal; where it stands, what it left for the next ones."""
    version = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = yaml.safe_load((RACINE / "CITATION.cff").read_text(encoding="utf-8"))
    titre = re.search(r"^## (\S+) — (\S+)$", (RACINE / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert titre is not None
    assert titre.groups() == (citation["version"], str(citation["date-released"]))
    assert version == citation["version"] == metadata("mutualisation")["Version"]
    assert (RACINE / "tests" / "versions" / version).is_dir(), "python outils/version.py"


@cas
def test_ce_que_lit_une_forge_suit_son_schema(fichier: str, schema: str, transforme: str) -> None:
    """Schemas are those that check-jsonschema carries: nothing is downloaded."""
    options = ["--builtin-schema", schema, *(["--data-transform", transforme] if transforme else [])]
    commande = [sys.executable, "-m", "check_jsonschema", *options, "--default-filetype", "yaml", RACINE / fichier]
    fini = subprocess.run(commande, capture_output=True, text=True, check=False)
    assert fini.returncode == 0, fini.stdout
    assert fichier == "CITATION.cff" or ".ci/run" in (RACINE / fichier).read_text(encoding="utf-8")
