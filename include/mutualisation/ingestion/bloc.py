"""Rows as a reader gives them, and what counts as blank in their cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

BLANCS = " \t\r\n\u00a0\u202f"


@dataclass
class Bloc:
    """Rows as delivered: line number of each, cells in the order of the file.

    `longues` says that a cell may be over the limit; `defauts` maps an index of the block to
    (position of the cell or None, reason in French). A reader that has whole lines without quotes gives `textes` and
    `separateur` in place of `rangees`, which are then split when asked for.
    """

    lignes: Sequence[int]
    rangees: list[list[str]] = field(default_factory=list)
    longues: bool = False
    defauts: dict[int, tuple[int | None, str]] = field(default_factory=dict)
    textes: list[str] = field(default_factory=list)
    separateur: str = ""

    def __len__(self) -> int:
        return len(self.lignes)

    def decouper(self) -> list[list[str]]:
        """The rows, split now if they were not."""
        if self.textes and not self.rangees:
            self.rangees = [t.split(self.separateur) for t in self.textes]
        return self.rangees

    def tete(self, nombre: int) -> Bloc:
        """The first rows of the block."""
        defauts = {i: d for i, d in self.defauts.items() if i < nombre}
        textes, rangees = self.textes[:nombre], self.rangees[:nombre]
        return Bloc(self.lignes[:nombre], rangees, self.longues, defauts, textes, self.separateur)


def sans_total(blocs: Iterable[Bloc], noter: Callable[[list[str]], None] | None = None) -> Iterator[Bloc]:
    """The data rows of a tabular file: only the very last row can be a control total, which goes to `noter` (F4)."""
    attente: Bloc | None = None
    for bloc in blocs:
        if attente is not None:
            yield attente
        attente = bloc
    if attente is None:
        return
    derniere = attente.textes[-1].split(attente.separateur) if attente.textes else attente.rangees[-1]
    if next((c.strip(BLANCS) for c in derniere if c.strip(BLANCS)), "").lower() == "total":
        if noter is not None:
            noter(derniere)
        attente = attente.tete(len(attente) - 1)
    if len(attente):
        yield attente
