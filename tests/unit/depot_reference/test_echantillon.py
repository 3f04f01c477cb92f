"""The drops of the project are what real systems give; the reference drop has the same bytes every time.

Its figures, those of the printed annex, are set against what the pipeline publishes (`test_commandes_readme`).
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
from tests.atelier import petit_depot
from tests.atelier.fouille import empreintes
from tests.atelier.partage import defauts_de_schema


def test_memes_octets_a_chaque_ecriture(depot: Path, tmp_path: Path) -> None:
    """Another process, another hash seed: nothing depends on what Python shuffles, nor on a cache."""
    code = "import sys, pathlib, echantillon as e; e.ecrire_echantillon(pathlib.Path(sys.argv[1]))"
    environnement = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environnement)
    assert empreintes(tmp_path) == empreintes(depot)


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
        ("cp1252", ";", True), ("utf-8", ";", False), ("bom", ";", True), ("utf-8", ",", False), ("utf-8", "\t", True),
    }  # fmt: skip


def test_chaque_pes_est_valide(depot: Path, tmp_path: Path) -> None:
    fichiers = [*(depot / "compta").glob("*.xml"), *petit_depot.ecrire(tmp_path / "petit").rglob("*.xml")]
    assert len(fichiers) == 9 + 1
    assert {f.name: defauts for f in fichiers if (defauts := defauts_de_schema(f.read_bytes()))} == {}


def test_l_etat_de_l_actif_est_un_classeur_en_pourcentages(depot: Path) -> None:
    for exercice in (2019, 2020, 2021):
        classeur = openpyxl.load_workbook(depot / "compta" / f"etat_actif_{exercice}.xlsx")
        assert classeur.sheetnames == ["Page de garde", "Export"]
        entete = [c.value for c in classeur["Export"][3]]
        colonne = entete.index("Quote-part %") + 1
        quotes = [classeur["Export"].cell(rang, colonne) for rang in range(4, classeur["Export"].max_row)]
        assert all(c.number_format == "0%" and 0 < c.value <= 1 for c in quotes)
