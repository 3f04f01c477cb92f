"""Another dbt executable, by its command line and its artefacts: the same build (docs/exploitation.md)."""

import sys
from pathlib import Path

import pytest
from tests.atelier.atelier import Atelier
from tests.atelier.cas import SOCLE_SEUL

from mutualisation.entrepot.construction.dbt import SCHEMA, EnfantDbt
from mutualisation.entrepot.construction.enfant_dbt import EXECUTABLE
from mutualisation.publication.versions.relations import lire_relations
from mutualisation.socle.erreurs import ControleEchoue


@pytest.mark.complet
def test_un_autre_dbt_construit_la_meme_chose(
    atelier: Atelier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with atelier.construit(SOCLE_SEUL) as construction:
        lire = f"select r, t::text from (select {{}}) as n (r) join {SCHEMA}.{{}} as t on true order by 2"
        requetes = [lire.format(f"'{nom}'", nom) for nom in lire_relations()]
        attendues = [construction.lire(requete) for requete in requetes]
        construction.conn.execute("select journal.renouveler_construction()")
        construction.conn.commit()
        monkeypatch.setenv(EXECUTABLE, str(Path(sys.executable).with_name("dbt")))
        ouvrier = EnfantDbt(atelier._adresse, tmp_path)
        try:
            assert ouvrier.construire() == atelier.dit_du_socle
        finally:
            ouvrier.fermer()
        assert [construction.lire(requete) for requete in requetes] == attendues


def test_un_executable_qui_n_est_pas_la_se_dit(
    atelier: Atelier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EXECUTABLE, "/nulle/part/dbt")
    ouvrier = EnfantDbt(atelier.socle, tmp_path)
    with pytest.raises(ControleEchoue, match="MUTUALISATION_DBT=/nulle/part/dbt ne se lance pas"):
        ouvrier.construire()
    ouvrier.fermer()
