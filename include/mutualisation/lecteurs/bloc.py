"""Rows as a reader gives them, and what counts as blank in their cells."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mutualisation.lecteurs.limites import LectureRefusee, nombre_fr

BLANCS = " \t\r\n\u00a0\u202f"
# position of the cell (None for the whole row), reason in French
Defaut = tuple[int | None, str]


@dataclass
class Bloc:
    """Rows as delivered: line number of each, cells in the order of the file; `defauts`: rank of the row → defect."""

    lignes: Sequence[int]
    rangees: list[list[str]]
    defauts: dict[int, Defaut] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lignes)

    def a_la_largeur(self, largeur: int) -> list[list[str]]:
        """Its rows, short ones completed (F6). LectureRefusee for a defect or a row too long, when none may be left
        aside."""
        defauts = {i: motif for i, (_, motif) in self.defauts.items()}
        trop = ((i, r) for i, r in enumerate(self.rangees) if any(c.strip(BLANCS) for c in r[largeur:]))
        defauts |= {i: f"{len(r)} cellules pour {largeur} colonnes d'en-tête (F6)" for i, r in trop}
        for i, motif in defauts.items():
            raise LectureRefusee(f"ligne {self.lignes[i]} : {motif}.")
        return [r[:largeur] + [""] * (largeur - len(r)) for r in self.rangees]

    def vider_les_longues(self, limite: int) -> None:
        """Empty the cells over the limit; each is a defect of its row (F9)."""
        for i, rangee in enumerate(self.rangees):
            if max(map(len, rangee), default=0) <= limite:
                continue
            for j, cellule in enumerate(rangee):
                if len(cellule) > limite:
                    rangee[j] = ""
                    motif = f"cellule de {nombre_fr(len(cellule))} caractères, {nombre_fr(limite)} au plus (F9)"
                    self.defauts.setdefault(i, (j, motif))


class BlocRegulier(Bloc):
    """Rows as wide as the header, held by column."""

    def __init__(self, lignes: Sequence[int], colonnes: list[list[str]]) -> None:
        self.lignes, self.colonnes, self.defauts = lignes, colonnes, {}

    @cached_property
    def rangees(self) -> list[list[str]]:  # type: ignore[override]
        """Made when they are asked for."""
        return list(map(list, zip(*self.colonnes, strict=True)))


def sans_total(blocs: Iterable[Bloc], noter: Callable[[list[str]], None] | None = None) -> Iterator[Bloc]:
    """The data rows of a tabular file: only the very last row can be a control total, which goes to `noter` (F4)."""
    dernier: Bloc | None = None
    for bloc in blocs:
        if dernier is not None:
            yield dernier
        dernier = bloc
    if dernier is None:
        return
    rangee = dernier.rangees[-1]
    if next((c.strip(BLANCS) for c in rangee if c.strip(BLANCS)), "").lower() == "total":
        if noter is not None:
            noter(rangee)
        reste = len(dernier) - 1
        defauts = {i: d for i, d in dernier.defauts.items() if i < reste}
        dernier = Bloc(dernier.lignes[:reste], dernier.rangees[:reste], defauts)
    if len(dernier):
        yield dernier
