"""Any account of a machine reads the command lines of all: none bears a password, nor an address that holds one."""

import os
import re
import subprocess
from pathlib import Path

from tests.atelier.commande import RACINE

SUPERSET = RACINE / "docker" / "superset"
ADRESSE = "postgresql://lecteur:M0tDePasse@localhost:5432/entrepot"


def test_les_tableaux_de_bord_ne_disent_aucun_secret(tmp_path: Path) -> None:
    """Each program that `lancer.sh` starts writes its own command line."""
    programmes, dossier = tmp_path / "venv" / "bin", tmp_path / "superset"
    programmes.mkdir(parents=True)
    for nom in ("superset", "python", "gunicorn", "base64", "cat", "head"):
        vrai = f'exec /usr/bin/{nom} "$@"' if nom in ("base64", "cat", "head") else ""
        (programmes / nom).write_text(f'#!/bin/bash\necho "$0 $*" >>{tmp_path}/lignes\n{vrai}\n', encoding="utf-8")
        (programmes / nom).chmod(0o755)
    ou = {"SUPERSET_HOME": str(dossier), "SUPERSET_VENV": str(programmes.parent), "ADRESSE": ADRESSE}
    milieu = os.environ | ou | {"PATH": f"{programmes}:{os.environ['PATH']}"}
    subprocess.run([SUPERSET / "lancer.sh"], cwd=tmp_path, env=milieu, check=True, capture_output=True)
    lignes = (tmp_path / "lignes").read_text(encoding="utf-8")
    secrets = ["M0tDePasse", *((dossier / nom).read_text().strip() for nom in ("cle_secrete", "mot_de_passe"))]
    assert len(min(secrets, key=len)) >= 10
    assert [s for s in secrets if s in lignes] == []
    assert re.findall(r"/(\w+) ", lignes)[-1] == "gunicorn"
    assert {f.name for f in dossier.iterdir() if f.stat().st_mode & 0o077} == set()


def test_ce_qui_s_installe_est_dit_par_son_empreinte() -> None:
    lignes = (SUPERSET / "exigences.txt").read_text(encoding="utf-8").splitlines()
    assert [x for x in lignes if not re.fullmatch(r"[\w.-]+(\[\w+\])?==\S+( --hash=sha256:[0-9a-f]{64})+", x)] == []
    for recette in ("Dockerfile", "lancer.sh"):
        assert "--require-hashes -r" in (SUPERSET / recette).read_text(encoding="utf-8")
