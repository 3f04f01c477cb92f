"""ISO-8859-1 whatever the name, cut between words, never an amount changed."""

from __future__ import annotations

import unicodedata

import pytest

from mutualisation.documents.factures.pes import couper, en_latin1


@pytest.mark.parametrize(
    ("lu", "ecrit"),
    [
        ("L’Œuvre–lès–Loos", "L'OEuvre-lès-Loos"),
        ("Kosˇice Łódź Ÿ", "Kos?ice Lódz Y"),
        ("e\u0301cole", "école"),
        ("a\u00a0b\u202fc\td\ne", "a b c d e"),
        ("12 € “net”…", '12 EUR "net"...'),
        ("nul\x00 \x85 \u00ad", "nul"),
        ("北京 😀", "?? ?"),
        ("ﬁn Ⅳ", "fin IV"),
        ("<&\"'>", "<&\"'>"),
    ],
)
def test_lettres_de_remplacement(lu: str, ecrit: str) -> None:
    assert en_latin1(lu) == ecrit


def test_tout_caractere_donne_de_l_iso_8859_1_sans_commande() -> None:
    for point in range(0x20000):
        if not 0xD800 <= point <= 0xDFFF:
            ecrit = en_latin1(f"a{chr(point)}b")
            assert ecrit.encode("iso-8859-1")
            assert not any(unicodedata.category(c) == "Cc" for c in ecrit)


@pytest.mark.parametrize(
    ("texte", "longueur", "attendu"),
    [
        ("rue", 38, ("rue", "")),
        ("un deux trois", 7, ("un deux", "trois")),
        ("un deux trois", 6, ("un", "deux trois")),
        ("anticonstitutionnel", 4, ("anti", "constitutionnel")),
        ("", 4, ("", "")),
    ],
)
def test_couper_entre_deux_mots(texte: str, longueur: int, attendu: tuple[str, str]) -> None:
    assert couper(texte, longueur) == attendu
