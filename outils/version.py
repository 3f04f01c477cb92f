"""A release leaves for the next ones a small warehouse of its own to open, `tests/versions/<version>/`.

    .venv/bin/python outils/version.py [--racine /path/of/a/checkout]

The commands of that checkout, as committed (this one by default), make it from its small drop: the exercice is
published, closed, invoiced, backed up. `entrepot.tar.xz` holds the drop, the backup, its keys (of invented people), the
invoices of a semestre in figures, the help of each command; `bilans.tar.xz` holds the closed extract.
`tests/bout_en_bout/test_versions.py` opens them with the software of the day.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

RACINE = Path(__file__).resolve().parents[1]
VERSIONS = RACINE / "tests" / "versions"
DEPOT, EXERCICE = Path("tests/donnees/petit_depot"), "2021"
QUI = ("alice", "bob")
# what is kept for ever is small: under this
MAX_OCTETS = 700_000
FILTRES = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "pb": 0}]


def fabriquer(racine: Path, lieu: Path) -> str:
    """Make the warehouse of a checkout under `lieu`; return its version."""
    propre = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "ENTREPOT_", "MUTUALISATION_"))}

    def lancer(*mots: str) -> str:
        commande = [str(racine / ".venv" / "bin" / "mutualisation"), *mots]
        environnement = propre | {"MUTUALISATION_VAR": str(lieu / "var")}
        fini = subprocess.run(commande, cwd=lieu, env=environnement, capture_output=True, text=True, check=False)
        if fini.returncode:
            raise SystemExit(f"{' '.join(commande)} : sortie {fini.returncode}\n{fini.stderr}")
        return fini.stdout.strip()

    shutil.copytree(racine / DEPOT, lieu / "depot")
    de = ("--exercice", EXERCICE)
    lancer("bilan", "--depot", "depot", *de, "--sortie", "bilans", "--prepare-par", QUI[0])
    lancer("cloturer", *de, "--approuve-par", QUI[1])
    lancer("facturer", *de, "--semestre", "1", "--sortie", "factures")
    lancer("sauvegarder", "sauvegarde")
    (lieu / "aide").mkdir()
    for commande in re.findall(r"^│ ([a-z]+) ", lancer("--help"), re.MULTILINE):
        (lieu / "aide" / f"{commande}.txt").write_text(lancer(commande, "--help"), encoding="utf-8")
    return lancer("--version")


def ranger(lieu: Path, version: str) -> None:
    """Pack what was made; a former folder of that version is replaced."""
    fait_par = json.loads((lieu / f"bilans/bilan_{EXERCICE}/manifeste.json").read_text(encoding="utf-8"))[
        "code_version"
    ]
    if fait_par.endswith("-modifie"):
        raise SystemExit(f"{fait_par} : une version se laisse d'un commit, rien de modifié.")
    (lieu / "cles").mkdir()
    for cle in (lieu / "var").glob("cle_*"):
        shutil.copy2(cle, lieu / "cles")
    for facture in (f for f in (lieu / "factures").rglob("*") if f.suffix in (".pdf", ".sig")):
        facture.unlink()
    fait = lieu / version
    fait.mkdir()
    for nom, contenu in (("entrepot", ("depot", "sauvegarde", "cles", "factures", "aide")), ("bilans", ("bilans",))):
        archive = fait / f"{nom}.tar.xz"
        with lzma.open(archive, "wb", filters=FILTRES) as octets, tarfile.open(fileobj=octets, mode="w") as tar:
            for partie in contenu:
                tar.add(lieu / partie, partie)
        print(archive.name, archive.stat().st_size)
        if archive.stat().st_size > MAX_OCTETS:
            raise SystemExit(f"{archive.name} : plus de {MAX_OCTETS} octets.")
    shutil.rmtree(VERSIONS / version, ignore_errors=True)
    shutil.copytree(fait, VERSIONS / version)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--racine", type=Path, default=RACINE, help="checkout, with its environment")
    with tempfile.TemporaryDirectory() as lieu:
        version = fabriquer(options.parse_args().racine.resolve(), Path(lieu))
        ranger(Path(lieu), version)


if __name__ == "__main__":
    main()
