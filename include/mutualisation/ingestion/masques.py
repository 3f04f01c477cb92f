"""Privacy at the door: what of a row may land (K1, K7). Rows are changed in place."""

from __future__ import annotations

import re
from collections.abc import Callable

from mutualisation.ingestion.bloc import BLANCS
from mutualisation.ingestion.entete import normaliser
from mutualisation.ingestion.memoire import Memoire
from mutualisation.ingestion.pseudonymes import Pseudonymes
from mutualisation.ingestion.siret import siret_valide
from mutualisation.sources.jeux import Colonne, Jeu

Rangees = list[list[str]]
Masque = Callable[[Rangees], None]
_CHIFFRES = re.compile(r"[\d\s.,€%()\-]*")
_ESPACES = re.compile(r"\s+")
_MINUIT = re.compile(r"[ T]00:00(:00)?$")
_JOUR_DEVANT = re.compile(r"([0-9]{2})([-/.])([0-9]{2})\2([0-9]{4})")
_ANNEE_DEVANT = re.compile(r"([0-9]{4})([-/]?)([0-9]{2})\2([0-9]{2})")


class Masques:
    """What privacy asks of a file of the jeu whose columns are at `positions`."""

    def __init__(self, jeu: Jeu, positions: dict[str, int], pseudonymes: Pseudonymes) -> None:
        self._jeu = jeu
        self._positions = positions
        self._pseudonymes = pseudonymes
        self._sirets = Memoire(lambda cellule: siret_valide(_ESPACES.sub("", cellule)))
        self._masques = self._preparer()

    def appliquer(self, rangees: Rangees) -> None:
        """Mask the cells of rows that have the width of the header."""
        for masquer in self._masques:
            masquer(rangees)

    def appliquer_aux_lignes(self, textes: list[str], separateur: str) -> list[str]:
        """The same on whole lines of a jeu whose only masks hang on a SIRET."""
        for c in self._jeu.colonnes_entrepot:
            if c.garde_si_siret:
                textes = self._lignes_si_siret(textes, separateur, c)
        return textes

    def decalee(self, rangee: list[str]) -> list[str]:
        """What may land of a row whose cells may be shifted: a name could sit in any column, only figures stay."""
        if self._jeu.pseudonymise:
            return [""] * len(rangee)
        if not any(c.confidentielle for c in self._jeu.colonnes):
            return rangee
        gardees = {
            p for n, p in self._positions.items() if self._jeu.colonne(n).type in ("montant", "nombre", "pourcentage")
        }
        return [v if i in gardees and _CHIFFRES.fullmatch(v) else "" for i, v in enumerate(rangee)]

    def _lignes_si_siret(self, textes: list[str], separateur: str, colonne: Colonne) -> list[str]:
        position, siret = self._positions[colonne.nom], self._positions[colonne.garde_si_siret or ""]
        sirets, fin = self._sirets, max(position, siret) + 1
        sorties = []
        for t in textes:
            cellules = t.split(separateur, fin)
            if cellules[position] and not sirets[cellules[siret]]:
                cellules[position] = ""
                t = separateur.join(cellules)
            sorties.append(t)
        return sorties

    def _preparer(self) -> list[Masque]:
        """Digests first: they are made of the cells as delivered."""
        presentes = [c for c in self._jeu.colonnes_entrepot if c.nom in self._positions]
        masques = [self._empreintes(c) for c in presentes if c.clair_si]
        masques += [self._si_siret(c) for c in presentes if c.garde_si_siret]
        masques += [self._en_pseudonymes(c) for c in presentes if c.type == "pseudonyme"]
        return masques

    def _en_pseudonymes(self, colonne: Colonne) -> Masque:
        position = self._positions[colonne.nom]
        pseudonymes = self._pseudonymes

        def masquer(rangees: Rangees) -> None:
            for r in rangees:
                r[position] = pseudonymes[r[position]]

        return masquer

    def _si_siret(self, colonne: Colonne) -> Masque:
        """K7: agents and elected members are tiers too."""
        position = self._positions[colonne.nom]
        siret = self._positions.get(colonne.garde_si_siret or "")
        sirets = self._sirets

        def masquer(rangees: Rangees) -> None:
            for r in rangees:
                if r[position] and (siret is None or not sirets[r[siret]]):
                    r[position] = ""

        return masquer

    def _empreintes(self, colonne: Colonne) -> Masque:
        """The code of an absence is its reason: unless the day is worked, a keyed digest stands for it."""
        position = self._positions[colonne.nom]
        condition, permise = colonne.clair_si or ("", "")
        temoin = self._positions.get(condition)
        cles = [self._positions.get(n) for n in colonne.empreinte_de]
        empreinte = self._pseudonymes.empreinte
        propres = Memoire(_propre)
        temoins = Memoire(normaliser)
        permise = normaliser(permise)

        def masquer(rangees: Rangees) -> None:
            for r in rangees:
                vu = "" if temoin is None else r[temoin]
                if temoins[vu] != permise and propres[r[position]]:
                    r[position] = empreinte(*["" if c is None else propres[r[c]] for c in cles])

        return masquer


def _propre(delivree: str) -> str:
    """A cell as a digest takes it: trimmed, a day in one writing whatever its form (C3)."""
    cellule = delivree.strip(BLANCS)
    jour = _MINUIT.sub("", cellule)
    if trouve := _JOUR_DEVANT.fullmatch(jour):
        return f"{trouve[4]}-{trouve[3]}-{trouve[1]}"
    if trouve := _ANNEE_DEVANT.fullmatch(jour):
        return f"{trouve[1]}-{trouve[3]}-{trouve[4]}"
    return cellule
