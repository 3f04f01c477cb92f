"""Rows of a reader → blocks of COPY text for `brut.<jeu>`: columns in order, cells in bounds, defects.

Rows are changed in place and joined while their cells are still in the processor's cache: transposing blocks to
columns was measured twice as slow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from mutualisation.ingestion.bloc import BLANCS, Bloc
from mutualisation.ingestion.correspondances import traducteur
from mutualisation.ingestion.entete import Entete
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.masques import Masques, Rangees
from mutualisation.ingestion.personnes import Discretion
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import SANS_TRADUCTION, Traduction
from mutualisation.sources.jeux import TYPES_SOMMABLES, Jeu

_ECHAPPEMENTS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class TexteCopie:
    """Makes the COPY text (format text, null '') of `fichier_id, ligne, defauts` and the columns that land."""

    def __init__(
        self,
        jeu: Jeu,
        entete: Entete | None,
        discretion: Discretion,
        limites: Limites,
        traduction: Traduction = SANS_TRADUCTION,
    ) -> None:
        self._jeu = jeu
        self._limites = limites
        noms = [c.nom for c in jeu.colonnes_entrepot]
        self._positions = entete.positions if entete else {n: i for i, n in enumerate(noms)}
        self._largeur = entete.largeur if entete else len(noms)
        self._noms_par_position = {p: n for n, p in self._positions.items()}
        par_defaut = {n: v for n, v in traduction.defauts.items() if n not in self._positions}
        # after the cells of the file: the values of columns that it lacks (F16), then one empty cell for the others
        self._ajouts = list(par_defaut.values())
        positions = self._positions | {n: self._largeur + i for i, n in enumerate(par_defaut)}
        vide = self._largeur + len(self._ajouts)
        self._choix = [positions.get(n, vide) for n in noms]
        if vide in self._choix:
            self._ajouts.append("")
        self._traducteurs = [
            (self._positions[n], traducteur(valeurs))
            for n, valeurs in traduction.valeurs.items()
            if n in self._positions
        ]
        self._masques = Masques(jeu, positions, discretion)

    def verifier(self) -> None:
        """Once every row was read. LectureRefusee when what they hold may be about persons (K9)."""
        self._masques.verifier()

    def texte(self, fichier_id: int, bloc: Bloc) -> str:
        """COPY text of a block, whose rows are changed in place. LectureRefusee on a NUL character."""
        rangees = bloc.rangees
        defauts = {i: (self._nom(p), m) for i, (p, m) in bloc.defauts.items()}
        largeur = self._largeur
        if any([len(r) != largeur for r in rangees]):  # noqa: C419 - a list is measured faster here
            rangees = self._a_la_largeur(rangees, defauts)
        self._traduire(rangees)
        self._masques.appliquer(rangees)
        corps = self._corps(rangees)
        if defauts:
            motifs = (f"{d[0]}|{d[1]}" if (d := defauts.get(i)) else "" for i in range(len(rangees)))
            corps = (f"{m}\t{c}" for m, c in zip(motifs, corps, strict=True))
        tete = f"{fichier_id}\t%d\t%s" if defauts else f"{fichier_id}\t%d\t\t%s"
        texte = "\n".join([tete % deux for deux in zip(bloc.lignes, corps, strict=True)])
        if not _usuel(texte, len(rangees), len(self._choix) + 2):
            texte = self._texte_echappe(fichier_id, bloc.lignes, rangees, defauts)
        if "\0" in texte:
            raise LectureRefusee("un caractère nul se trouve dans une cellule : le retirer (F8).")
        return texte + "\n"

    def _corps(self, rangees: Rangees) -> Iterable[str]:
        """Cells that land, in the order of the table, joined by tabs; lazily, while the row is in the cache."""
        joindre = "\t".join
        if self._choix == list(range(self._largeur)):
            return map(joindre, rangees)
        if len(self._choix) == 1:
            return (r[self._choix[0]] for r in rangees)
        return map(joindre, map(itemgetter(*self._choix), rangees))

    def _texte_echappe(
        self, fichier_id: int, lignes: Sequence[int], rangees: Rangees, defauts: dict[int, tuple[str, str]]
    ) -> str:
        """The same, cell by cell: a cell holds a tab, a line end or a backslash."""
        sorties = []
        for i, (numero, r) in enumerate(zip(lignes, rangees, strict=True)):
            motif = "|".join(defauts[i]) if i in defauts else ""
            cellules = [motif, *(r[p] for p in self._choix)]
            sorties.append("\t".join([str(fichier_id), str(numero), *(c.translate(_ECHAPPEMENTS) for c in cellules)]))
        return "\n".join(sorties)

    def totaux(self, rangee: Sequence[str]) -> dict[str, str]:
        """Cells of a `Total` row, for the columns that can be summed (F4)."""
        premiere = next(i for i, c in enumerate(rangee) if c.strip(BLANCS))
        trouves = {}
        for c in self._jeu.colonnes_entrepot:
            p = self._positions.get(c.nom)
            if c.type in TYPES_SOMMABLES and p is not None and p != premiere and p < len(rangee):
                cellule = rangee[p].strip(BLANCS)
                if cellule and len(cellule) <= 100:
                    trouves[c.nom] = self._masques.total(c, cellule)
        return trouves

    def _nom(self, position: int | None) -> str:
        return self._noms_par_position.get(position, "") if position is not None else ""

    def _traduire(self, rangees: Rangees) -> None:
        """Cells as `correspondances` reads them, then what stands for the columns that the file lacks (F16)."""
        for position, traduits in self._traducteurs:
            for r in rangees:
                r[position] = traduits[r[position]]
        if self._ajouts:
            for r in rangees:
                r += self._ajouts

    def _a_la_largeur(self, rangees: Rangees, defauts: dict[int, tuple[str, str]]) -> Rangees:
        """Short rows are completed; extra cells are dropped, and a defect when they hold something (F6)."""
        largeur = self._largeur
        egales = []
        for i, r in enumerate(rangees):
            if len(r) < largeur:
                r = r + [""] * (largeur - len(r))
            elif len(r) > largeur:
                if any(c.strip(BLANCS) for c in r[largeur:]):
                    defauts[i] = ("", f"{len(r)} cellules pour {largeur} colonnes d'en-tête (F6)")
                    r = self._masques.decalee(r[:largeur])
                else:
                    r = r[:largeur]
            egales.append(r)
        return egales


def _usuel(texte: str, lignes: int, tabulations: int) -> bool:
    """True when no cell holds a tab, a line end or a backslash."""
    return (
        "\\" not in texte
        and "\r" not in texte
        and texte.count("\t") == lignes * tabulations
        and texte.count("\n") == lignes - 1
    )
