"""The reference drop: same bytes every time, every dialect, files of control that are true."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path


def empreintes(dossier: Path) -> dict[str, str]:
    return {
        str(p.relative_to(dossier)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(dossier.rglob("*"))
        if p.is_file()
    }


def test_memes_octets_a_chaque_ecriture(depot: Path, tmp_path: Path) -> None:
    """Another process, another hash seed: nothing depends on what Python shuffles, nor on a cache."""
    code = "import sys, pathlib, echantillon as e; e.ecrire_echantillon(pathlib.Path(sys.argv[1]))"
    environnement = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environnement)
    assert empreintes(tmp_path) == empreintes(depot)


def test_fichiers_de_controle(depot: Path) -> None:
    controles = list(depot.rglob("*.controle.json"))
    assert controles
    for controle in controles:
        fichier = controle.with_name(controle.name.removesuffix(".controle.json"))
        contenu = json.loads(controle.read_text(encoding="utf-8"))
        assert contenu["sha256"] == hashlib.sha256(fichier.read_bytes()).hexdigest()


def test_dialectes_et_mention(depot: Path) -> None:
    """Every dialect of the contract is there, and every tabular file says that it is synthetic."""
    extensions = Counter(p.suffix for p in depot.rglob("*"))
    assert extensions[".xlsx"] >= 5
    assert extensions[".xml"] == 9
    codages: Counter[tuple[str, str, bool]] = Counter()
    for chemin in depot.rglob("*.csv"):
        octets = chemin.read_bytes()
        try:
            contenu, codage = octets.decode("utf-8"), "bom" if octets.startswith(b"\xef\xbb\xbf") else "utf-8"
        except UnicodeDecodeError:
            contenu, codage = octets.decode("cp1252"), "cp1252"
        codages[codage, max(";,\t", key=contenu.splitlines()[2].count), b"\r\n" in octets] += 1
        assert "Données synthétiques — MEL 2019-2021" in contenu.splitlines()[0]
    assert set(codages) == {
        ("cp1252", ";", True),
        ("utf-8", ";", False),
        ("bom", ";", True),
        ("utf-8", ",", False),
        ("utf-8", "\t", True),
    }
