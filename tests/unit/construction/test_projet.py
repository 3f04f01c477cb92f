"""The dbt project is parsed by the run that builds it, never read from what another left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# dbt changes the logging of the process it lives in: the test has one of its own
PROGRAMME = """
import json, sys
from pathlib import Path
from mutualisation.construction.projet import ProjetAnalyse, empreinte_compilee
projet = Path(sys.argv[1])
analyse = ProjetAnalyse(projet, ["--project-dir", str(projet), "--profiles-dir", str(projet), "--quiet"])
(premier, faute), (second, _) = analyse.neuf(), analyse.neuf()
assert not faute, faute
dits = [premier is second, empreinte_compilee(premier)]
for noeud in premier.nodes.values():
    noeud.database, noeud.raw_code = "autre", noeud.raw_code.replace('"base".', '"autre".')
dits.append(empreinte_compilee(premier))
(projet / "models" / "a.sql").write_text("select 2 as un")
dits.append(empreinte_compilee(analyse.neuf()[0]))
(projet / "models" / "a.sql").write_text("select {{ 1 ")
dits.append(analyse.neuf()[0] is None)
print(json.dumps(dits))
"""
FICHIERS = {
    "dbt_project.yml": "name: mutualisation\nversion: '1.0.0'\nconfig-version: 2\nprofile: p\n",
    "profiles.yml": (
        "p: {target: t, outputs: {t: {type: postgres, host: h, port: 5432, user: u, password: p, dbname: base, "
        "schema: s}}}"
    ),
    "models/a.sql": 'select un from "base".public.b',
    "macros/m.sql": "{% macro m() %}1{% endmacro %}",
    # what a crash, or an intruder, left where dbt and the former cache looked
    "target/partial_parse.msgpack": "tronqué",
    "target/manifeste_0.msgpack": "tronqué",
}


@pytest.fixture
def projet(tmp_path: Path) -> Path:
    """A project of one model, with broken caches in its target."""
    for nom, contenu in FICHIERS.items():
        (tmp_path / nom).parent.mkdir(exist_ok=True)
        (tmp_path / nom).write_text(contenu, encoding="utf-8")
    return tmp_path


def test_le_projet_est_analyse_a_chaque_execution(projet: Path) -> None:
    """No cache is believed; a build has a manifest of its own; the digest follows the code, not the database's name."""
    lance = subprocess.run(
        [sys.executable, "-c", PROGRAMME, str(projet)],
        capture_output=True, text=True, check=False, cwd=projet,
        env=os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_WRITE_JSON": "false"},
    )  # fmt: skip
    assert lance.returncode == 0, lance.stderr
    le_meme, empreinte, ailleurs, apres, illisible = json.loads(lance.stdout.splitlines()[-1])
    assert le_meme is False
    assert empreinte == ailleurs != apres
    assert illisible is True
