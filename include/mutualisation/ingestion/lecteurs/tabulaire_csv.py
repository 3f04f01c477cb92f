"""Reader of CSV files: separator, encoding, banner lines; blocks of rows, streamed."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mutualisation.ingestion.bloc import BLANCS, Bloc
from mutualisation.ingestion.entete import Entete, entete_introuvable, est_vide, trouver_entete
from mutualisation.ingestion.limites import RANGEE_MAX, Limites, nombre_fr
from mutualisation.ingestion.octets import encodage, faute, refuser_nul
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.ingestion.traduction import SANS_TRADUCTION, Traduction
from mutualisation.sources.jeux import Jeu

# small enough for the rows of a block to stay in the cache
_TRANCHE = 1 << 14
_TRANCHE_ENTETE = 1 << 18
_LIGNES_ENTETE = 200
# a quoted cell holds separators that separate nothing
_SEPARATEURS_CITES = 50
# columns of a spreadsheet, which it may write blank to the last
_LARGEUR_TABLEUR = 16_384
_NOMS_SEPARATEURS = {"\t": "tabulation"}
# Excel's way to keep zeros (F14): the quotes inside are doubled
_EGALITE = re.compile(r'="((?:[^"]|"")*)"')
# what the office tools of another system write, and no contract allows (F8)
_AUTRES_ENCODAGES = {"cp850": "cp850 (MS-DOS)", "mac_roman": "Mac OS Roman"}

# the limit of the contract is on landed cells (F9): a 10 MB cell rejects its row, not the file
csv.field_size_limit(min(RANGEE_MAX, sys.maxsize))


class LecteurCsv:
    """Reads a CSV file of a tabular jeu. `entete` and `dialecte` are known once built.

    LectureRefusee (at building or while iterating `blocs`) when the encoding, the header or the quotes are wrong.
    """

    def __init__(self, chemin: Path, jeu: Jeu, limites: Limites, traduction: Traduction = SANS_TRADUCTION) -> None:
        self._chemin = chemin
        self._limites = limites
        self._encodage = encodage(chemin, jeu.dialecte.encodages, verifier_dernier=False)
        self.separateur, self._premiere, self.entete = self._reconnaitre(jeu, traduction)
        separateur = _NOMS_SEPARATEURS.get(self.separateur, self.separateur)
        self.dialecte = {"encodage": self._encodage, "separateur": separateur} | self.entete.dialecte

    def blocs(self) -> Iterator[Bloc]:
        """Blocks of non-blank data rows, in the order of the file."""
        with self._chemin.open("rb") as f:
            lignes = _Lignes(f, self._encodage, passer=self._premiere)
            while (bloc := lignes.bloc()) is not None:
                yield from self._blocs(lignes, *bloc)

    def _blocs(self, lignes: _Lignes, numero: int, bloc: list[str]) -> Iterator[Bloc]:
        plus_longue = max(map(len, bloc))
        longues = plus_longue > self._limites.cellule
        if plus_longue > self._limites.colonnes:
            self._refuser_larges(numero, bloc, guillemets=lignes.guillemets)
        if not lignes.guillemets and not lignes.retours:
            separateur = self.separateur
            blancs = BLANCS + separateur
            numeros: list[int] | range = range(numero, numero + len(bloc))
            if not all([ligne.strip(blancs) for ligne in bloc]):  # noqa: C419 - a list is measured faster here
                numeros = [numero + i for i, ligne in enumerate(bloc) if ligne.strip(blancs)]
                bloc = [ligne for ligne in bloc if ligne.strip(blancs)]
            if bloc:
                yield Bloc(numeros, longues=longues, textes=bloc, separateur=separateur)
            return
        deux = self._par_csv(numero, bloc, egalites=lignes.egalites)
        numeros, rangees = deux if deux is not None else self._rangee_par_rangee(lignes, numero, bloc)
        if rangees:
            yield Bloc(numeros, rangees, longues or deux is None)

    def _refuser_larges(self, numero: int, bloc: list[str], *, guillemets: bool) -> None:
        """LectureRefusee when a line would make more cells than a row may have; quotes may hold some separators."""
        for i, ligne in enumerate(bloc):
            if self._large(ligne, self.separateur, guillemets=guillemets):
                raise _trop_large(numero + i, self._limites)

    def _large(self, ligne: str, separateur: str, *, guillemets: bool) -> bool:
        """Whether a line has too many cells; blank ones at its end are those of a sheet that is dressed in full."""
        permises = self._limites.colonnes * (_SEPARATEURS_CITES if guillemets else 1)
        if len(ligne) <= permises or ligne.count(separateur) <= permises:
            return False
        return ligne.count(separateur) > max(permises, _LARGEUR_TABLEUR) or (
            ligne.rstrip(BLANCS + separateur).count(separateur) > permises
        )

    def _par_csv(
        self, numero: int, bloc: list[str], *, egalites: bool
    ) -> tuple[list[int] | range, list[list[str]]] | None:
        """Rows of a block where no cell holds a line end; None when one does, or when something is wrong."""
        try:
            rangees = list(csv.reader([ligne + "\n" for ligne in bloc], delimiter=self.separateur, strict=True))
        except csv.Error:
            return None
        if len(rangees) != len(bloc):
            return None
        self._refuser_rangees_larges(numero, rangees)
        if egalites:
            _retirer_egalites(rangees)
        garde = [i for i, r in enumerate(rangees) if not est_vide(r)]
        return [numero + i for i in garde], [rangees[i] for i in garde]

    def _rangee_par_rangee(self, lignes: _Lignes, numero: int, bloc: list[str]) -> tuple[list[int], list[list[str]]]:
        numeros: list[int] = []
        rangees: list[list[str]] = []
        flux = _Flux(lignes, numero, bloc)
        lecteur = csv.reader(flux, delimiter=self.separateur, strict=True)
        while not flux.epuise:
            debut = flux.numero
            try:
                rangee = next(lecteur)
            except StopIteration:
                break
            except csv.Error as e:
                raise _refus_csv(debut, e) from None
            if not est_vide(rangee):
                numeros.append(debut)
                rangees.append(rangee)
        self._refuser_rangees_larges(numero, rangees)
        _retirer_egalites(rangees)
        return numeros, rangees

    def _refuser_rangees_larges(self, numero: int, rangees: list[list[str]]) -> None:
        permises = self._limites.colonnes
        if max(map(len, rangees), default=0) <= permises:
            return
        for i, r in enumerate(rangees):
            if len(r) > max(permises, _LARGEUR_TABLEUR) or not est_vide(r[permises:]):
                raise _trop_large(numero + i, self._limites)

    def _reconnaitre(self, jeu: Jeu, traduction: Traduction) -> tuple[str, int, Entete]:
        """Separator, number of physical lines before the data, header."""
        with self._chemin.open("rb") as f:
            try:
                bloc = _Lignes(f, self._encodage, _TRANCHE_ENTETE).bloc()
            except LectureRefusee:
                f.seek(0)
                octets = f.read(_TRANCHE_ENTETE)
                # else a byte or two are wrong in a file that is in cp1252
                if not _porte_l_entete(octets.decode("cp1252", "replace"), jeu, traduction) and (
                    autre := _autre_encodage(jeu, traduction, octets)
                ):
                    raise autre from None
                raise
        lignes = [ligne + "\n" for ligne in (bloc[1] if bloc else [])[:_LIGNES_ENTETE]]
        essais: list[list[list[str]]] = []
        self._refuser_tete_large(lignes, jeu)
        for separateur, rangees, fins in _lectures(lignes, jeu):
            trouve = trouver_entete(jeu, rangees, traduction)
            if trouve is not None:
                return separateur, fins[trouve[0]], trouve[1]
            essais.append(rangees)
        raise self._mal_encode(jeu, traduction, lignes) or entete_introuvable(jeu, essais, traduction)

    def _refuser_tete_large(self, lignes: list[str], jeu: Jeu) -> None:
        """LectureRefusee when one of the first lines is too wide by whatever separator, before any is cut."""
        permises = self._limites.colonnes
        for i, ligne in enumerate(lignes, 1):
            if len(ligne) > permises * _SEPARATEURS_CITES and any(
                ligne.count(s) > permises * _SEPARATEURS_CITES for s in jeu.dialecte.separateurs
            ):
                raise _trop_large(i, self._limites)

    def _mal_encode(self, jeu: Jeu, traduction: Traduction, lignes: list[str]) -> LectureRefusee | None:
        """The refusal that names an encoding under which the header would be there, when there is one (F8)."""
        encodage_ = "utf-8" if self._encodage == "utf-8-sig" else self._encodage
        octets = "".join(lignes).encode(encodage_, "replace")
        if encodage_ == "utf-8":
            # UTF-8 taken for cp1252, then written in UTF-8 again: « PiÃ¨ce »
            deux_fois = octets.decode().encode("cp1252", "replace").decode("utf-8", "replace")
            if _porte_l_entete(deux_fois, jeu, traduction):
                return LectureRefusee(
                    "l'en-tête a été encodé deux fois en UTF-8 (« Ã© » pour « é ») : exporter de nouveau le fichier "
                    "en UTF-8 (F8)."
                )
            return None
        if _porte_l_entete(octets.decode("utf-8", "replace"), jeu, traduction):
            position = faute(self._chemin, "utf-8")
            return LectureRefusee(
                f"le fichier est en UTF-8, sauf à l'octet {position}, qui n'en est pas : l'exporter de nouveau en "
                "UTF-8 (F8)."
            )
        return _autre_encodage(jeu, traduction, octets)


def _trop_large(ligne: int, limites: Limites) -> LectureRefusee:
    return LectureRefusee(
        f"ligne {ligne} : plus de {nombre_fr(limites.colonnes)} colonnes ; exporter le tableau seul (F9)."
    )


def _autre_encodage(jeu: Jeu, traduction: Traduction, octets: bytes) -> LectureRefusee | None:
    """The refusal that names the encoding of another system under which the header would be there (F8)."""
    for nom, libelle in _AUTRES_ENCODAGES.items():
        if _porte_l_entete(octets.decode(nom, "replace"), jeu, traduction):
            return LectureRefusee(f"le fichier est encodé en {libelle} : l'enregistrer en UTF-8 (F8).")
    return None


def _lectures(lignes: list[str], jeu: Jeu) -> Iterator[tuple[str, list[list[str]], list[int]]]:
    """(separator, rows, last physical line of each) of the first lines, by each separator, in two ways."""
    for separateur in jeu.dialecte.separateurs:
        for rangees, fins in (_lire_tete(lignes, separateur), _lire_ligne_a_ligne(lignes, separateur)):
            _retirer_egalites(rangees)
            yield separateur, rangees, fins


def _porte_l_entete(texte: str, jeu: Jeu, traduction: Traduction) -> bool:
    lignes = texte.splitlines(keepends=True)
    return any(trouver_entete(jeu, rangees, traduction) is not None for _, rangees, _ in _lectures(lignes, jeu))


def _retirer_egalites(rangees: list[list[str]]) -> None:
    """Give the cells `="text"` their text, in place (F14)."""
    for r in rangees:
        for i, cellule in enumerate(r):
            if '="' in cellule and (trouve := _EGALITE.fullmatch(cellule.strip(BLANCS))):
                r[i] = trouve[1].replace('""', '"')


def _lire_tete(lignes: list[str], separateur: str) -> tuple[list[list[str]], list[int]]:
    """Rows of the first lines, cells on several lines included, and the last physical line of each."""
    rangees: list[list[str]] = []
    fins: list[int] = []
    lecteur = csv.reader(lignes, delimiter=separateur)
    try:
        for rangee in lecteur:
            rangees.append(rangee)
            fins.append(lecteur.line_num)
    except csv.Error:
        pass
    return rangees, fins


def _lire_ligne_a_ligne(lignes: list[str], separateur: str) -> tuple[list[list[str]], list[int]]:
    """The same, each line alone: a stray quote in a banner must not swallow the header."""
    rangees: list[list[str]] = []
    for ligne in lignes:
        try:
            rangees.append(next(csv.reader([ligne], delimiter=separateur), []))
        except csv.Error:
            rangees.append([])
    return rangees, list(range(1, len(lignes) + 1))


def _refus_csv(ligne: int, erreur: csv.Error) -> LectureRefusee:
    texte = str(erreur)
    if "unexpected end" in texte:
        motif = "un guillemet ouvert n'est jamais fermé"
    elif "field larger" in texte:
        motif = f"une cellule dépasse {nombre_fr(RANGEE_MAX)} caractères, sans doute un guillemet jamais fermé"
    elif "new-line" in texte:
        motif = "un retour chariot isolé coupe la rangée"
    else:
        motif = "un guillemet est mal placé (un texte suit le guillemet fermant)"
    return LectureRefusee(f"ligne {ligne} : {motif} ; corriger cette ligne (G1).")


class _Lignes:
    """Physical lines of a file, by blocks: number of the first line (1-based) and lines without their end.

    `passer`: how many of the first lines are left out.
    """

    def __init__(self, fichier: BinaryIO, encodage_: str, tranche: int = _TRANCHE, *, passer: int = 0) -> None:
        self._fichier = fichier
        self._tranche = tranche
        self._encodage = "utf-8" if encodage_ == "utf-8-sig" else encodage_
        self._sans_bom = encodage_ == "utf-8-sig"
        self._reste: list[bytes] = []
        self._position = 0
        self._numero = 1
        self._sauter = passer
        self.guillemets = False
        self.egalites = False
        self.retours = False

    def bloc(self) -> tuple[int, list[str]] | None:
        """The next block, or None at the end.

        Sets `guillemets`, `egalites` (a cell may be `="…"`) and `retours` (a stray CR in the block).
        """
        while True:
            octets = self._octets()
            if octets is None:
                return None
            texte = self._decoder(octets)
            if self._sans_bom:
                texte, self._sans_bom = texte.removeprefix("\ufeff"), False
            self.guillemets = '"' in texte
            self.egalites = self.guillemets and '="' in texte
            self.retours = False
            fin = "\n"
            if "\r" in texte:
                if texte.count("\r\n") == texte.count("\n") == texte.count("\r"):
                    fin = "\r\n"
                else:
                    texte = texte.replace("\r\n", "\n")
                    self.retours = "\r" in texte.removesuffix("\r")
                    texte = texte.removesuffix("\r")
            lignes = texte.split(fin)
            if not lignes[-1]:
                lignes.pop()
            numero = self._numero
            self._numero += len(lignes)
            if self._sauter:
                passees = min(self._sauter, len(lignes))
                self._sauter -= passees
                del lignes[:passees]
                numero += passees
            if lignes:
                return numero, lignes

    def _decoder(self, octets: bytes) -> str:
        refuser_nul(octets, self._position)
        try:
            texte = octets.decode(self._encodage)
        except UnicodeDecodeError as e:
            raise LectureRefusee(
                f"encodage illisible (l'octet {self._position + e.start} n'est ni de l'UTF-8 ni du cp1252) : "
                "enregistrer le fichier en UTF-8 (F8)."
            ) from None
        self._position += len(octets)
        return texte

    def _octets(self) -> bytes | None:
        """Whole lines only; the tail waits for its end."""
        while tranche := self._fichier.read(self._tranche):
            fin = tranche.rfind(b"\n") + 1
            if not fin:
                self._garder(tranche)
                continue
            morceaux, self._reste = [*self._reste, tranche[:fin]], []
            self._garder(tranche[fin:])
            return b"".join(morceaux)
        morceaux, self._reste = self._reste, []
        return b"".join(morceaux) or None

    def _garder(self, morceau: bytes) -> None:
        if morceau:
            self._reste.append(morceau)
        if len(self._reste) * self._tranche > RANGEE_MAX * 2:
            raise LectureRefusee(
                f"ligne {self._numero} ou suivante : plus de {nombre_fr(RANGEE_MAX)} octets sans fin de ligne ; "
                "ce n'est pas un fichier de lignes (G1)."
            )


class _Flux(Iterator[str]):
    """Lines of a block with their end, for csv.reader, and of the next ones when a cell goes over its end."""

    def __init__(self, lignes: _Lignes, numero: int, bloc: list[str]) -> None:
        self._lignes = lignes
        self._bloc = bloc
        self._rang = 0
        self.numero = numero

    @property
    def epuise(self) -> bool:
        """True at the end of the block being read."""
        return self._rang >= len(self._bloc)

    def __next__(self) -> str:
        if self.epuise:
            suivant = self._lignes.bloc()
            if suivant is None:
                raise StopIteration
            self.numero, self._bloc = suivant
            self._rang = 0
        ligne = self._bloc[self._rang]
        self._rang += 1
        self.numero += 1
        return ligne + "\n"
