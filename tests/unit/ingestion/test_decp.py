"""DECP: both formats, exact amounts, line of each contract."""

from pathlib import Path

import pytest
from tests.atelier.depots import ecrire
from tests.atelier.tables import cas

from .outillage import lire, refus

DECP = "decp_2020.json"
ACTUEL = """{
 "autre": [1, {"marche": 2}],
 "marches": {"contrat-concession": [], "marche": [
  {"id": "2020-M1", "acheteur": {"id": "20009320100016"}, "dateNotification": "2020-03-30", "montant": 500000.10,
   "titulaires": [{"titulaire": {"id": "57722570900010"}}, {"titulaire": {"id": "45576163500016"}}]},

  {"id": "2020-M2", "montant": 1e3, "titulaires": []},
  {"id": "2020-M3", "montant": 12345678901234567890.12}
 ]}
}"""


def test_format_de_2022(tmp_path: Path) -> None:
    lu = lire(ecrire(tmp_path / DECP, ACTUEL), "decp")
    assert lu.colonne("identifiant") == ["2020-M1", "2020-M1", "2020-M2", "2020-M3"]
    assert lu.colonne("siret_titulaire") == ["57722570900010", "45576163500016", None, None]
    assert lu.colonne("montant") == ["500000.10", "500000.10", "1000", "12345678901234567890.12"]
    assert lu.colonne("ligne") == ["4", "4", "7", "8"]
    assert lu.rangees[0]["siret_acheteur"] == "20009320100016"
    assert lu.rangees[0]["date_notification"] == "2020-03-30"


@cas
def test_format_d_avant_2024(tmp_path: Path, titulaires: str) -> None:
    texte = f'{{"marches": [{{"id": "M1", "montant": 3, "titulaires": {titulaires}}}]}}'
    lu = lire(ecrire(tmp_path / DECP, texte), "decp")
    assert lu.colonne("siret_titulaire") == ["57722570900010"]


@cas
def test_un_marche_ou_des_concessions(tmp_path: Path, texte: str, formes: list[list[str]]) -> None:
    lu = lire(ecrire(tmp_path / DECP, texte), "decp")
    assert [[r["format"], r["identifiant"]] for r in lu.rangees] == formes


@cas
def test_modifications(tmp_path: Path, modifications: str, titulaires: list[str]) -> None:
    marche = f'{{"id": "M1", "titulaires": [{{"id": "10000000000001"}}], "modifications": {modifications}}}'
    lu = lire(ecrire(tmp_path / DECP, f'{{"marches": [{marche}]}}'), "decp")
    assert lu.colonne("siret_titulaire") == titulaires
    assert lu.colonne("rang_titulaire") == [str(i + 1) for i in range(len(titulaires))]


def test_un_marche_sur_une_ligne_plus_longue_qu_une_lecture(tmp_path: Path) -> None:
    objet = "é" * 70_000
    texte = f'\ufeff{{"marches": [\n{{"objet": "{objet}", "id": "M1"}}, {{"id": "M2"}}]}}'
    lu = lire(ecrire(tmp_path / DECP, texte), "decp")
    assert (lu.colonne("identifiant"), lu.colonne("ligne")) == (["M1", "M2"], ["2", "2"])


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ('{"marches": {"objet": "x"}}', "aucun marché sous"),
        ('{"marches": [{"montant": 1e9999999999999999999}]}', "illisible"),
        ('{"marches": [{"montant": ' + "9" * 5000 + "}]}", "illisible"),
        ('{"marches": [\n{"DUPONT": 1, "DUPONT": 2}]}', "ligne 2 : un objet donne deux fois une même clé, rien"),
    ],
)
def test_json_abime(tmp_path: Path, texte: str, attendu: str) -> None:
    assert attendu in refus(ecrire(tmp_path / DECP, texte), "decp")
