"""DECP: both formats, exact amounts, line of each contract."""

from pathlib import Path

import pytest

from .outillage import lire, refus

ACTUEL = """{
 "autre": [1, {"marche": 2}],
 "marches": {"contrat-concession": [], "marche": [
  {"id": "2020-M1", "acheteur": {"id": "20009320100016"}, "dateNotification": "2020-03-30", "montant": 500000.10,
   "titulaires": [{"titulaire": {"id": "57722570900010"}}, {"titulaire": {"id": "45576163500016"}}]},

  {"id": "2020-M2", "montant": 1e3, "titulaires": []},
  {"id": "2020-M3", "montant": 12345678901234567890.12}
 ]}
}"""


def _ecrire(dossier: Path, texte: str | bytes) -> Path:
    chemin = dossier / "decp_2020.json"
    chemin.write_bytes(texte if isinstance(texte, bytes) else texte.encode())
    return chemin


def test_format_de_2022(tmp_path: Path) -> None:
    lu = lire(_ecrire(tmp_path, ACTUEL), "decp")
    assert lu.colonne("identifiant") == ["2020-M1", "2020-M1", "2020-M2", "2020-M3"]
    assert lu.colonne("siret_titulaire") == ["57722570900010", "45576163500016", None, None]
    assert lu.colonne("montant") == ["500000.10", "500000.10", "1000", "12345678901234567890.12"]
    assert lu.colonne("ligne") == ["4", "4", "7", "8"]
    assert lu.rangees[0]["siret_acheteur"] == "20009320100016"
    assert lu.rangees[0]["date_notification"] == "2020-03-30"


@pytest.mark.parametrize(
    "titulaires",
    [
        '[{"id": "57722570900010"}]',
        '[{"titulaire": {"id": "57722570900010"}}]',
        '{"titulaire": [{"id": "57722570900010"}]}',
        '{"titulaire": {"id": "57722570900010"}}',
        '{"id": "57722570900010"}',
    ],
)
def test_format_d_avant_2024(tmp_path: Path, titulaires: str) -> None:
    lu = lire(_ecrire(tmp_path, f'{{"marches": [{{"id": "M1", "montant": 3, "titulaires": {titulaires}}}]}}'), "decp")
    assert lu.colonne("siret_titulaire") == ["57722570900010"]


def test_un_marche_sur_une_ligne_plus_longue_qu_une_lecture(tmp_path: Path) -> None:
    objet = "é" * 70_000
    lu = lire(_ecrire(tmp_path, f'\ufeff{{"marches": [\n{{"objet": "{objet}", "id": "M1"}}, {{"id": "M2"}}]}}'), "decp")
    assert (lu.colonne("identifiant"), lu.colonne("ligne")) == (["M1", "M2"], ["2", "2"])


def test_liste_vide(tmp_path: Path) -> None:
    assert lire(_ecrire(tmp_path, '{"marches": []}'), "decp").rangees == []


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        (b"", "0 octet"),
        ("{", "illisible"),
        ("[]", "n'est pas un fichier DECP"),
        ("{}", "aucune liste de marchés"),
        ('{"marches": {"contrat-concession": []}}', "aucune liste de marchés"),
        ('{"marches": 3}', "aucune liste de marchés"),
        ('{"marches": [3]}', "objet JSON"),
        ('{"marches": [{"id": 1}', "illisible"),
        ('{"marches": [\n{"id": 1} {"id": 2}]}', "ligne 2"),
        ('{"marches": []', "illisible"),
        ('{"marches": []}\n}', "ligne 2"),
        ('{"marches": [{"montant": 1e9999999999999999999}]}', "illisible"),
        ('{"marches": [{"montant": ' + "9" * 5000 + "}]}", "illisible"),
        ('{"marches": [{"id": "\\u0000"}]}', "caractère nul"),
        ('{"marches": [{"id": "\\ud800"}]}', "Unicode"),
        ('{"marches": [{"a": ' + "[" * 100_000 + "]}", "illisible"),
        ('{"marches": []}'.encode("utf-16"), "UTF-16"),
        ('{"marches": [{"id": "é"}]}'.encode("cp1252"), "encodage illisible"),
    ],
)
def test_json_abime(tmp_path: Path, texte: str | bytes, attendu: str) -> None:
    assert attendu in refus(_ecrire(tmp_path, texte), "decp")
