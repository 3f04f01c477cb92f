"""The `.controle.json` beside a file (F3)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from mutualisation.ingestion.controle import lire_controle, octets_controle
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.sources.registre import registre

SHA = "ab" * 32


def _lire(contenu: Any, jeu: str = "mandats") -> dict[str, Any]:
    octets = contenu if isinstance(contenu, bytes) else json.dumps(contenu).encode()
    return lire_controle(octets, registre().jeu(jeu), SHA)


def test_tout_est_facultatif() -> None:
    assert _lire({}) == {}
    complet = {"lignes": 12, "colonne": "Montant TTC", "total": "98765.43", "sha256": SHA}
    assert _lire(complet) == complet
    assert _lire({"sha256": SHA.upper()}) == {"sha256": SHA}
    assert _lire(b'\xef\xbb\xbf{"colonne": "Montant\xc2\xa0 TTC", "total": 12.30}') == {
        "colonne": "Montant TTC",
        "total": "12.30",
    }
    assert _lire({"lignes": "12", "producteur": "SIRH"}) == {"lignes": 12}
    assert _lire({"colonne": "Montant TTC"}) == {}


def test_sur_xml_et_json_seule_l_empreinte_compte() -> None:
    assert _lire({"lignes": 3, "colonne": "Montant TTC", "total": "1", "sha256": SHA}, "pes") == {"sha256": SHA}


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [
        (b"{", "JSON lisible"),
        (b"\xff", "JSON lisible"),
        (b"[" * 100_000, "dépasse"),
        (b"[" * 60_000, "JSON lisible"),
        ([], "objet JSON"),
        ({"lignes": "trois"}, "entier"),
        ({"lignes": 3.5}, "entier"),
        ({"lignes": True}, "entier"),
        ({"lignes": -1}, "entier"),
        ({"total": "3"}, "sans sa « colonne »"),
        ({"colonne": "Montant", "total": "3"}, "n'est pas une colonne à sommer"),
        ({"colonne": "Objet", "total": "3"}, "n'est pas une colonne à sommer"),
        ({"colonne": "Montant TTC", "total": "3,50"}, "point décimal"),
        ({"colonne": "Montant TTC", "total": "NaN"}, "point décimal"),
        (b'{"colonne": "Montant TTC", "total": NaN}', "point décimal"),
        (b'{"colonne": "Montant TTC", "total": 1e2}', "exposant"),
        (b'{"colonne": "Montant TTC", "total": 123.4E0}', "exposant"),
        ({"colonne": "Montant TTC", "total": "1e2"}, "exposant"),
        (b'{"lignes": 1e2}', "entier"),
        (b'{"lignes": 3, "lignes": 3}', "deux fois la clé « lignes »"),
        (b'{"sha256": null, "autre": {"a": 1, "a": 2}}', "deux fois une même clé"),
        (b'{"lignes": 3}' + b" " * 65_536, "64 ko"),
        ({"sha256": "cd" * 32}, "empreinte"),
        ({"sha256": 3}, "empreinte"),
    ],
)
def test_controle_refuse(contenu: Any, attendu: str) -> None:
    with pytest.raises(LectureRefusee) as e:
        _lire(contenu)
    assert attendu in str(e.value)


def test_un_total_garde_toutes_ses_decimales() -> None:
    texte = "12345678901234567890.123456789012"
    assert _lire(f'{{"colonne": "Montant TTC", "total": {texte}}}'.encode())["total"] == texte


def test_seul_un_fichier_ordinaire_se_lit(tmp_path: Path) -> None:
    vrai = tmp_path / "vrai.json"
    vrai.write_text("{}", encoding="utf-8")
    assert octets_controle(UPath(vrai)) == b"{}"
    (tmp_path / "dossier").mkdir()
    (tmp_path / "lien").symlink_to(vrai)
    os.mkfifo(tmp_path / "tube")
    for nom in ("dossier", "lien", "tube", "absent"):
        with pytest.raises(LectureRefusee, match="fichier ordinaire"):
            octets_controle(UPath(tmp_path / nom))


def test_un_controle_dans_un_magasin_d_objets() -> None:
    objet = UPath("memory://controle/x.controle.json")
    objet.parent.mkdir(parents=True, exist_ok=True)
    objet.write_bytes(b"{}" + b" " * 70_000)
    assert len(octets_controle(objet)) == 64 * 1024 + 1
