"""What builds is not tied to one dbt: another, in an environment of its own, by its command line and
its artefacts (docs/exploitation.md); or the SQL that dbt compiled, without dbt (docs/decisions/0024-dbt.md)."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL
from tests.atelier.modeles import construire

from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.construction.dbt import SCHEMA, EnfantDbt
from mutualisation.entrepot.construction.enfant_dbt import EXECUTABLE
from mutualisation.publication.versions.relations import lire_relations
from mutualisation.socle.chemins import RACINE
from mutualisation.socle.erreurs import ControleEchoue

LIRE = f"select '{{0}}', t::text from {SCHEMA}.{{0}} as t order by 2"
RELATIONS = [LIRE.format(nom) for nom in lire_relations()]


@pytest.fixture
def plus_ancien(tmp_path: Path) -> Path:
    """The oldest dbt of our range, with nothing else of ours."""
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (plage,) = [r for d in projet["dependencies"] if (r := Requirement(d)).name == "dbt-core"]
    (borne,) = [clause.version for clause in plage.specifier if clause.operator == ">="]
    uv, python = shutil.which("uv") or str(RACINE / "var/outils/bin/uv"), tmp_path / "dbt" / "bin" / "python"
    for mots in (
        ["venv", "--python", sys.executable, str(tmp_path / "dbt")],
        ["pip", "install", "--python", str(python), f"dbt-core=={borne}", "dbt-postgres"],
    ):
        fait = subprocess.run([uv, *mots], capture_output=True, text=True, check=False)
        if fait.returncode:
            pytest.skip(f"pas d'environnement : {fait.stderr.strip()[-200:]}")
    return python.with_name("dbt")


@pytest.mark.complet
@pytest.mark.systeme
def test_un_autre_dbt_construit_la_meme_chose(
    atelier: Atelier, plus_ancien: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with atelier.construit(SOCLE_SEUL) as construction:
        attendues = [construction.lire(requete) for requete in RELATIONS]
        construction.conn.execute("select journal.renouveler_construction()")
        construction.conn.commit()
        monkeypatch.setenv(EXECUTABLE, str(plus_ancien))
        ouvrier = EnfantDbt(Adresse.lire(atelier._adresse), tmp_path)
        try:
            assert ouvrier.construire("tout") == atelier.dit_du_socle
        finally:
            ouvrier.fermer()
        assert [construction.lire(requete) for requete in RELATIONS] == attendues


def test_le_sql_compile_construit_la_meme_chose_sans_dbt(atelier: Atelier) -> None:
    """The way out if no dbt for PostgreSQL is kept any more: what a release has compiled, run in its order."""
    with atelier.construit(SOCLE_SEUL) as construction:
        attendues = [construction.lire(requete) for requete in RELATIONS]
        assert any(attendues)
        construire(construction.conn, atelier.modeles)
        assert [construction.lire(requete) for requete in RELATIONS] == attendues


def test_un_executable_qui_n_est_pas_la_se_dit(
    atelier: Atelier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EXECUTABLE, "/nulle/part/dbt")
    ouvrier = EnfantDbt(Adresse.lire(atelier.socle), tmp_path)
    with pytest.raises(ControleEchoue, match="MUTUALISATION_DBT=/nulle/part/dbt ne se lance pas"):
        ouvrier.construire()
    ouvrier.fermer()
