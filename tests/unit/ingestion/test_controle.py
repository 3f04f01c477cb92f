"""The `.controle.json` beside a file (F3)."""

from upath import UPath

from mutualisation.entree.ingestion.controle import lire_controle, octets_controle
from mutualisation.entree.sources.registre import registre


def test_un_total_garde_toutes_ses_decimales() -> None:
    texte = "12345678901234567890.123456789012"
    octets = f'{{"colonne": "Montant TTC", "total": {texte}}}'.encode()
    assert lire_controle(octets, registre().jeu("mandats"), "0")["total"] == texte


def test_un_controle_dans_un_magasin_d_objets() -> None:
    objet = UPath("memory://controle/x.controle.json")
    objet.parent.mkdir(parents=True, exist_ok=True)
    objet.write_bytes(b"{}" + b" " * 70_000)
    assert len(octets_controle(objet)) == 64 * 1024 + 1
