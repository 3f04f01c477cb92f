"""The file gate in the manifest: kept with each load, summed up over the loads whose files count in a build."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.depots import ecrire

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.socle.erreurs import FichierRefuse
from mutualisation.usage import operations as op
from mutualisation.usage.operations.candidate import SQL_PORTE_FICHIER

SIRET = "73282932000074"
ADHERENTS = f"SIRET;SIREN;Type;Nom;Code INSEE;Début;Fin\n{SIRET};732829320;epci;EPCI;;01/01/2018;\n"
UNITES = "Exercice;Semestre;Dispositif;SIRET adhérent;Type unité;Quantité;Référence\n"


@pytest.fixture(autouse=True)
def _cle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", "une clé pour les essais")


def _porte_fichier(conn: psycopg.Connection[Any]) -> Any:
    """What a build says of the file gate of the loads that count."""
    (fichier,) = conn.execute(SQL_PORTE_FICHIER).fetchone() or ({},)
    return fichier


def test_la_porte_reste_avec_son_chargement_et_se_somme_sur_ceux_qui_comptent(
    conn_vierge: psycopg.Connection[Any], tmp_path: Path
) -> None:
    assert _porte_fichier(conn_vierge) == {
        "porte": "fichier", "reussie": False, "executees": 0, "chargements": 0,
    }  # fmt: skip
    ecrire(tmp_path / "referentiel/adherents.csv", ADHERENTS)
    ecrire(tmp_path / "activite/unites_2020-S1.csv", f"{UNITES}2020;1;ADS;{SIRET};PC;3;R1\n")
    charger_depot(conn_vierge, tmp_path, porte=op.porte_fichier)
    par_source = dict(conn_vierge.execute("select source, porte from journal.chargements").fetchall())
    assert {p["statut"] for p in par_source.values()} == {"conforme"}
    somme = _porte_fichier(conn_vierge)
    assert somme["reussie"] is True
    assert somme["chargements"] == 2
    assert somme["executees"] == sum(p["executees"] for p in par_source.values()) > 0

    # a revision replaces the file: the former load counts no more; a refused one never does
    ecrire(tmp_path / "activite/unites_2020-S1_v2.csv", f"{UNITES}2020;1;ADS;{SIRET};PC;4;R1\n")
    charger_depot(conn_vierge, tmp_path, porte=op.porte_fichier)
    assert _porte_fichier(conn_vierge) == somme
    ecrire(tmp_path / "activite/unites_2020-S2.csv", f"{UNITES}2020;2;ADS;{SIRET};PC;4;R1\nTotal;;;;;5;\n")
    with pytest.raises(FichierRefuse):
        charger_depot(conn_vierge, tmp_path, porte=op.porte_fichier)
    (refus,) = conn_vierge.execute("select porte from journal.chargements where statut = 'refuse'").fetchone() or ({},)
    assert refus["statut"] == "echec"
    assert _porte_fichier(conn_vierge) == somme
