"""What lies beside the project and is never copied into it: real files, official schemas, conformance drops."""

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from mutualisation.socle.chemins import RACINE

_XSD = ("domaine", "pes", "xsd", "PES_V2", "Rev0", "PES_Aller.xsd")


def partage(*chemin: str) -> Path:
    """A path of the folder `shared` beside the project; the test is skipped where that folder isn't."""
    for parent in RACINE.resolve().parents:
        if (parent / "shared" / "domaine").is_dir():
            return (parent / "shared").joinpath(*chemin)
    pytest.skip("le dossier ../shared n'est pas à côté du projet")


@cache
def _schema(chemin: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(chemin)))


def defauts_de_schema(octets: bytes) -> list[str]:
    """What the official schema 5.17 of the PES Aller says against a file; empty when it is valid."""
    schema = _schema(partage(*_XSD))
    schema.validate(etree.fromstring(octets))
    return [f"ligne {e.line} : {e.message}" for e in schema.error_log]
