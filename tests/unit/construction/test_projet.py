"""The dbt project is parsed once; what is kept of it never fails a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mutualisation.entrepot.construction.enfant_dbt import GARDE, empreinte_projet
from mutualisation.socle.chemins import PROJET_DBT

# dbt changes the logging of the process it lives in: the test has one of its own
PROGRAMME = """
import json, os, shutil, sys
from pathlib import Path
from mutualisation.entrepot.construction.enfant_dbt import ProjetAnalyse, empreinte_compilee
projet = Path(sys.argv[1])
cible = projet / "garde"
cible.mkdir()
options = ["--project-dir", str(projet), "--profiles-dir", str(projet), "--quiet"]
analyse = ProjetAnalyse(projet, cible, options)
premier, second = analyse.neuf(), analyse.neuf()
assert not analyse.faute, analyse.faute
dits = [premier is second, empreinte_compilee(premier)]
assert {n.relation_name for n in premier.nodes.values()} == {'"base"."s"."a"'}
for noeud in premier.nodes.values():
    noeud.database, noeud.raw_code = "autre", noeud.raw_code.replace('"base".', '"autre".')
dits.append(empreinte_compilee(premier))

GARDES = "manifeste_*.msgpack"
(garde,) = (projet / "target").glob(GARDES)
inode = garde.stat().st_ino
repris = ProjetAnalyse(projet, cible, options)
dits += [garde.stat().st_ino == inode, empreinte_compilee(repris.neuf())]
# one parse for every database of a server
os.environ["MUTUALISATION_PG_BASE"] = "voisine"
(noeud,) = ProjetAnalyse(projet, cible, options).neuf().nodes.values()
assert (noeud.database, noeud.relation_name, garde.stat().st_ino) == ("voisine", '"voisine"."s"."a"', inode)
os.environ["MUTUALISATION_PG_BASE"] = "base"
tronque = garde.read_bytes()[:-9]
garde.write_bytes(tronque)
refait = ProjetAnalyse(projet, cible, options)
dits += [empreinte_compilee(refait.neuf()), [a.refaite for a in (analyse, repris, refait)]]
dits.append(garde.read_bytes() != tronque)

(projet / "models" / "a.sql").write_text("select 2 as un")
dits.append(empreinte_compilee(analyse.neuf()))
dits.append(len(list((projet / "target").glob(GARDES))))
# a project where one may not write
shutil.rmtree(projet / "target")
(projet / "target").touch()
ailleurs = ProjetAnalyse(projet, cible, options)
dits.append([ailleurs.faute, len(list(cible.glob(GARDES)))])
(projet / "models" / "a.sql").write_text("select {{ 1 ")
dits.append(analyse.neuf() is None)
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
    # what a crash left where dbt looks by itself
    "target/partial_parse.msgpack": "tronqué",
}


@pytest.fixture
def projet(tmp_path: Path) -> Path:
    """A project of one model, with a broken cache in its target."""
    for nom, contenu in FICHIERS.items():
        (tmp_path / nom).parent.mkdir(exist_ok=True)
        (tmp_path / nom).write_text(contenu, encoding="utf-8")
    return tmp_path


def test_le_projet_est_analyse_une_fois_tant_que_rien_ne_change(projet: Path) -> None:
    """A build has a manifest of its own; the digest follows the code, not the database's name."""
    lance = subprocess.run(
        [sys.executable, "-c", PROGRAMME, str(projet)],
        capture_output=True, text=True, check=False, cwd=projet,
        env=os.environ | {
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_WRITE_JSON": "false",
            "MUTUALISATION_PG_BASE": "base", "DBT_TARGET_PATH": str(projet / "dbt"),
        },
    )  # fmt: skip
    assert lance.returncode == 0, lance.stderr
    le_meme, empreinte, base, garde, reprise, refaite, dites, ecrite, apres, gardes, ailleurs, illisible = json.loads(
        lance.stdout.splitlines()[-1]
    )
    assert le_meme is False
    assert empreinte == base == reprise == refaite != apres
    assert dites == [False, False, True]
    assert (garde, ecrite, gardes, ailleurs, illisible) == (True, True, 1, ["", 1], True)


def test_l_environnement_laisse_le_projet_analyse() -> None:
    """What the first build looks for is there."""
    subprocess.run([sys.executable, "-m", "mutualisation.entrepot.construction.enfant_dbt"], check=True)
    assert (PROJET_DBT / "target" / GARDE.format(empreinte_projet(PROJET_DBT))).exists()
