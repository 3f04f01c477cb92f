"""dbt from a shell, with the shipped profile, on a loaded warehouse: twice, its pages, then a copy of the base."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL

from mutualisation.entrepot.base.copie_de_base import copier
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.base.roles import PROPRIETAIRE
from mutualisation.entrepot.construction.dbt import SCHEMA, variables_dbt
from mutualisation.socle.chemins import PROJET_DBT

ECARTS = """
(select {colonnes} from {a}.{relation} except all select {colonnes} from {b}.{relation})
union all
(select {colonnes} from {b}.{relation} except all select {colonnes} from {a}.{relation})
"""


@pytest.fixture
def environnement(atelier: Atelier, tmp_path: Path) -> dict[str, str]:
    """What `mutualisation.usage.terminal` gives a shell."""
    return dict(os.environ) | variables_dbt(Adresse.lire(atelier._adresse), tmp_path) | {"DBT_WRITE_JSON": "true"}


def test_dbt_se_lance_d_un_terminal(atelier: Atelier, environnement: dict[str, str], tmp_path: Path) -> None:
    def dbt(*arguments: str) -> None:
        """Run it in the folder of the project, whose profile it finds by itself."""
        lance = subprocess.run(
            [str(Path(sys.executable).with_name("dbt")), *arguments],
            cwd=PROJET_DBT, env=environnement, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert lance.returncode == 0, lance.stdout

    with atelier.construit(SOCLE_SEUL) as construction:
        dbt("build")
        dbt("build", "--exclude-resource-type", "unit_test", "--vars", "exercices: [2023]")
        dbt("docs", "generate")
        assert (tmp_path / "catalog.json").exists()
        construction.conn.execute("set role none")
        (poste,) = construction.lire("select nspname from pg_namespace where nspname like 'dbt\\_%'")[0]
        for relation, colonnes in {
            "mart_synthese_financiere": "*",
            "rejets": "exercice, source, fichier, ligne, rang, colonne, valeur, motif, statut",
        }.items():
            ecarts = ECARTS.format(a=SCHEMA, b=poste, relation=relation, colonnes=colonnes)
            assert construction.lire(ecarts) == [], relation
        copier(atelier._adresse, tmp_path / "copie", f"--role={PROPRIETAIRE}")
