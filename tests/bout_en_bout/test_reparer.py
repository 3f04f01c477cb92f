"""Rejected and held rows, written as workbooks, corrected in a spreadsheet, taken back: as if they had come right."""

import hashlib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.atelier.atelier import Atelier
from tests.atelier.bases import lire
from tests.atelier.commande import appeler
from tests.atelier.fouille import lignes_csv
from tests.atelier.petit_depot import AGENTS, EXERCICE, SECRETS
from tests.bout_en_bout.entrepots import Publie

# file, what it holds, what stands there instead
FAUTES = (
    ("compta/mandats_2021-04.csv", "304,35;0,00;304,35", "304,35;0,00;304,355"),
    ("compta/mandats_2021-05.csv", "XCEP", "XCEQ"),
    ("rh/temps_2021-07.csv", ";T;O\n", ";T;N\n"),
    ("rh/temps_2021-08.csv", f"{AGENTS[0][0]};", ";"),
    ("rh/temps_2021-09.csv", ";T;O\n", ";X;O\n"),
    ("referentiel/populations.csv", ";1001", ";mille un"),
)
# (sheet, file) → header → cell as it is typed
CORRECTIONS: dict[str, dict[tuple[str, str], dict[str, str]]] = {
    "compta": {
        ("mandats", "compta/mandats_2021-04.csv"): {"Corrigé": "304,35"},
        ("mandats", "compta/mandats_2021-05.csv"): {"Axe analytique": "XCEP"},
    },
    "rh": {
        ("temps", "rh/temps_2021-07.csv"): {"Corrigé": "O"},
        ("temps", "rh/temps_2021-08.csv"): {"Corrigé": AGENTS[0][0]},
        ("temps", "rh/temps_2021-09.csv"): {"Type jour": "T", "Code activité": "T-CEP"},
    },
    "referentiel": {("populations", "referentiel/populations.csv"): {"Corrigé": "1001"}},
}


@pytest.fixture
def fautif(depot: Path) -> Path:
    """The small drop with six rows that can't count."""
    for chemin, juste, fausse in FAUTES:
        fichier = depot / chemin
        texte = fichier.read_text(encoding="utf-8")
        assert juste in texte
        fichier.write_text(texte.replace(juste, fausse, 1), encoding="utf-8")
    return depot


def test_une_ligne_reparee_vaut_une_ligne_juste(fautif: Path, tmp_path: Path, publie: Publie, atelier: Atelier) -> None:
    neuf, bilans, classeurs = atelier.neuf(), tmp_path / "bilans", tmp_path / "a_corriger"
    bilan = ("bilan", "--depot", fautif, "--exercice", EXERCICE, "--sortie", bilans)
    # a population that can't be read stops the publication: its row waits in the workbook all the same
    assert appeler(neuf, *bilan).code == 2
    ecrits = appeler(neuf, "reparer", "--sortie", classeurs)
    assert ecrits.code == 0, ecrits.erreurs
    assert sorted(f.name for f in classeurs.iterdir()) == ["compta.xlsx", "referentiel.xlsx", "rh.xlsx"]
    assert [s for s in SECRETS if any(s in str(c) for f in classeurs.iterdir() for c in cellules(f))] == []
    for source, corrections in CORRECTIONS.items():
        corriger(classeurs / f"{source}.xlsx", corrections)
        reprise = appeler(neuf, "reparer", classeurs / f"{source}.xlsx")
        assert (reprise.code, reprise.texte.count("version 2, qui répare la version 1 : 1\u00a0ligne reprise")) == (
            0,
            len(corrections),
        ), reprise.erreurs
        assert "déjà chargé" in appeler(neuf, "reparer", classeurs / f"{source}.xlsx").texte
    # a row that was taken back is that of another version: it is no longer there to correct, until a build says so
    corriger(classeurs / "rh.xlsx", {("temps", "rh/temps_2021-07.csv"): {"Corrigé": "N"}})
    encore = appeler(neuf, "reparer", classeurs / "rh.xlsx")
    assert encore.code == 3
    assert "le fichier a été livré de nouveau depuis ; écrire un nouveau classeur" in encore.erreurs
    assert appeler(neuf, *bilan).code == 0
    assert chiffres(bilans) == chiffres(Path(publie.bilan.extraits[0]).parent)
    assert journal(neuf.dsn) == [
        (
            "compta/mandats_2021-04.csv",
            2,
            "compta/mandats_2021-04.csv",
            1,
            hashlib.sha256((classeurs / "compta.xlsx").read_bytes()).hexdigest(),
        )
    ]


def chiffres(bilans: Path) -> dict[str, list[tuple[str, ...]]]:
    """Every relation of the extract, without what names the bytes a row came from."""
    relations = {}
    for fichier in sorted((bilans / f"bilan_{EXERCICE}").glob("*.csv")):
        relations[fichier.stem] = sorted(
            tuple(v for k, v in r.items() if k not in ("sha256", "version")) for r in lignes_csv(fichier)
        )
    return relations


def corriger(classeur: Path, corrections: dict[tuple[str, str], dict[str, str]]) -> None:
    """What a user does in a spreadsheet."""
    livre = openpyxl.load_workbook(classeur)
    for (feuille, fichier), saisies in corrections.items():
        onglet = livre[feuille]
        entetes = {c.value: c.column for c in onglet[4]}
        (rang,) = [r[0].row for r in onglet.iter_rows(min_row=5) if r[0].value == fichier]
        for entete, valeur in saisies.items():
            onglet.cell(rang, entetes[entete]).value = valeur
    livre.save(classeur)


def cellules(classeur: Path) -> list[Any]:
    livre = openpyxl.load_workbook(classeur, read_only=True)
    return [c for onglet in livre for rangee in onglet.iter_rows(values_only=True) for c in rangee if c is not None]


def journal(dsn: str) -> list[tuple[Any, ...]]:
    """What the journal says of one repaired file: both versions are history."""
    return lire(
        dsn,
        "select r.chemin, r.version, f.chemin, f.version, r.dialecte -> 'reparation' ->> 'classeur_sha256'"
        "  from journal.fichiers r"
        "  join journal.fichiers f on f.fichier_id = (r.dialecte -> 'reparation' ->> 'repare')::bigint"
        " where r.chemin = 'compta/mandats_2021-04.csv' and f.statut = 'accepte'",
    )
