"""K1: a warehouse is loaded under one key, known by its fingerprint."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.ingestion.confidentialite import FICHIER_CLE, empreinte_de_cle
from mutualisation.socle.erreurs import ErreurMutualisation

CLE, AUTRE = "une clé pour les essais", "une autre clé, assez longue"
TEMPS = "Matricule;Date;Code activité;Durée;Type jour;Validé\n1;01/02/2020;X1;7;T;O\n"


def _charger(conn: psycopg.Connection[Any], depot: Path, cle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", cle)
    charger_depot(conn, depot, porte=lambda _conn, _chargement: list)


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    (tmp_path / "depot" / "rh").mkdir(parents=True)
    (tmp_path / "depot" / "rh" / "temps_2020-02.csv").write_text(TEMPS, encoding="utf-8")
    return tmp_path / "depot"


def test_une_autre_cle_est_refusee_et_rien_n_est_charge(
    conn_vierge: psycopg.Connection[Any], depot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _charger(conn_vierge, depot, CLE, monkeypatch)
    (depot / "rh" / "temps_2020-03.csv").write_text(TEMPS.replace("/02/", "/03/"), encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match=r"remettre l'ancienne .* tous les fichiers .* entrepôt vide") as e:
        _charger(conn_vierge, depot, AUTRE, monkeypatch)
    assert CLE not in str(e.value)
    assert conn_vierge.execute("select count(*) from brut.temps").fetchone() == (1,)
    assert conn_vierge.execute("select count(*) from journal.chargements").fetchone() == (1,)
    assert conn_vierge.execute("select empreinte from journal.cle").fetchall() == [(empreinte_de_cle(CLE.encode()),)]
    _charger(conn_vierge, depot, CLE, monkeypatch)
    assert conn_vierge.execute("select count(*) from brut.temps").fetchone() == (2,)


def test_une_cle_perdue_n_est_pas_remplacee(
    conn_vierge: psycopg.Connection[Any], depot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new one was made first, « gardez-en une copie », then refused: it would have taken the place of the old one."""
    monkeypatch.setenv("MUTUALISATION_VAR", str(tmp_path))
    charger_depot(conn_vierge, depot, porte=lambda _conn, _chargement: list)
    (tmp_path / FICHIER_CLE).unlink()
    with pytest.raises(ErreurMutualisation, match=rf"n'est plus dans {tmp_path}.* : remettre l'ancienne"):
        charger_depot(conn_vierge, depot, porte=lambda _conn, _chargement: list)
    assert not (tmp_path / FICHIER_CLE).exists()


def test_l_empreinte_ne_dit_rien_de_la_cle() -> None:
    un, deux = empreinte_de_cle(CLE.encode()), empreinte_de_cle(AUTRE.encode())
    assert un != deux
    assert CLE.encode().hex() not in un


def test_un_code_masque_est_reconnu_par_une_cle_venue_plus_tard(
    conn_vierge: psycopg.Connection[Any], depot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K9: its digest alone was kept; no row that landed changes, and dbt reads it under its name."""
    lignes = [TEMPS, "1;02/02/2020;Conseil;7;T;O\n", "1;03/02/2020;X2;7;T;O\n"]
    (depot / "rh" / "temps_2020-02.csv").write_text("".join(lignes), encoding="utf-8")
    _charger(conn_vierge, depot, CLE, monkeypatch)
    lu = "select code_activite from brut.temps order by ligne"
    landes = [c for (c,) in conn_vierge.execute(lu).fetchall()]
    assert [c[:1] for c in landes] == ["X", "~", "X"]
    (depot / "referentiel").mkdir()
    (depot / "referentiel" / "cles_analytiques.csv").write_text(
        "Origine;Code;Dispositif;Part communes %;Début;Fin;Référence\nactivite; Conseil ;ADS;100;01/01/2018;;R\n",
        encoding="utf-8",
    )
    _charger(conn_vierge, depot, CLE, monkeypatch)
    assert [c for (c,) in conn_vierge.execute(lu).fetchall()] == landes
    assert conn_vierge.execute("select * from journal.codes_nommes").fetchall() == [(landes[1], "Conseil")]
