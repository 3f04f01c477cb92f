"""What `etat` says to do next, by what it found."""

from typing import Any

from tests.atelier.tables import cas

from mutualisation.usage.operations.etat import _a_faire

VIDE: dict[str, Any] = {"executions": [], "refuses": [], "fichiers": [], "exercices": []}
CHARGE = VIDE | {"fichiers": [{"source": "rh"}]}
EXERCICE = {"exercice": 2021, "prepare_par": "alice", "approuve_par": None, "ecarts": []}
EXECUTION = {"execution": 12, "commande": "bilan", "etape": "construction"}
CANDIDATE = {"version": 3, "rejets": [], "documents": []}


@cas
def test_la_suite(
    refus: str | None, ecarts: list[str] | None, execution: str | None, candidate: dict[str, Any] | None, reste: bool,
    dites: list[str],
) -> None:  # fmt: skip
    """`refus`: motive of a refused file; `ecarts`: of an exercice to approve; `execution`: state of a run."""
    lus = CHARGE | {
        "refuses": [{"motif": refus}] if refus else [],
        "exercices": [] if ecarts is None else [EXERCICE | {"ecarts": ecarts}],
        "executions": [EXECUTION | {"statut": execution}] if execution else [],
    }
    if candidate:
        lus["candidate"] = CANDIDATE | candidate
    obtenues = list(_a_faire(lus, reste=reste))
    assert [o[: len(d)] for o, d in zip(obtenues, dites, strict=True)] == dites
    assert next(_a_faire(VIDE, reste=False)).startswith("Rien n'est chargé")
