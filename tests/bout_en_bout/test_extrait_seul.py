"""What the extract of the reference drop says by itself: groups that protect (K7), and a package that is valid."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from tests.atelier.fouille import lignes_csv
from tests.bout_en_bout.reference import Reference


@pytest.fixture(scope="module")
def extrait(reference: Reference) -> Path:
    """The extract of 2021 of the reference drop."""
    assert reference.sortie.code == 0, reference.sortie.erreurs
    return reference.bilans / "bilan_2021"


def test_les_groupes_ont_le_cout_qui_les_protege(extrait: Path) -> None:
    moyens = lignes_csv(extrait / "cout_moyen.csv")
    etpt: dict[str, Decimal] = defaultdict(Decimal)
    for x in moyens:
        etpt[x["groupe"]] += Decimal(x["etpt"])
    assert {x["groupe"]: Decimal(x["etpt_groupe"]) for x in moyens} == etpt
    assert min(etpt.values()) >= 5
    assert len({x["cout_moyen"] for x in moyens}) == len(etpt) < len(moyens)


def test_le_paquet_de_donnees_est_valide(extrait: Path) -> None:
    """By frictionless: types, required values, keys, sizes and digests."""
    from frictionless import Package

    rapport = Package(str(extrait / "datapackage.json")).validate()
    assert rapport.valid, rapport.flatten(["name", "rowNumber", "fieldName", "type", "message"])
    assert rapport.stats["tasks"] == len(list(extrait.glob("*.csv")))
