"""dbt's own settings of a model do what dbt says, by our materializations: grants, persist_docs, indexes, a key."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.atelier.atelier import Atelier
from tests.atelier.bases import lire

from mutualisation.entrepot.base.roles import LECTEUR
from mutualisation.entrepot.construction.dbt import SCHEMA, variables_dbt
from mutualisation.socle.chemins import PROJET_DBT

REGLAGES = f"""
models:
  - name: table_reglee
    description: Une table
    config:
      materialized: table
      contract: {{enforced: true}}
      grants: {{select: [{LECTEUR}]}}
      persist_docs: {{relation: true, columns: true}}
      indexes: [{{columns: [libelle], type: hash}}]
    constraints: [{{type: primary_key, columns: [code]}}]
    columns:
      - {{name: code, data_type: integer, description: Un code}}
      - {{name: libelle, data_type: text}}
  - name: vue_reglee
    description: Une vue
    config: {{materialized: view, grants: {{select: [{LECTEUR}]}}, persist_docs: {{relation: true}}}}
  - name: sans_reglage
    description: Rien n'en est dit à la base
    config: {{materialized: table}}
"""
DITS = f"""
select c.relname::text, has_table_privilege('{LECTEUR}', c.oid, 'select'), obj_description(c.oid),
  col_description(c.oid, 1),
  array(select pg_get_indexdef(i.indexrelid) from pg_index as i where i.indrelid = c.oid order by i.indisprimary),
  array(select pg_get_constraintdef(k.oid) from pg_constraint as k where k.conrelid = c.oid and k.contype = 'p')
  from pg_class as c where c.relnamespace = '{SCHEMA}'::regnamespace and c.relname ~ 'regl' order by 1
"""


@pytest.fixture
def projet(tmp_path: Path) -> Path:
    """A project of three models under our macros."""
    (tmp_path / "macros").mkdir()
    for macro in ("materialisations.sql", "publication.sql"):
        shutil.copy2(PROJET_DBT / "macros" / macro, tmp_path / "macros")
    shutil.copy2(PROJET_DBT / "profiles.yml", tmp_path)
    (tmp_path / "dbt_project.yml").write_text("name: reglages\nprofile: mutualisation\n")
    modeles = tmp_path / "models"
    modeles.mkdir()
    (modeles / "reglages.yml").write_text(REGLAGES, encoding="utf-8")
    (modeles / "table_reglee.sql").write_text("select 1 as code, 'un'::text as libelle")
    (modeles / "vue_reglee.sql").write_text("select * from {{ ref('table_reglee') }}")
    (modeles / "sans_reglage.sql").write_text("select 1 as code")
    return tmp_path


def test_un_modele_recoit_ses_droits_sa_description_et_ses_index(atelier: Atelier, projet: Path) -> None:
    """The ACL, the comment, the index and the primary key are there; where nothing is asked, nothing is."""
    dsn = atelier.neuf().dsn
    environnement = dict(os.environ) | variables_dbt(dsn, projet / "target")
    commande = [str(Path(sys.executable).with_name("dbt")), "run", "--target", "entrepot"]
    fait = subprocess.run(commande, cwd=projet, env=environnement, capture_output=True, text=True, check=False)
    assert fait.returncode == 0, fait.stdout
    dits = {nom: reste for nom, *reste in lire(dsn, DITS)}
    droit, relation, colonne, (par_hachage, _), cles = dits["table_reglee"]
    assert (droit, relation, colonne, cles) == (True, "Une table", "Un code", ["PRIMARY KEY (code)"])
    assert par_hachage.endswith(f"ON {SCHEMA}.table_reglee USING hash (libelle)")
    assert dits["vue_reglee"] == [True, "Une vue", None, [], []]
    assert dits["sans_reglage"] == [False, None, None, [], []]
