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
    monkeypatch.setattr(sauvegarde.DossierLu, "differences", lambda _: pytest.fail("its files were read"))
    with pytest.raises(ErreurMutualisation, match="n'est pas une sauvegarde lisible"):
        sauvegarde._verifier_sauvegarde(tmp_path / lieu, None)


def test_une_sauvegarde_d_un_logiciel_anterieur_est_nommee_pour_ce_qu_elle_est(tmp_path: Path) -> None:
    (tmp_path / "sauvegarde.json").write_text('{"migration": "0015_empreintes", "fichiers": {}}')
    with pytest.raises(ErreurMutualisation, match=r"est d'avant la 0\.3\.0 : installez d'abord la 0\.3\.0"):
        sauvegarde._verifier_sauvegarde(tmp_path, None)


def test_une_sauvegarde_d_un_logiciel_plus_recent_se_refuse_avant_d_etre_remise(tmp_path: Path) -> None:
    """Who goes back takes the backup made before, by the software that comes back."""
    dit = {
        "code_version": "0.9.0",
        "migrations": ["9999_suivante"],
        "sorties": [{"fichier": "entrepot.dump", "sha256": ""}],
    }
    (tmp_path / "manifeste.json").write_text(json.dumps(dit))
    with pytest.raises(
        ErreurMutualisation, match=r"par une version plus récente du logiciel \(0\.9\.0\), qui seule la rest"
    ):
        sauvegarde._verifier_sauvegarde(tmp_path, None)
