"""Rows of a reader → blocks of COPY text for `brut.<jeu>`: columns in order, privacy at the door, defects.

Rows are changed in place and joined while their cells are still in the processor's cache: transposing blocks to
columns was measured twice as slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from mutualisation.ingestion.commun import BLANCS, MEMOIRE_MAX, Bloc, LectureRefusee, Limites, nombre_fr
from mutualisation.ingestion.entete import Entete
from mutualisation.ingestion.pseudonymes import Pseudonymes
from mutualisation.ingestion.siret import siret_valide
from mutualisation.sources.registre import TYPES_SOMMABLES, Colonne, Jeu

Rangees = list[list[str]]
_ECHAPPEMENTS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_CHIFFRES = re.compile(r"[\d\s.,€()\-]*")
_JJMMAAAA = re.compile(r"(\d\d)/(\d\d)/(\d{4})")


class _Sirets(dict[str, bool]):
    """Validity of the SIRET met so far, as delivered."""

    def __missing__(self, cellule: str) -> bool:
        if len(self) >= MEMOIRE_MAX:
            self.clear()
        valide = self[cellule] = siret_valide(cellule.strip(BLANCS))
        return valide


class MiseEnForme:
    """Makes the COPY text (format text, null '') of `fichier_id, ligne, defauts` and the columns that land."""

    def __init__(self, jeu: Jeu, entete: Entete | None, pseudonymes: Pseudonymes, limites: Limites) -> None:
        self._jeu = jeu
        self._limites = limites
        self._pseudonymes = pseudonymes
        self._sirets = _Sirets()
        noms = [c.nom for c in jeu.colonnes_entrepot]
        self._positions = entete.positions if entete else {n: i for i, n in enumerate(noms)}
        self._largeur = entete.largeur if entete else len(noms)
        self._noms_par_position = {p: n for n, p in self._positions.items()}
        # one empty cell after the last stands for the absent columns
        self._choix = [self._positions.get(n, self._largeur) for n in noms]
        self._masques = self._preparer_masques()
        # lines whose cells land as they are, in their order, but for those that hang on a SIRET
        self._tel_quel = self._choix == list(range(self._largeur)) and not any(
            c.clair_si or c.type == "pseudonyme" for c in jeu.colonnes_entrepot
        )

    def texte(self, fichier_id: int, bloc: Bloc) -> str:
        """COPY text of a block, whose rows are changed in place. LectureRefusee on a NUL character."""
        if self._tel_quel and bloc.textes and not bloc.longues:
            texte = self._texte_tel_quel(fichier_id, bloc)
            if texte:
                return texte
        rangees = bloc.decouper()
        defauts = {i: (self._nom(p), m) for i, (p, m) in bloc.defauts.items()}
        largeur = self._largeur
        if any([len(r) != largeur for r in rangees]):  # noqa: C419 - a list is measured faster here
            rangees = self._a_la_largeur(rangees, defauts)
        if bloc.longues:
            self._raccourcir(rangees, defauts)
        for masquer in self._masques:
            masquer(rangees)
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

    def _texte_tel_quel(self, fichier_id: int, bloc: Bloc) -> str:
        """The usual ledger file, without a Python object per cell; empty when a line isn't usual."""
        separateur, colonnes = bloc.separateur, self._largeur
        textes = bloc.textes
        if any([t.count(separateur) != colonnes - 1 for t in textes]):  # noqa: C419 - a list is measured faster here
            return ""
        for c in self._jeu.colonnes_entrepot:
            if c.garde_si_siret:
                textes = self._lignes_si_siret(textes, separateur, c)
        tete = f"{fichier_id}\t%d\t\t%s"
        texte = "\n".join([tete % deux for deux in zip(bloc.lignes, textes, strict=True)]).replace(separateur, "\t")
        return texte + "\n" if "\0" not in texte and _usuel(texte, len(textes), colonnes + 2) else ""

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
                    trouves[c.nom] = cellule
        return trouves

    def _nom(self, position: int | None) -> str:
        return self._noms_par_position.get(position, "") if position is not None else ""

    def _a_la_largeur(self, rangees: Rangees, defauts: dict[int, tuple[str, str]]) -> Rangees:
        """Short rows are completed; extra cells are dropped, and a defect when they hold something (F6)."""
        largeur = self._largeur
        egales = []
        for i, r in enumerate(rangees):
            if len(r) < largeur:
                r = r + [""] * (largeur - len(r))
            elif len(r) > largeur:
                if any(c.strip(BLANCS) for c in r[largeur:]):
                    defauts[i] = ("", f"{len(r)} cellules pour {largeur} colonnes d'en-tête")
                    r = self._decalee(r[:largeur])
                else:
                    r = r[:largeur]
            egales.append(r)
        return egales

    def _decalee(self, rangee: list[str]) -> list[str]:
        """What may land of a row whose cells may be shifted: a name could sit in any column, only figures stay."""
        if self._jeu.pseudonymise:
            return [""] * len(rangee)
        if not any(c.confidentielle for c in self._jeu.colonnes):
            return rangee
        gardees = {p for n, p in self._positions.items() if self._jeu.colonne(n).type in ("montant", "nombre")}
        return [v if i in gardees and _CHIFFRES.fullmatch(v) else "" for i, v in enumerate(rangee)]

    def _raccourcir(self, rangees: Rangees, defauts: dict[int, tuple[str, str]]) -> None:
        """A cell over the limit is emptied, and rejects its row (F9)."""
        limite = self._limites.cellule
        for i, r in enumerate(rangees):
            if max(map(len, r), default=0) <= limite:
                continue
            for j, v in enumerate(r):
                if len(v) > limite:
                    r[j] = ""
                    defauts.setdefault(
                        i, (self._nom(j), f"cellule de {nombre_fr(len(v))} caractères, {nombre_fr(limite)} au plus")
                    )

    def _preparer_masques(self) -> list[Callable[[Rangees], None]]:
        """What privacy asks of this file, digests first: they are made of the cells as delivered."""
        masques: list[Callable[[Rangees], None]] = [_une_de_plus] if self._largeur in self._choix else []
        presentes = [c for c in self._jeu.colonnes_entrepot if c.nom in self._positions]
        masques += [self._empreintes(c) for c in presentes if c.clair_si]
        masques += [self._si_siret(c) for c in presentes if c.garde_si_siret]
        masques += [self._en_pseudonymes(c) for c in presentes if c.type == "pseudonyme"]
        return masques

    def _en_pseudonymes(self, colonne: Colonne) -> Callable[[Rangees], None]:
        position = self._positions[colonne.nom]
        pseudonymes = self._pseudonymes

        def masquer(rangees: Rangees) -> None:
            for r in rangees:
                r[position] = pseudonymes[r[position]]

        return masquer

    def _si_siret(self, colonne: Colonne) -> Callable[[Rangees], None]:
        """K7: agents and elected members are tiers too."""
        position = self._positions[colonne.nom]
        siret = self._positions.get(colonne.garde_si_siret or "")
        sirets = self._sirets

        def masquer(rangees: Rangees) -> None:
            for r in rangees:
                if r[position] and (siret is None or not sirets[r[siret]]):
                    r[position] = ""

        return masquer

    def _empreintes(self, colonne: Colonne) -> Callable[[Rangees], None]:
        """The code of an absence is its reason: unless the day is worked, a keyed digest stands for it."""
        position = self._positions[colonne.nom]
        condition, permise = colonne.clair_si or ("", "")
        temoin = self._positions.get(condition)
        cles = [self._positions.get(n) for n in colonne.empreinte_de]
        empreinte = self._pseudonymes.empreinte
        propres = _Propres()

        def masquer(rangees: Rangees) -> None:
            for r in rangees:
                vu = "" if temoin is None else r[temoin]
                if vu != permise and propres[vu] != permise and propres[r[position]]:
                    r[position] = empreinte(*["" if c is None else propres[r[c]] for c in cles])

        return masquer


def _usuel(texte: str, lignes: int, tabulations: int) -> bool:
    """True when no cell holds a tab, a line end or a backslash."""
    return (
        "\\" not in texte
        and "\r" not in texte
        and texte.count("\t") == lignes * tabulations
        and texte.count("\n") == lignes - 1
    )


def _une_de_plus(rangees: Rangees) -> None:
    for r in rangees:
        r.append("")


class _Propres(dict[str, str]):
    """Cells as a digest takes them: trimmed, days in one writing. Matricules, days and codes are few."""

    def __missing__(self, cellule: str) -> str:
        if len(self) >= MEMOIRE_MAX:
            self.clear()
        propre = self[cellule] = _jour_iso(cellule.strip(BLANCS))
        return propre


def _jour_iso(cellule: str) -> str:
    trouve = _JJMMAAAA.fullmatch(cellule)
    if trouve:
        return f"{trouve[3]}-{trouve[2]}-{trouve[1]}"
    return cellule.removesuffix(" 00:00:00").removesuffix("T00:00:00").removesuffix(" 00:00").removesuffix("T00:00")
