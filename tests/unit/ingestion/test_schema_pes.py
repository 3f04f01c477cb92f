"""Every PES that the tests write, and those of the conformance drops, are valid against the official schema 5.17."""

from pathlib import Path

from tests.atelier.partage import defauts_de_schema, partage
from tests.cas.test_cas import CAS

# what these scenarios tell is a PES at fault, or a flow that is no Aller
FAUTIFS = {"95_pes_d_une_autre_collectivite": {"ACQUIT.xml", "PESALR2_D.xml", "PES_RETOUR.xml"}}


def _invalides(chemins: list[Path]) -> dict[str, list[str]]:
    defauts = {str(c): defauts_de_schema(c.read_bytes()) for c in chemins}
    return {nom: d for nom, d in defauts.items() if d}


def test_les_pes_des_cas() -> None:
    chemins = [
        c
        for cas in CAS
        for c in sorted(cas.dossier.glob("entrees/compta/*.xml"))
        if c.name not in FAUTIFS.get(cas.nom, set())
    ]
    assert len(chemins) >= 9
    assert _invalides(chemins) == {}


def test_les_pes_des_depots_de_conformite() -> None:
    """Those whose root is a PES Aller, attachments included."""
    trouves = sorted(c for c in partage("conformite-2", "depots").glob("*/compta/*") if c.suffix.lower() == ".xml")
    aller = [c for c in trouves if b"PES_Aller" in c.read_bytes()[:300]]
    assert len(aller) >= 70
    assert _invalides(aller) == {}
