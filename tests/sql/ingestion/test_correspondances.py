"""`correspondances` in a warehouse: read first, read again when it changes, the former one when it is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.unit.ingestion.outillage import SIRET

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.ingestion.travail import Chargement
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.socle.erreurs import FichierRefuse

Connexion = psycopg.Connection[Any]
TABLE = "Jeu;Colonne;Lu;Vaut\n"
SANS_TYPE = f"Exercice;Semestre;Dispositif;Client;Quantité\n2020;1;ADS;{SIRET};3\n"
UNITES = "activite/unites_2020-S1.csv"
ECHANGES = TABLE + "unites;SIRET adhérent;client;\nunites;Type unité;;dossier\n"


@pytest.fixture
def conn(base_vierge: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connexion]:
    monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", "une clé pour les essais")
    with connecter(base_vierge) as c:
        yield c


def _charger(conn: Connexion, depot: Path, fichiers: dict[str, str], **options: Any) -> dict[str, Chargement]:
    for chemin, contenu in fichiers.items():
        (depot / chemin).parent.mkdir(parents=True, exist_ok=True)
        (depot / chemin).write_text(contenu, encoding="utf-8")
    charges = charger_depot(conn, depot, porte=lambda _conn, _chargement: list, **options)
    return {c.source: c for c in charges}


def _types(conn: Connexion) -> list[str]:
    """Type unité of the rows of the files that count."""
    requete = "select b.type_unite from brut.unites b join journal.fichiers_courants f using (fichier_id) order by 1"
    return [t for (t,) in conn.execute(requete).fetchall()]


def test_lue_avant_les_autres_fichiers(conn: Connexion, tmp_path: Path) -> None:
    charges = _charger(conn, tmp_path, {UNITES: SANS_TYPE, "referentiel/correspondances.csv": ECHANGES})
    assert charges["activite"].avertissements == [f"{UNITES} : colonnes facultatives absentes : Référence (F5)."]
    assert _types(conn) == ["dossier"]
    again = _charger(conn, tmp_path, {})
    assert [c.fichiers for c in again.values()] == [[], []]


def test_sa_ligne_total_n_est_pas_une_correspondance(conn: Connexion, tmp_path: Path) -> None:
    """F4: the table is read before its own load as that load reads it, announced number of rows included."""
    fichiers = {
        UNITES: SANS_TYPE,
        "referentiel/correspondances.csv": ECHANGES + "Total;;;\n",
        "referentiel/correspondances.csv.controle.json": '{"lignes": 2}',
    }
    _charger(conn, tmp_path, fichiers)
    assert _types(conn) == ["dossier"]


def test_une_source_seule_la_lit_par_elle_meme(conn: Connexion, tmp_path: Path) -> None:
    fichiers = {UNITES: SANS_TYPE, "referentiel/correspondances.csv": ECHANGES}
    assert list(_charger(conn, tmp_path, fichiers, sources=["activite"])) == ["activite"]
    assert _types(conn) == ["dossier"]


def test_une_table_changee_fait_relire_les_fichiers_de_son_jeu(conn: Connexion, tmp_path: Path) -> None:
    autre = f"Exercice;Semestre;Dispositif;SIRET adhérent;Type unité;Quantité\n2020;2;ADS;{SIRET};acte;3\n"
    temps = "Matricule;Date;Code activité;Durée;Type jour;Validé\n1;01/02/2020;ADS-1;7;T;O\n"
    fichiers = {
        UNITES: SANS_TYPE, "activite/unites_2020-S2.csv": autre, "rh/temps_2020-02.csv": temps,
        "referentiel/correspondances.csv": ECHANGES,
    }  # fmt: skip
    _charger(conn, tmp_path, fichiers)
    assert _types(conn) == ["acte", "dossier"]
    details: list[str] = []
    change = ECHANGES + "unites;Type unité;acte;dossier\n"
    charges = _charger(conn, tmp_path, {"referentiel/correspondances.csv": change}, detail=details.append)
    assert charges["activite"].fichiers == [UNITES, "activite/unites_2020-S2.csv"]
    assert charges["rh"].fichiers == []
    assert _types(conn) == ["dossier", "dossier"]
    assert any("les correspondances de unites ont changé (F16)" in d for d in details)
    # the order of the rows, and a row at fault, change nothing
    lignes = change.removeprefix(TABLE).splitlines()
    melange = TABLE + "\n".join([*reversed(lignes), "unite;Quantité;x;"]) + "\n"
    charges = _charger(conn, tmp_path, {"referentiel/correspondances.csv": melange})
    assert charges["activite"].fichiers == []


def test_un_fichier_relu_garde_sa_periode(conn: Connexion, tmp_path: Path) -> None:
    """F2: a file read again stands before a stray copy of it under an earlier periode."""
    temps = "Matricule;Date;Code activité;Durée;Type jour;Validé\n1;01/02/2020;ADS-1;7;Travail;O\n"
    _charger(conn, tmp_path, {"rh/temps_2020-02.csv": temps, "referentiel/correspondances.csv": ECHANGES})
    change = ECHANGES + "temps;Type jour;Travail;T\n"
    fichiers = {"rh/temps_2020-01.csv": temps, "referentiel/correspondances.csv": change}
    charges = _charger(conn, tmp_path, fichiers)
    assert charges["rh"].fichiers == ["rh/temps_2020-02.csv"]
    assert charges["rh"].deja_charges == ["rh/temps_2020-01.csv"]


def test_un_fichier_absent_du_depot_et_lu_autrement_est_nomme(conn: Connexion, tmp_path: Path) -> None:
    _charger(conn, tmp_path / "a", {UNITES: SANS_TYPE, "referentiel/correspondances.csv": ECHANGES})
    autre = SANS_TYPE.replace("2020;1;", "2020;2;")
    change = ECHANGES + "unites;Type unité;acte;dossier\n"
    suite = {"activite/unites_2020-S2.csv": autre, "referentiel/correspondances.csv": change}
    charges = _charger(conn, tmp_path / "b", suite)
    assert any(UNITES in a and "F16" in a for a in charges["activite"].avertissements)


def test_sans_table_dans_le_depot_celle_de_l_entrepot(conn: Connexion, tmp_path: Path) -> None:
    _charger(conn, tmp_path / "a", {"referentiel/correspondances.csv": ECHANGES})
    _charger(conn, tmp_path / "b", {UNITES: SANS_TYPE})
    assert _types(conn) == ["dossier"]


def test_la_plus_haute_version(conn: Connexion, tmp_path: Path) -> None:
    fichiers = {
        UNITES: SANS_TYPE,
        "referentiel/correspondances_v2.csv": ECHANGES,
        "referentiel/correspondances.csv": ECHANGES.replace("dossier", "acte"),
    }
    _charger(conn, tmp_path / "a", fichiers)
    assert _types(conn) == ["dossier"]
    _charger(conn, tmp_path / "b", {UNITES: SANS_TYPE, "referentiel/correspondances.csv": ECHANGES.replace("os", "us")})
    assert _types(conn) == ["dossier"]


def test_une_table_refusee_laisse_l_ancienne(conn: Connexion, tmp_path: Path) -> None:
    _charger(conn, tmp_path, {"referentiel/correspondances.csv": ECHANGES})
    with pytest.raises(FichierRefuse) as e:
        _charger(conn, tmp_path, {UNITES: SANS_TYPE, "referentiel/correspondances.csv": "Jeu;Lu;Vaut\nunites;a;b\n"})
    assert [f for f, _ in e.value.refus] == ["referentiel/correspondances.csv"]
    assert _types(conn) == ["dossier"]


def test_une_table_qui_manque_a_son_controle_laisse_l_ancienne(conn: Connexion, tmp_path: Path) -> None:
    _charger(conn, tmp_path, {"referentiel/correspondances.csv": ECHANGES})
    fichiers = {
        UNITES: SANS_TYPE,
        "referentiel/correspondances.csv": ECHANGES.replace("dossier", "acte"),
        "referentiel/correspondances.csv.controle.json": '{"lignes": 3}',
    }
    _charger(conn, tmp_path, fichiers)  # the gate of this test is open: only the reading looks at `lignes`
    assert _types(conn) == ["dossier"]


def test_le_type_d_un_adherent_traduit(conn: Connexion, tmp_path: Path) -> None:
    """G10 reads the adherents before their load, with the same names."""
    table = TABLE + "adherents;SIREN;N° SIREN;\nadherents;Type;Intercommunalité;epci\n"
    adherents = (
        "SIRET;N° SIREN;Type;Nom;Code INSEE;Début;Fin\n" + f"{SIRET};732829320;Intercommunalité;E;;01/01/2018;\n"
    )
    fichiers = {"referentiel/correspondances.csv": table, "referentiel/adherents.csv": adherents}
    _charger(conn, tmp_path, fichiers)
    assert conn.execute("select siren from journal.epci").fetchall() == [("732829320",)]
    _charger(conn, tmp_path, {"referentiel/adherents_v2.csv": adherents})
