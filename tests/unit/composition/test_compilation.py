"""The compiler of PDF prints any text that a file holds, whatever its fonts lack: exit 1 is for the unforeseen (G3)."""

from datetime import date
from pathlib import Path

import pytest
import typst

from mutualisation.documents.composition import compilation
from mutualisation.socle.erreurs import ErreurMutualisation

GABARIT = """#set document(title: "Essai")
#set text(lang: "fr")
#let donnees = json(bytes(sys.inputs.donnees))
#for t in donnees.textes [#t #linebreak()]
#if donnees.textes.contains("refus") { panic("non") }
"""
JOUR = date(2023, 12, 31)


@pytest.fixture(autouse=True)
def _gabarit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chemin = tmp_path / "essai.typ"
    chemin.write_text(GABARIT, encoding="utf-8")
    compilateur = typst.Compiler(str(chemin), root=str(tmp_path), ignore_system_fonts=True)
    monkeypatch.setattr(compilation, "_compilateur", lambda _gabarit: compilateur)


def test_le_reste_du_texte_demeure() -> None:
    """Only what lacks is replaced: the same bytes as the text with the sign in its place."""
    remplace = compilation.composer("essai", {"textes": ["N° 1\x1f été 🏛 → €", "l'été"]}, JOUR)
    assert remplace == compilation.composer("essai", {"textes": ["N° 1□ été □ → €", "l'été"]}, JOUR)


def test_un_autre_refus_reste_un_refus() -> None:
    with pytest.raises(ErreurMutualisation, match="n'a pas pu être composé"):
        compilation.composer("essai", {"textes": ["refus"]}, JOUR)
