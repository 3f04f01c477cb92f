"""How the exports of one EPCI name the headers and values of one jeu (F16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Traduction:
    """What `correspondances` says of one jeu, by ASCII column; headers and cells read are folded (F5).

    `entetes`: other headers of a column; `valeurs`: cell read → value; `defauts`: value of every row where the column
    is absent. `empreinte`: what the journal keeps of it, None when nothing is said.
    """

    entetes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    valeurs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defauts: Mapping[str, str] = field(default_factory=dict)
    empreinte: str | None = None


SANS_TRADUCTION = Traduction()
