"""ISO-8859-1 whatever the name, cut between words, never an amount changed."""

import unicodedata

from tests.atelier.tables import cas

from mutualisation.documents.factures.pes import couper, en_latin1


@cas
def test_lettres_de_remplacement(lu: str, ecrit: str) -> None:
    assert en_latin1(lu) == ecrit


def test_tout_caractere_donne_de_l_iso_8859_1_sans_commande() -> None:
    for point in range(0x20000):
        if not 0xD800 <= point <= 0xDFFF:
            ecrit = en_latin1(f"a{chr(point)}b")
            assert ecrit.encode("iso-8859-1")
            assert not any(unicodedata.category(c) == "Cc" for c in ecrit)


@cas
def test_couper_entre_deux_mots(texte: str, longueur: int, attendu: list[str]) -> None:
    assert list(couper(texte, longueur)) == attendu
