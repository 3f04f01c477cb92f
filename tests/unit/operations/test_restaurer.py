"""What is given to `restaurer` and is no backup is told at once: nothing of it is read, whatever its size."""

import json
from pathlib import Path

import pytest

from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.operations import sauvegarde


@pytest.mark.parametrize("lieu", [".", "entrepot.dump", "absent"])
def test_ce_qui_n_est_pas_une_sauvegarde_se_dit_sans_etre_lu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lieu: str
) -> None:
    (tmp_path / "entrepot.dump").write_bytes(b"PGDMP")
    monkeypatch.setattr(sauvegarde, "empreintes", lambda _: pytest.fail("its files were read"))
    with pytest.raises(ErreurMutualisation, match="n'est pas une sauvegarde lisible"):
        sauvegarde._verifier(tmp_path / lieu, None)


def test_une_sauvegarde_d_un_logiciel_anterieur_est_nommee_pour_ce_qu_elle_est(tmp_path: Path) -> None:
    """As 03f04a0 wrote it: another manifest, the statements beside it."""
    (tmp_path / "sauvegarde.json").write_text('{"migration": "0015_empreintes", "fichiers": {}}')
    (tmp_path / "sceaux").mkdir()
    for numero, dit in enumerate(({"code_version": "0.1.0+03f04a039bd0"}, {"acte": "cloture"}), start=1):
        (tmp_path / "sceaux" / f"{numero:04d}.json").write_text(json.dumps(dit))
    with pytest.raises(ErreurMutualisation) as refus:
        sauvegarde._verifier(tmp_path, None)
    assert "par un logiciel antérieur (0.1.0+03f04a039bd0, migration 0015_empreintes), que celui-ci ne" in str(
        refus.value
    )
    assert "rien n'a été changé. Ce logiciel-là l'ouvre" in str(refus.value)
    (tmp_path / "sauvegarde.json").write_text("[]")
    with pytest.raises(ErreurMutualisation, match=r"antérieur \(son manifeste ne se lit plus\)"):
        sauvegarde._verifier(tmp_path, None)
