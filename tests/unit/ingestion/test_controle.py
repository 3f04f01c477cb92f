"""The `.controle.json` beside a file (F3)."""

import json
from typing import Any

from upath import UPath

from mutualisation.entree.ingestion.controle import lire_controle, octets_controle
from mutualisation.entree.sources.registre import registre

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


def test_un_total_garde_toutes_ses_decimales() -> None:
    texte = "12345678901234567890.123456789012"
    assert _lire(f'{{"colonne": "Montant TTC", "total": {texte}}}'.encode())["total"] == texte


def test_un_controle_dans_un_magasin_d_objets() -> None:
    objet = UPath("memory://controle/x.controle.json")
    objet.parent.mkdir(parents=True, exist_ok=True)
    objet.write_bytes(b"{}" + b" " * 70_000)
    assert len(octets_controle(objet)) == 64 * 1024 + 1
