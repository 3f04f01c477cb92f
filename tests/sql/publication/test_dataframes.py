"""`mutualisation.lire`: what is published as a DataFrame, typed by the contract, to the cent."""

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from tests.atelier.tables import cas

import mutualisation
from mutualisation.publication.versions.dataframes import dataframe
from mutualisation.publication.versions.relations import Colonne, lire_relations
from mutualisation.socle.erreurs import ErreurMutualisation

from . import entrepot_publie


@pytest.fixture
def _entrepot(dsn_publie: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_DSN", dsn_publie)


@pytest.mark.usefixtures("_entrepot")
def test_une_relation_est_typee_par_le_contrat() -> None:
    df = mutualisation.lire("recouvrement", exercice=2021)
    attendues = [r for r in entrepot_publie.rangees()["recouvrement"] if r["exercice"] == 2021]
    assert len(df) == len(attendues) > 0
    assert tuple(df.columns) == lire_relations()["recouvrement"].noms_colonnes
    assert (df["exercice"].dtype, df["dispositif"].dtype) == ("Int64", "string")
    assert {type(x) for x in df["montant_du"]} == {Decimal}
    assert df["montant_du"].sum() == sum((Decimal(r["montant_du"]) for r in attendues), Decimal(0))
    assert mutualisation.lire("synthese_financiere")["est_total"].dtype == "boolean"
    assert isinstance(mutualisation.lire("adhesion")["debut"].iloc[0], date)


@pytest.mark.usefixtures("_entrepot")
def test_une_cellule_inconnue_n_est_pas_zero() -> None:
    recettes = mutualisation.lire("synthese_financiere", exercice=2021)["recettes"]
    assert recettes.isna().any()
    assert {type(x) for x in recettes.dropna()} == {Decimal}


@pytest.mark.usefixtures("_entrepot")
@cas
def test_un_nom_inconnu_dit_le_plus_proche(relation: str, exercice: int | None, dit: str) -> None:
    with pytest.raises(ErreurMutualisation, match=dit):
        mutualisation.lire(relation, exercice=exercice)


def test_un_centime_qu_un_flottant_perd_reste() -> None:
    colonnes = (Colonne("annee", "integer", ""), Colonne("montant", "numeric(17,2)", ""))
    lues = [(1, Decimal("90071992547409930.01")), (1, Decimal("0.01")), (2, None)]
    df = dataframe(colonnes, lues)
    assert df["montant"].astype(float).sum() != Decimal("90071992547409930.02")
    assert df["montant"].sum() == Decimal("90071992547409930.02")
    assert df.groupby("annee")["montant"].sum()[1] == Decimal("90071992547409930.02")
    pivot = df.dropna().pivot_table(index="annee", values="montant", aggfunc="sum")
    assert pivot.loc[1, "montant"] == Decimal("90071992547409930.02")
    autre = dataframe(colonnes, [(1, Decimal("0.02"))])
    ecarts = df.groupby("annee", as_index=False).sum().merge(autre, on="annee", how="left")
    assert ecarts["montant_x"][0] - ecarts["montant_y"][0] == Decimal("90071992547409930.00")
    assert pd.isna(df["montant"][2])


def test_importer_le_paquet_n_importe_pas_pandas() -> None:
    code = "import sys, mutualisation, mutualisation.usage.cli; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
