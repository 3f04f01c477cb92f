"""The working folder: made, ours, or a sentence that says whose it is."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from mutualisation.entrepot.base.programmes import Programmes
from mutualisation.entrepot.base.serveur import _dossier_prise, exiger_dossier, fin_journal
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.operations.session import verifier_sortie

DIT = r"est à un autre compte de cette machine \(.+\) : lancez la commande sous ce compte, .*MUTUALISATION_VAR"


def test_le_notre_se_cree_et_se_retrouve(tmp_path: Path) -> None:
    for _ in range(2):
        exiger_dossier(tmp_path / "var", os.geteuid())
        (tmp_path / "var" / "pg").mkdir(exist_ok=True)


def test_des_donnees_d_un_autre_compte(tmp_path: Path) -> None:
    """PostgreSQL said « Permission denied » in its log, minutes later."""
    (tmp_path / "pg").mkdir()
    with pytest.raises(ErreurMutualisation, match=DIT):
        exiger_dossier(tmp_path, os.geteuid() + 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="changer de propriétaire et monter un disque sont à root")
@pytest.mark.parametrize(
    ("compte", "disque", "dit"),
    [
        (os.geteuid(), None, r"ne peut pas être écrit \(accès refusé\)"),
        (12345, None, DIT),
        (12345, "ro", r"ne peut pas être écrit \(disque en lecture seule\)"),
    ],
)
def test_un_dossier_ou_l_on_n_ecrit_pas(
    compte: int, disque: str | None, dit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if disque and subprocess.run(["mount", "-t", "tmpfs", "-o", disque, "tmpfs", tmp_path], check=False).returncode:
        pytest.skip("ce conteneur ne monte pas de disque")
    try:
        if not disque:
            os.chown(tmp_path, compte, -1)
            # nothing is closed to root
            monkeypatch.setattr(os, "access", lambda *_: False)
        for demande in (exiger_dossier, *([lambda d: verifier_sortie(d / "bilans")] if disque else [])):
            with pytest.raises(ErreurMutualisation, match=dit):
                demande(tmp_path)
    finally:
        if disque:
            subprocess.run(["umount", "-l", tmp_path], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="changer de compte est à root")
def test_le_journal_est_au_compte_du_serveur(tmp_path: Path) -> None:
    """Root without user namespaces: `pg_ctl`, under another account, could not open it: no server started."""
    compte = pwd.getpwnam("nobody")
    Programmes(Path("/bin"), [], compte).lancer("true", [], tmp_path / "pg.log").wait()
    assert (tmp_path / "pg.log").stat().st_uid == compte.pw_uid


def test_un_disque_plein_se_dit_avant_ce_qui_le_suit(tmp_path: Path) -> None:
    plein = 'PANIC:  could not write to file "pg_wal/xlogtemp.77": No space left on device'
    (tmp_path / "pg.log").write_text(f"{plein}\nFATAL:  the database system is in recovery mode\nstopped waiting\n")
    assert fin_journal(tmp_path / "pg.log") == f"« {plein} »."


@pytest.mark.parametrize("nom", ['a"b', "a$HOME", "a`b", "a\\b", "a\nb", os.fsdecode(b"donn\xe9es")])
def test_un_chemin_que_pg_ctl_ne_sait_pas_dire(tmp_path: Path, nom: str) -> None:
    with pytest.raises(ErreurMutualisation, match="un signe que PostgreSQL n'accepte pas"):
        exiger_dossier(tmp_path / nom)


def test_une_virgule_separerait_deux_prises(tmp_path: Path) -> None:
    (tmp_path / "a,b").mkdir()
    prise = _dossier_prise(tmp_path / "a,b" / "pg", Programmes(Path(), [], None))
    prise.rmdir()
    assert "," not in str(prise)
