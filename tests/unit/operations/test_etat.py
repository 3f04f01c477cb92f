"""What `etat` says to do next, by what it found."""

from __future__ import annotations

from typing import Any

import pytest

from mutualisation.entree.ingestion.journal import INGESTION_REFUSEE
from mutualisation.usage.operations.etat import _a_faire

VIDE: dict[str, Any] = {"executions": [], "refuses": [], "fichiers": [], "exercices": []}
CHARGE = VIDE | {"fichiers": [{"source": "rh"}]}
A_APPROUVER = [{"exercice": 2021, "prepare_par": "alice", "approuve_par": None, "ecarts": []}]
A_JUSTIFIER = [A_APPROUVER[0] | {"ecarts": ["lignes_rejetees", "unites_nulles"]}]
FAUTIF = {"motif": "une colonne manque (F5)."}


def _execution(statut: str) -> list[dict[str, Any]]:
    return [{"execution": 12, "commande": "bilan", "statut": statut, "etape": "construction"}]


def _candidate(statut: str, *rejets: str) -> dict[str, Any]:
    return {"version": 3, "statut": statut, "rejets": list(rejets), "documents": []}


@pytest.mark.parametrize(
    ("lus", "reste", "dites"),
    [
        (VIDE, False, ["Rien n'est chargé"]),
        (CHARGE, False, []),
        (CHARGE, True, ["Des fichiers chargés ne comptent pas encore : « mutualisation bilan »"]),
        (CHARGE | {"refuses": [FAUTIF]}, False, ["Corrigez les fichiers refusés"]),
        (
            CHARGE | {"refuses": [{"motif": INGESTION_REFUSEE}]},
            False,
            ["Les fichiers refusés le sont avec d'autres de leur source, et n'ont rien à corriger"],
        ),
        (
            CHARGE | {"exercices": A_JUSTIFIER},
            False,
            ["L'exercice 2021 ne se clôt pas encore, des écarts attendent une correction ou une ligne de"],
        ),
        (
            CHARGE | {"executions": _execution("interrompue")},
            False,
            ["L'exécution 12 (bilan) n'a jamais fini, étape « construction » : rien n'est à réparer, relancez"],
        ),
        (
            CHARGE | {"executions": _execution("en_cours")},
            True,
            ["L'exécution 12 (bilan) travaille encore, étape « cons"],
        ),
        (CHARGE | {"executions": _execution("reussie")}, False, []),
        (
            CHARGE | {"candidate": _candidate("validee")},
            True,
            ["La version 3 a passé les portes : « mutualisation publ"],
        ),
        (CHARGE | {"candidate": _candidate("echouee")}, True, ["La version 3 n'a pas passé les portes : corrigez"]),
        (CHARGE | {"candidate": _candidate("echouee", "rh")}, True, ["La version 3 n'a pas passé les portes : « mutu"]),
        (
            CHARGE | {"exercices": A_APPROUVER},
            False,
            ["L'exercice 2021 est à approuver par une autre personne que ali"],
        ),
        (
            CHARGE | {"exercices": A_APPROUVER, "refuses": [FAUTIF]},
            True,
            ["Corrigez les fichiers refusés", "Des fichiers chargés", "L'exercice 2021 est à approuver"],
        ),
    ],
)
def test_la_suite(lus: dict[str, Any], reste: bool, dites: list[str]) -> None:
    obtenues = list(_a_faire(lus, reste=reste))
    assert [o[: len(d)] for o, d in zip(obtenues, dites, strict=True)] == dites
