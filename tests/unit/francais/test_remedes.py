"""Every reason of a rejection names its ruling, and what to do about it is known."""

import re

from tests.atelier.tables import cas

from mutualisation.entree.sources.jeux import ILLISIBLES
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.chemins import PROJET_DBT
from mutualisation.socle.francais.libelles import _DEFAUT, regle_citee, remede_du_motif

# « header|reason » of a literal of SQL, where a quote is doubled
MOTIF = re.compile(r"'[^'|\n]*\|((?:[^'\n]|'')*[a-zé)](?:[^'\n]|'')*)'")
# a repeat asks nothing, a PES is put right where it was made
SANS_REMEDE = re.compile(r"\(F7\)|\(P\d\)")


def motifs() -> set[str]:
    """Those of the types, of the registry, of the SQL of staging and macros; a bar of Jinja is a filter."""
    fichiers = [*(PROJET_DBT / "models" / "staging").rglob("*.sql"), *(PROJET_DBT / "macros").glob("*.sql")]
    ecrits = {m.replace("''", "'") for f in fichiers for m in MOTIF.findall(f.read_text(encoding="utf-8"))}
    declares = {r.motif for j in registre().jeux for r in j.regles}
    return declares | set(ILLISIBLES.values()) | {m for m in ecrits if not re.search(r"\{\{|\{%|join\(", m)}


def test_chaque_motif_a_une_regle_et_un_remede() -> None:
    assert len(motifs()) > 80
    assert [m for m in motifs() if not regle_citee(m)] == []
    assert [m for m in motifs() if remede_du_motif(m) == _DEFAUT and not SANS_REMEDE.search(m)] == []


@cas
def test_la_regle_citee(motif: str, regle: str) -> None:
    assert regle_citee(motif) == regle


@cas
def test_le_remede_est_de_la_cellule(motif: str, remede: str) -> None:
    assert remede_du_motif(motif) == remede
