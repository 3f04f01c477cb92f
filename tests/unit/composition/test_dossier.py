"""A folder of documents is the former one, whole, or the new one."""

from pathlib import Path

import pytest

from mutualisation.composition.dossier import remplacer_dossier
from mutualisation.erreurs import ErreurMutualisation


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    """A folder that holds a former document."""
    dossier = tmp_path / "bilan_2021"
    dossier.mkdir()
    (dossier / "ancien.txt").write_text("ancien")
    return dossier


def test_prend_la_place_en_entier(destination: Path) -> None:
    with remplacer_dossier(destination, "Refus") as dossier:
        (dossier / "nouveau.txt").write_text("nouveau")
        assert [f.name for f in destination.iterdir()] == ["ancien.txt"]
    assert [f.name for f in destination.iterdir()] == ["nouveau.txt"]
    assert list(destination.parent.iterdir()) == [destination]


def _echouer(destination: Path, erreur: Exception) -> None:
    with remplacer_dossier(destination, "L'essai ne peut pas être écrit") as dossier:
        (dossier / "nouveau.txt").write_text("nouveau")
        raise erreur


@pytest.mark.parametrize(
    ("erreur", "dite"), [(OSError(28, "plus de place"), ErreurMutualisation), (ValueError("x"), ValueError)]
)
def test_un_echec_laisse_l_ancien(destination: Path, erreur: Exception, dite: type[Exception]) -> None:
    with pytest.raises(dite):
        _echouer(destination, erreur)
    assert [f.name for f in destination.iterdir()] == ["ancien.txt"]
    assert list(destination.parent.iterdir()) == [destination]


def test_le_refus_du_disque_est_dit_en_francais(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    with pytest.raises(ErreurMutualisation, match=r"^L'essai ne peut pas être écrit dans .*vérifiez les droits"):
        _echouer(tmp_path / "fichier" / "sous" / "bilan", AssertionError("rien ne doit être écrit"))
