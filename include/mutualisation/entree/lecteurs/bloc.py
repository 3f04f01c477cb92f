"""A reader gives rows in blocks; blanks in their cells are told here."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mutualisation.entree.lecteurs.limites import LectureRefusee, nombre_fr

# a control character, or a line end of another kind, reads as a space; NUL is refused elsewhere
_CONTROLES = [*range(1, 9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), 0x2028, 0x2029]
# a sign without width reads as nothing: hyphens to come, joiners, directions, fillers, marks of a BOM
_SANS_LARGEUR = [
    0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
    0x3164, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC),
]  # fmt: skip
_LECTURE = dict.fromkeys(_CONTROLES, " ") | dict.fromkeys((*_SANS_LARGEUR, *range(0xE0000, 0xE0080)))
# this is a class of `re`, which keeps all but the last of them in one table
MUETS = re.escape("".join(map(chr, (*_CONTROLES, *_SANS_LARGEUR)))) + "\U000e0000-\U000e007f"
BLANCS = " \t\r\n\u00a0\u1680\u202f\u205f\u3000" + "".join(
    map(chr, [*range(0x2000, 0x200B), *_CONTROLES, *_SANS_LARGEUR])
)
# (position of the cell, None for the whole row; reason in French)
Defaut = tuple[int | None, str]


@dataclass
class Bloc:
    """Rows are as delivered: line number of each, cells in the order of the file; `defauts` is {row: defect}."""

    lignes: Sequence[int]
    rangees: list[list[str]]
    defauts: dict[int, Defaut] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lignes)

    def a_la_largeur(self, largeur: int) -> list[list[str]]:
        """Return the rows, short ones completed (F6). Raises `LectureRefusee` for a defect or a row too long."""
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


def visible(cellule: str) -> str:
    """Return a cell by what it shows: two texts that read the same are the same, and nothing hidden is published."""
    return cellule if cellule.isprintable() else cellule.translate(_LECTURE)


class BlocRegulier(Bloc):
    """Rows as wide as the header are held by column."""

    def __init__(self, lignes: Sequence[int], colonnes: list[list[str]]) -> None:
        self.lignes, self.colonnes, self.defauts = lignes, colonnes, {}

    @cached_property
    def rangees(self) -> list[list[str]]:  # type: ignore[override]
        """Make the rows when they are asked for."""
        return list(map(list, zip(*self.colonnes, strict=True)))


def est_total(rangee: Sequence[str]) -> bool:
    """Say whether a row, were it the last one, is a control total (F4)."""
    return next((c.strip(BLANCS) for c in rangee if c.strip(BLANCS)), "").lower() == "total"


def sans_total(blocs: Iterable[Bloc], noter: Callable[[list[str]], None] | None = None) -> Iterator[Bloc]:
    """Yield the data rows of a table; only the very last row can be a control total, which goes to `noter` (F4)."""
    dernier: Bloc | None = None
    for bloc in blocs:
        if dernier is not None:
            yield dernier
        dernier = bloc
    if dernier is None:
        return
    rangee, reste = dernier.rangees[-1], len(dernier) - 1
    if est_total(rangee):
        if noter is not None:
            noter(rangee)
        defauts = {i: d for i, d in dernier.defauts.items() if i < reste}
        dernier = Bloc(dernier.lignes[:reste], dernier.rangees[:reste], defauts)
    if dernier.rangees:
        yield dernier
