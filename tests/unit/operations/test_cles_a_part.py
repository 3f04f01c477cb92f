"""Which keys a backup copies, which live elsewhere: each is said, none is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.operations.cles_a_part import exiger_cles_libres, mettre_a_part, reprendre_cles

SECRET = "0123456789abcdef" * 4


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A folder of what runs with both key files."""
    for nom in ("cle_pseudonymes", "cle_signature"):
        (tmp_path / "var").mkdir(exist_ok=True)
        (tmp_path / "var" / nom).write_text(f"{nom} en fichier")
    return tmp_path / "var"


def test_une_cle_de_l_environnement_est_dite_et_son_ancien_fichier_reste(
    var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", SECRET)
    phrases = mettre_a_part(var, tmp_path / "cles")
    assert [f.name for f in (tmp_path / "cles").iterdir()] == ["cle_signature"]
    assert (tmp_path / "cles" / "cle_signature").stat().st_mode & 0o777 == 0o600
    assert phrases == [
        "clé des pseudonymes : donnée par MUTUALISATION_CLE_PSEUDONYMES, non copiée ; gardez-la à part.",
        f"clé de signature : copiée dans {tmp_path}/cles/cle_signature",
    ]
    assert SECRET not in " ".join(phrases)


def test_une_cle_qui_manque_ou_qui_reste_est_dite(var: Path) -> None:
    (var / "cle_pseudonymes").unlink()
    assert mettre_a_part(var, None) == [
        f"clé des pseudonymes : absente de {var} comme de MUTUALISATION_CLE_PSEUDONYMES, rien à copier.",
        f"clé de signature : non copiée, elle reste dans {var}/cle_signature ; --cles la copie.",
    ]


def test_les_memes_cles_se_reprennent_deux_fois_jamais_d_autres(var: Path, tmp_path: Path) -> None:
    neuf = tmp_path / "neuf"
    for _ in range(2):
        exiger_cles_libres(var, neuf)
        reprendre_cles(var, neuf)
    assert (neuf / "cle_signature").read_bytes() == (var / "cle_signature").read_bytes()
    (neuf / "cle_signature").write_text("une autre")
    with pytest.raises(ErreurMutualisation, match="tient déjà cle_signature d'un autre entrepôt"):
        exiger_cles_libres(var, neuf)
    with pytest.raises(ErreurMutualisation, match="ne tient aucune clé"):
        exiger_cles_libres(tmp_path, neuf)
