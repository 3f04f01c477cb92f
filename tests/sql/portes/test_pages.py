"""The page of the gates: written whole by several processes, and never in the way of the command."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mutualisation.publication.portes import execution
from mutualisation.publication.portes.execution import ecrire_pages, jugement
from mutualisation.publication.portes.resultat import Constat
from mutualisation.publication.portes.suites import Attente
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.usage.operations.session import Session


def _jugement(nom: str = "essai") -> dict[str, Any]:
    attente = Attente("a", "expect_x", {"value_set": [False, True, "Émis"]}, "critical", "Essai")
    return jugement(nom, "Essai", [Constat(attente, True, 0, 3, [], None)])


def test_la_page_ne_charge_rien(tmp_path: Path) -> None:
    """No script, style, picture or font from elsewhere: it is read where there is no network."""
    ecrire_pages(tmp_path, [_jugement()])
    for fichier in tmp_path.rglob("*.*"):
        texte = fichier.read_text(encoding="utf-8")
        assert not re.search(r"https?:|//[a-z]|@import|url\(|<script[^>]|<link|<img|<iframe| src=", texte), fichier


def test_les_valeurs_logiques_se_lisent_en_francais(tmp_path: Path) -> None:
    page = ecrire_pages(tmp_path, [_jugement()]).read_text(encoding="utf-8")
    assert "faux · vrai · Émis" in page


def test_plusieurs_ecritures_a_la_fois(tmp_path: Path) -> None:
    def ecrire(rang: int) -> None:
        for _ in range(20):
            ecrire_pages(tmp_path, [_jugement(f"suite_{rang % 2}")])
            page = (tmp_path / "index.html").read_text(encoding="utf-8")
            assert page.endswith("</html>")
            assert "suite_" in page

    with ThreadPoolExecutor(4) as fils:
        list(fils.map(ecrire, range(4)))
    for chemin in (tmp_path / "resultats").iterdir():
        assert json.loads(chemin.read_text(encoding="utf-8"))["libelle"] == "Essai"


@pytest.mark.parametrize("panne", [ValueError("abîmé"), ControleEchoue(["autre"]), OSError("plein")])
def test_la_page_ne_masque_pas_le_controle_qui_echoue(
    base_vierge: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, panne: Exception
) -> None:
    def documenter(_: Path) -> Path:
        raise panne

    monkeypatch.setenv("ENTREPOT_DSN", base_vierge)
    monkeypatch.setenv("MUTUALISATION_VAR", str(tmp_path))
    monkeypatch.setattr(execution, "a_documenter", lambda: True)
    monkeypatch.setattr(execution, "documenter", documenter)
    dits: list[str] = []
    with pytest.raises(ControleEchoue, match="somme_etp"), Session.depuis_environnement(dits.append):
        raise ControleEchoue(["somme_etp"])
    assert dits == [f"La documentation des contrôles n'a pas pu être écrite ({type(panne).__name__})."]
