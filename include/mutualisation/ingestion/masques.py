"""Privacy at the door: what of a row may land (K1, K7, K9). Rows are changed in place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from mutualisation.ingestion.bloc import BLANCS
from mutualisation.ingestion.entete import normaliser
from mutualisation.ingestion.formes import (
    ILLISIBLE,
    PLUS_DE_CENT,
    bancaire,
    datee,
    demesuree,
    figures,
    forme_d_un_code,
    forme_d_un_code_comptable,
    forme_d_un_matricule,
    forme_d_un_numero,
    forme_d_un_siret,
    ligne_usuelle,
    lisible,
    longs_chiffres,
    suites,
)
from mutualisation.ingestion.memoire import MEMOIRE_MAX, Memoire
from mutualisation.ingestion.personnes import CodesVus, Discretion, MefianceTardive
from mutualisation.ingestion.siret import siret_valide
from mutualisation.sources.jeux import Colonne, Jeu

Rangees = list[list[str]]
_NOMBRES = frozenset({"montant", "nombre", "pourcentage", "entier", "duree"})
Masque = Callable[[Rangees], None]
_Suites: TypeAlias = "list[tuple[int, Memoire[str | None]]]"
_Usuelle: TypeAlias = "tuple[Callable[[str], re.Match[str] | None], _Suites, int, int, _Suites]"
# two signs in a ledger are a kind of piece or a budget before they are a person
PERSONNE_MIN, MATRICULE_MIN = 3, 5
_ESPACES = re.compile(r"\s+")
_MINUIT = re.compile(r"[ T]00:00(:00)?$")
_JOUR_DEVANT = re.compile(r"([0-9]{2})([-/.])([0-9]{2})\2([0-9]{4})")
_ANNEE_DEVANT = re.compile(r"([0-9]{4})([-/]?)([0-9]{2})\2([0-9]{2})")


class Masques:
    """What privacy asks of a file of the jeu whose columns are at `positions`."""

    def __init__(self, jeu: Jeu, positions: dict[str, int], discretion: Discretion) -> None:
        self._jeu = jeu
        self._positions = positions
        self._discretion = discretion
        self._pseudonymes = discretion.pseudonymes
        self._sirets = Memoire(lambda cellule: siret_valide(_ESPACES.sub("", cellule)))
        self._codes = CodesVus()
        self._codes_gardes: Memoire[str] = Memoire(self._code)
        self._codes_intacts: set[str] = set()
        self._mefiance = discretion.mefiance
        # the codes of a time file have a form (K9); those of affectations, often empty, tell nothing of their label
        self._en_forme = not jeu.pseudonymise or any(c.clair_si for c in jeu.colonnes)
        self._tiers = Memoire(lambda cellule: not bancaire(cellule))
        self._usuelles: dict[str, _Usuelle] = {}
        self._masques = self._preparer()

    def appliquer(self, rangees: Rangees) -> None:
        """Mask the cells of rows that have the width of the header."""
        for masquer in self._masques:
            masquer(rangees)

    def appliquer_aux_lignes(self, textes: list[str], separateur: str) -> list[str]:
        """The same on whole lines, whose cells are those of the table in their order, none of a time sheet."""
        gardee = next((c for c in self._jeu.colonnes_entrepot if c.garde_si_siret), None)
        if gardee is None and not self._masques:
            return textes
        if separateur not in self._usuelles:
            self._usuelles[separateur] = self._usuelle(separateur, gardee)
        usuelle, avant, tiers, siret, apres = self._usuelles[separateur]
        sirets, noms = self._sirets, self._tiers
        sorties = []
        for t in textes:
            lue = usuelle(t)
            if lue is None:
                rangee = t.split(separateur)
                self.appliquer([rangee])
                t = separateur.join(rangee)
            else:
                # from the end of the line, so that what is before keeps its place
                for g, posees in apres:
                    if (posee := posees[lue[g]]) is not None:
                        t = t[: lue.start(g)] + posee + t[lue.end(g) :]
                if tiers and lue[tiers] and not (sirets[lue[siret]] and noms[lue[tiers]]):
                    t = t[: lue.start(tiers)] + t[lue.end(tiers) :]
                for g, posees in avant:
                    if (posee := posees[lue[g]]) is not None:
                        t = t[: lue.start(g)] + posee + t[lue.end(g) :]
            sorties.append(t)
        return sorties

    def verifier(self) -> None:
        """LectureRefusee when the codes of a time file are names, or anything but codes, more often than not (K9)."""
        self._codes.verifier()
        if self._codes.sans_cle and self._discretion.codes:
            # not one code of the file has a key: its labels may be exchanged
            self._se_mefier()

    def decalee(self, rangee: list[str]) -> list[str]:
        """What may land of a row whose cells may be shifted: a name could sit in any column, only figures stay."""
        if self._jeu.pseudonymise:
            return [""] * len(rangee)
        if not any(c.confidentielle for c in self._jeu.colonnes):
            return rangee
        gardees = {
            p for n, p in self._positions.items() if self._jeu.colonne(n).type in ("montant", "nombre", "pourcentage")
        }
        return [v if i in gardees and figures(v) else "" for i, v in enumerate(rangee)]

    def total(self, colonne: Colonne, cellule: str) -> str:
        """A cell of a `Total` row, as the journal may keep it."""
        if self._jeu.agents and forme_d_un_matricule(cellule) and self._discretion.personnelle(cellule):
            return ILLISIBLE
        return cellule if not colonne.gardee or figures(cellule) or lisible(colonne)(cellule) else ILLISIBLE

    def _usuelle(self, separateur: str, gardee: Colonne | None) -> _Usuelle:
        """The usual line; vues of its cells with what lands of them, from the last, before and after the column kept
        for its SIRET; the groups of that column and of that SIRET."""
        colonnes = list(self._jeu.colonnes_entrepot)
        groupes = () if gardee is None else (gardee.nom, gardee.garde_si_siret or "")
        motif = ligne_usuelle(colonnes, separateur, groupes)
        place = motif.groupindex
        tiers, siret = (0, 0) if gardee is None else (place[g] for g in groupes)
        vues = [
            (place[suite[0].nom], Memoire(_posees([self._gardien(c) for c in suite], separateur)))
            for suite in reversed(suites(colonnes))
        ]
        avant, apres = ([r for r in vues if (r[0] < tiers) is devant] for devant in (True, False))
        return motif.fullmatch, avant, tiers, siret, apres

    def _preparer(self) -> list[Masque]:
        """Digests first: they are made of the cells as delivered."""
        presentes = [c for c in self._jeu.colonnes_entrepot if c.nom in self._positions]
        identites = [self._positions[c.nom] for c in self._jeu.colonnes if c.identite and c.nom in self._positions]
        masques: list[Masque] = [self._retenir(identites)] if identites else []
        masques += [self._empreintes(c) for c in presentes if c.clair_si]
        masques += [self._si_siret(c) for c in presentes if c.garde_si_siret]
        masques += [self._en_pseudonymes(c) for c in presentes if c.type == "pseudonyme"]
        masques += [self._par_valeur(c, self._gardien(c)) for c in presentes if c.gardee and not c.clair_si]
        masques += [self._par_valeur(c, self._masque) for c in presentes if c.type == "empreinte"]
        return masques

    def _retenir(self, positions: list[int]) -> Masque:
        """What names a person in this file is known for the cells of the others."""
        retenir, codes = self._discretion.retenir, self._discretion.codes
        deja: set[str] = set()

        def masquer(rangees: Rangees) -> None:
            for position in positions:
                neuves = {r[position] for r in rangees} - deja
                if not neuves:
                    continue
                deja.update(neuves)
                vues = {v.strip(BLANCS) for v in neuves} - {""}
                retenir({v for v in vues if len(v) > 1})
                if not codes.isdisjoint(vues):
                    # a code of the keys stands where a person should: what stands among the codes may be one
                    self._se_mefier()

        return masquer

    def _se_mefier(self) -> None:
        """From now on no code of the file stays in clear without a key. MefianceTardive when one has landed."""
        if self._mefiance:
            return
        nommes = self._discretion.codes
        if any(v == c and (propre := c.strip(BLANCS)) and propre not in nommes for c, v in self._codes_gardes.items()):
            raise MefianceTardive
        self._mefiance = True
        self._codes_gardes.clear()
        self._codes_intacts.clear()

    def _par_valeur(self, colonne: Colonne, gardien: Callable[[str], str]) -> Masque:
        position = self._positions[colonne.nom]
        codes = colonne.type == "code" and not colonne.document
        gardees = self._codes_gardes if codes else Memoire(gardien)
        # cells that land as they are: most blocks hold no other
        intactes = self._codes_intacts if codes else set[str]()

        def masquer(rangees: Rangees) -> None:
            vues = {r[position] for r in rangees}
            if vues <= intactes:
                return
            for r in rangees:
                r[position] = gardees[r[position]]
            if len(intactes) < MEMOIRE_MAX:
                intactes.update(v for v in vues if gardees[v] == v)

        return masquer

    def _gardien(self, colonne: Colonne) -> Callable[[str], str]:
        """`gardien(cell)`: what may land of a cell, by the type of its column (K9)."""
        if colonne.document:
            return self._sinon_masque(lambda code: code in self._discretion.codes or self._numero(code))
        if colonne.type == "code":
            return self._code
        if colonne.type == "numero":
            return self._sinon_masque(self._numero)
        if colonne.type == "siret_libre":
            return self._sinon_masque(forme_d_un_siret)
        lit = lisible(colonne)
        if not self._jeu.agents:
            return lambda cellule: cellule if lit(cellule) or figures(cellule) else ILLISIBLE
        autre = datee if self._jeu.pseudonymise else figures
        matricule, personnelle = self._lu_comme_un_matricule(colonne), self._discretion.personnelle
        trop, au_dela = demesuree(colonne), PLUS_DE_CENT if colonne.type == "pourcentage" else ""

        def garder(cellule: str) -> str:
            if au_dela and trop(cellule):
                return au_dela
            if matricule(cellule.strip(BLANCS)):
                return ILLISIBLE
            return cellule if lit(cellule) or (autre(cellule) and not personnelle(cellule.strip(BLANCS))) else ILLISIBLE

        return garder

    def _lu_comme_un_matricule(self, colonne: Colonne) -> Callable[[str], bool]:
        """Whether a trimmed cell of a number is that of an agent: known, or over what its column ever holds."""
        if colonne.type not in _NOMBRES:
            return lambda _cellule: False
        demesure, personnelle = demesuree(colonne), self._discretion.personnelle

        def matricule(cellule: str) -> bool:
            forme, trop = forme_d_un_matricule(cellule), demesure(cellule)
            # four figures are no hours of a day, and no percentage
            chiffres = forme or (len(cellule) >= 4 and cellule.isdigit())
            return (chiffres and trop) or ((forme or trop) and personnelle(cellule))

        return matricule

    def _sinon_masque(self, forme: Callable[[str], bool]) -> Callable[[str], str]:
        return lambda cellule: cellule if not (c := cellule.strip(BLANCS)) or forme(c) else self._masque(cellule)

    def _masque(self, cellule: str) -> str:
        return self._discretion.masque[cellule] if cellule.strip(BLANCS) else cellule

    def _code(self, delivre: str) -> str:
        """A code that the referentiel names stays; another one when it has the form of a code, and names nobody."""
        code = delivre.strip(BLANCS)
        if not code or code in self._discretion.codes:
            return delivre
        garde = self._en_forme and not self._mefiance and self._anonyme(code)
        return delivre if garde else self._discretion.masque[delivre]

    def _anonyme(self, code: str) -> bool:
        """Whether a code that nothing names has the form of one, and is nobody's."""
        if not self._jeu.pseudonymise:
            return forme_d_un_code_comptable(code) and not self._nomme_quelqu_un(code)
        if not self._discretion.codes and longs_chiffres(code):
            # without a single key, figures alone may be a matricule under the label of the codes
            return False
        return forme_d_un_code(code) and not self._discretion.evoquee(code)

    def _numero(self, numero: str) -> bool:
        """Whether the number of a document may land: figures are nobody's, as documents are numbered by figures."""
        if not forme_d_un_numero(numero):
            return False
        return numero.isdigit() or not self._nomme_quelqu_un(numero)

    def _nomme_quelqu_un(self, code: str) -> bool:
        """Whether a code of a ledger is somebody known; its figures count when they are all of it, and long: accounts,
        functions, years and ranks are written with less, and would be hidden by the matricules that they happen to be.
        """
        if code.isdigit():
            return len(code) >= MATRICULE_MIN and self._discretion.personnelle(code)
        return len(code) >= PERSONNE_MIN and self._discretion.evoquee(code, figures_seules=False)

    def _code_travaille(self, delivre: str) -> str:
        """The same in a time file, where codes without a form are counted."""
        code = delivre.strip(BLANCS)
        if code:
            nomme = code in self._discretion.codes
            self._codes.noter(code, connu=nomme or forme_d_un_code(code), nomme=nomme)
        return self._codes_gardes[delivre]

    def _en_pseudonymes(self, colonne: Colonne) -> Masque:
        position = self._positions[colonne.nom]
        pseudonymes = self._pseudonymes

        def masquer(rangees: Rangees) -> None:
            for r in rangees:
                r[position] = pseudonymes[r[position]]

        return masquer

    def _si_siret(self, colonne: Colonne) -> Masque:
        """K7: agents and elected members are tiers too; whoever is named, no bank account is (K9)."""
        position = self._positions[colonne.nom]
        siret = self._positions.get(colonne.garde_si_siret or "")
        sirets, noms = self._sirets, self._tiers

        def masquer(rangees: Rangees) -> None:
            for r in rangees:
                if r[position] and (siret is None or not (sirets[r[siret]] and noms[r[position]])):
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
        noter, gardes = self._code_travaille, self._codes_gardes

        def masquer(rangees: Rangees) -> None:
            for r in rangees:
                vu = "" if temoin is None else r[temoin]
                if temoins[vu] == permise:
                    delivre = r[position]
                    r[position] = gardes[delivre] if delivre in gardes else noter(delivre)
                elif propres[r[position]]:
                    r[position] = empreinte(*["" if c is None else propres[r[c]] for c in cles])

        return masquer


def _posees(gardiens: list[Callable[[str], str]], separateur: str) -> Callable[[str], str | None]:
    """What lands of cells side by side, given with their separators; None when they land as they are."""
    gardees = [Memoire(g) for g in gardiens]

    def posees(texte: str) -> str | None:
        rendu = separateur.join([g[c] for g, c in zip(gardees, texte.split(separateur), strict=True)])
        return None if rendu == texte else rendu

    return posees


def _propre(delivree: str) -> str:
    """A cell as a digest takes it: trimmed, a day in one writing whatever its form (C3)."""
    cellule = delivree.strip(BLANCS)
    jour = _MINUIT.sub("", cellule)
    if trouve := _JOUR_DEVANT.fullmatch(jour):
        return f"{trouve[4]}-{trouve[3]}-{trouve[1]}"
    if trouve := _ANNEE_DEVANT.fullmatch(jour):
        return f"{trouve[1]}-{trouve[3]}-{trouve[4]}"
    return cellule
