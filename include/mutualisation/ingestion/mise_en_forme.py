"""Rows of a reader → blocks of COPY text for `brut.<jeu>`: columns in order, privacy at the door, defects.

Works by column over blocks of about a thousand rows, so that the usual file costs no Python code per cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import repeat

from mutualisation.ingestion.commun import BLANCS, Bloc, LectureRefusee, Limites, nombre_fr
from mutualisation.ingestion.entete import Entete
from mutualisation.ingestion.pseudonymes import Pseudonymes
from mutualisation.ingestion.siret import siret_valide
from mutualisation.sources.registre import TYPES_SOMMABLES, Colonne, Jeu

_ECHAPPEMENTS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_CHIFFRES = re.compile(r"[\d\s.,€()\-]*")
_JJMMAAAA = re.compile(r"(\d\d)/(\d\d)/(\d{4})")


class MiseEnForme:
    """Makes the COPY text (format text, null '') of `fichier_id, ligne, defauts` and the columns that land."""

    def __init__(self, jeu: Jeu, entete: Entete | None, pseudonymes: Pseudonymes, limites: Limites) -> None:
        self._jeu = jeu
        self._limites = limites
        self._pseudonymes = pseudonymes
        self._sirets: dict[str, bool] = {"": False}
        noms = [c.nom for c in jeu.colonnes_entrepot]
        self._positions = entete.positions if entete else {n: i for i, n in enumerate(noms)}
        self._largeur = entete.largeur if entete else len(noms)
        self._noms_par_position = {p: n for n, p in self._positions.items()}

    def texte(self, fichier_id: int, bloc: Bloc) -> str:
        """COPY text of a block. LectureRefusee on a NUL character."""
        rangees = bloc.rangees
        defauts = {i: (self._nom(p), m) for i, (p, m) in bloc.defauts.items()}
        largeur = self._largeur
        if any([len(r) != largeur for r in rangees]):
            rangees = self._a_la_largeur(rangees, defauts)
        if bloc.longues:
            self._raccourcir(rangees, defauts)
        livrees = list(zip(*rangees, strict=True))
        colonnes = [self._colonne(c, livrees, len(rangees)) for c in self._jeu.colonnes_entrepot]
        motifs: Sequence[str] | repeat[str] = repeat("")
        if defauts:
            motifs = [f"{d[0]}|{d[1]}" if (d := defauts.get(i)) else "" for i in range(len(rangees))]
        tete = f"{fichier_id}\t"
        prefixes = [tete + str(n) for n in bloc.lignes]
        texte = "\n".join(map("\t".join, zip(prefixes, motifs, *colonnes, strict=False)))
        if "\\" in texte or "\r" in texte or texte.count("\t") != len(rangees) * (len(colonnes) + 1) or (
            texte.count("\n") != len(rangees) - 1
        ):
            echappees = [[v.translate(_ECHAPPEMENTS) for v in c] for c in _finies(colonnes, len(rangees))]
            texte = "\n".join(map("\t".join, zip(prefixes, motifs, *echappees, strict=False)))
        if "\0" in texte:
            raise LectureRefusee("un caractère nul se trouve dans une cellule : le retirer (F8).")
        return texte + "\n"

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

    def _a_la_largeur(self, rangees: list[list[str]], defauts: dict[int, tuple[str, str]]) -> list[list[str]]:
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

    def _raccourcir(self, rangees: list[list[str]], defauts: dict[int, tuple[str, str]]) -> None:
        """A cell over the limit is emptied, and rejects its row (F9)."""
        limite = self._limites.cellule
        for i, r in enumerate(rangees):
            if max(map(len, r), default=0) <= limite:
                continue
            for j, v in enumerate(r):
                if len(v) > limite:
                    r[j] = ""
                    defauts.setdefault(i, (self._nom(j), f"cellule de {nombre_fr(len(v))} caractères, {nombre_fr(limite)} au plus"))

    def _colonne(self, colonne: Colonne, livrees: list[tuple[str, ...]], nombre: int) -> Sequence[str] | repeat[str]:
        position = self._positions.get(colonne.nom)
        if position is None:
            return repeat("")
        valeurs = livrees[position]
        if colonne.type == "pseudonyme":
            return list(map(self._pseudonymes.pseudonyme, valeurs))
        if colonne.garde_si_siret:
            return self._si_siret(valeurs, self._autre(colonne.garde_si_siret, livrees, nombre))
        if colonne.clair_si:
            return self._en_clair_si(colonne, valeurs, livrees, nombre)
        return valeurs

    def _autre(self, nom: str, livrees: list[tuple[str, ...]], nombre: int) -> Sequence[str]:
        position = self._positions.get(nom)
        return ("",) * nombre if position is None else livrees[position]

    def _si_siret(self, valeurs: Sequence[str], sirets: Sequence[str]) -> list[str]:
        """K7: agents and elected members are tiers too."""
        connus = self._sirets
        for s in sirets:
            if s not in connus:
                connus[s] = siret_valide(s.strip(BLANCS))
        return [v if v and connus[s] else "" for v, s in zip(valeurs, sirets, strict=True)]

    def _en_clair_si(
        self, colonne: Colonne, valeurs: Sequence[str], livrees: list[tuple[str, ...]], nombre: int
    ) -> Sequence[str]:
        """The code of an absence is its reason: a keyed digest stands for it."""
        condition, permise = colonne.clair_si or ("", "")
        temoins = self._autre(condition, livrees, nombre)
        if all([t == permise for t in temoins]):
            return valeurs
        cles = [self._autre(n, livrees, nombre) for n in colonne.empreinte_de]
        rendues = list(valeurs)
        for i, t in enumerate(temoins):
            if t.strip(BLANCS) != permise and rendues[i].strip(BLANCS):
                rendues[i] = self._pseudonymes.empreinte(*(_date_iso(c[i].strip(BLANCS)) for c in cles))
        return rendues


def _date_iso(cellule: str) -> str:
    """Two writings of one day must give one digest."""
    trouve = _JJMMAAAA.fullmatch(cellule)
    return f"{trouve[3]}-{trouve[2]}-{trouve[1]}" if trouve else cellule[:10] if cellule[10:11] in (" ", "T") else cellule


def _finies(colonnes: Sequence[Sequence[str] | repeat[str]], nombre: int) -> list[Sequence[str]]:
    return [("",) * nombre if isinstance(c, repeat) else c for c in colonnes]
