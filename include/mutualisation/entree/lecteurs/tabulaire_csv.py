"""Read CSV files with the `csv` module: separator, encoding, banner lines; rows are streamed in blocks."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from mutualisation.entree.lecteurs.bloc import BLANCS, Bloc, BlocRegulier, est_total
from mutualisation.entree.lecteurs.entete import Entete, Porte, Tete, est_vide
from mutualisation.entree.lecteurs.limites import RANGEE_MAX, LectureRefusee, Limites, nombre_fr
from mutualisation.entree.lecteurs.octets import encodage, octet_fautif
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.socle.francais.formats import plusieurs

# larger blocks fall out of the cache, and of what malloc keeps: they take twice the time; a block that is shorter than
# a cell may be holds no cell that is too long
_CARACTERES_PAR_BLOC = 30_000
# the header is looked for in this much of the file
_TETE, _LIGNES_DE_TETE = 1 << 18, 200
# a spreadsheet has this many columns, and may write blank cells to the last
_COLONNES_D_UN_TABLEUR = 16_384
# separators are tried in this order
SEPARATEURS = (";", ",", "\t")
_NOMS_DES_SEPARATEURS = {"\t": "tabulation"}
_SEPARES_PAR = {";": "des points-virgules", ",": "des virgules", "\t": "des tabulations"}
# Excel keeps zeros this way (F14): the quotes inside are doubled
_EGALITE = re.compile(r'="((?:[^"]|"")*)"')
# exports write these too, and no contract allows them (F5)
_AUTRES_SEPARATEURS = {
    "|": "des barres verticales « | »", "^": "des accents « ^ »", "~": "des tildes « ~ »", ":": "des deux-points",
    "\xa6": "des barres « ¦ »", "\xa7": "des « § »", "#": "des dièses « # »",
}  # fmt: skip
_LARGEUR_FIXE = re.compile(r" {2,}")
# the office tools of another system write these, and no contract allows them (F8)
_AUTRES_ENCODAGES = {"cp850": "cp850 (MS-DOS)", "mac_roman": "Mac OS Roman", "cp1140": "EBCDIC (gros système)"}
# {words of the errors of `csv`: what is wrong with the row}
_FAUTES = {
    "larger": f"la rangée dépasse {nombre_fr(RANGEE_MAX)} caractères, sans doute un guillemet jamais fermé ou un texte "
    "sans fin de ligne",
    "unexpected end": "un guillemet ouvert n'est jamais fermé",
    "new-line": "un retour chariot isolé coupe la rangée",
    "": "un guillemet est mal placé (un texte suit le guillemet fermant)",
}

# the limit of the contract is on landed cells (F9): a 10 MB cell rejects its row, not the file
csv.field_size_limit(RANGEE_MAX)


class LecteurCsv:
    """Read a CSV file as the retained head says. Raises `LectureRefusee` where lines or quotes are wrong."""

    # its heads are ways to read one table
    plusieurs = False

    def __init__(self, chemin: Path, limites: Limites) -> None:
        self._chemin, self._limites = chemin, limites
        self._illisible: LectureRefusee | None = None

    def tetes(self) -> Iterator[Tete]:
        """Yield the first lines, by each separator of the contract."""
        with self._chemin.open("rb") as f:
            self._octets = f.read(_TETE)
        try:
            self._encodage = encodage(self._chemin)
        except LectureRefusee as refus:
            # a byte or two are wrong in a file whose header is read, else it is in another encoding
            self._illisible, self._encodage = refus, "cp1252"
        lignes = self._octets.rstrip()  # a header alone may end by CRLF (F6)
        if b"\r" in lignes and b"\n" not in lignes and not self._illisible:
            raise LectureRefusee(
                "les lignes finissent par un retour chariot seul (CR, ancien Mac) : enregistrer le fichier avec des "
                "fins de ligne Windows (CRLF) ou Unix (LF) (F8)."
            )
        return _tetes(self._octets.decode(self._encodage, "replace"))

    def refus(self, _jeu: Jeu, porte: Porte, introuvable: LectureRefusee) -> LectureRefusee:
        """Say why no head has the header: the encoding (F8) or the separator (F5) under which one would."""
        texte = self._octets.decode("utf-8-sig", "replace")
        if any(porte(tete) for tete in _tetes(texte)):
            return LectureRefusee(
                f"le fichier est en UTF-8, sauf à l'octet {octet_fautif(self._chemin, 'utf-8')}, qui n'en est pas : "
                "l'exporter de nouveau en UTF-8 (F8)."
            )
        # UTF-8 was taken for cp1252, then written in UTF-8 again
        if any(porte(tete) for tete in _tetes(texte.encode("cp1252", "replace").decode("utf-8", "replace"))):
            return LectureRefusee(
                "l'en-tête a été encodé deux fois en UTF-8 (« Ã© » pour « é ») : exporter de nouveau le fichier en "
                "UTF-8 (F8)."
            )
        for nom, libelle in _AUTRES_ENCODAGES.items():
            if any(porte(tete) for tete in _tetes(self._octets.decode(nom, "replace"))):
                return LectureRefusee(f"le fichier est encodé en {libelle} : l'enregistrer en UTF-8 (F8).")
        if self._illisible:
            return self._illisible
        texte = self._octets.decode(self._encodage, "replace")
        lignes = [x.rstrip("\r\n") for x in islice(io.StringIO(texte, newline="\n"), _LIGNES_DE_TETE)]
        for separateur, rangees in autrement_separe(lignes):
            if porte(Tete(rangees, range(len(lignes)))):
                return mal_separe(separateur)
        return introuvable

    def retenir(self, tete: Tete, rang: int, entete: Entete, *, autres: bool) -> dict[str, object]:  # noqa: ARG002
        """Read what follows the row `rang` of a head; return the dialect."""
        if self._illisible:
            raise self._illisible
        self._separateur, self._passees, self._largeur = str(tete.maniere), tete.suites[rang], entete.largeur
        self._refuser_larges([self._passees], [tete.rangees[rang]])
        separateur = _NOMS_DES_SEPARATEURS.get(self._separateur, self._separateur)
        return {"encodage": self._encodage, "separateur": separateur}

    def blocs(self) -> Iterator[Bloc]:
        """Yield blocks of non-blank data rows, in the order of the file; a row stands on the line where it starts."""
        with self._chemin.open(encoding=self._encodage, newline="\n") as fichier:
            for _ in range(self._passees):
                fichier.readline(RANGEE_MAX)
            numero = self._passees + 1
            courtes, derniere = 0, None
            while texte := fichier.read(_CARACTERES_PAR_BLOC) + fichier.readline(RANGEE_MAX):
                if bloc := self._bloc_regulier(numero, texte):
                    numero, derniere = numero + len(bloc), None
                    yield bloc
                    continue
                lignes = _Lignes(texte, fichier)
                lecteur = csv.reader(lignes, delimiter=self._separateur, strict=True)
                numeros: list[int] = []
                rangees: list[list[str]] = []
                suivant = numero
                try:
                    while lignes.reste and (rangee := next(lecteur, None)) is not None:
                        # most rows begin with a letter or a figure
                        if rangee and (rangee[0].isalnum() or not est_vide(rangee)):
                            numeros.append(suivant)
                            rangees.append(rangee)
                        suivant = numero + lecteur.line_num
                        lignes.rangee = 0
                except csv.Error as e:
                    if motif := self._separee_autrement(lignes.derniere):
                        raise LectureRefusee(f"ligne {suivant} : {motif}.") from None
                    raise _rangee_fausse(suivant, e) from None
                numero = suivant
                courtes += sum(len(r) < self._largeur for r in rangees)
                # a blank row after it says that its line had an end
                derniere = (numeros[-1], rangees[-1]) if rangees and rangees[-1] is rangee else None
                if rangees:
                    yield self._bloc(numeros, rangees, lignes)

        if derniere is not None and courtes == 1:
            self._refuser_coupee(*derniere)

    def _refuser_coupee(self, numero: int, rangee: list[str]) -> None:
        """Raise `LectureRefusee` when the last row, the only one that may be short, has no line end (F19)."""
        with self._chemin.open("rb") as f:
            f.seek(-1, os.SEEK_END)
            finie = f.read() in b"\r\n"
        if len(rangee) < self._largeur and not finie and not est_total(rangee):
            raise LectureRefusee(
                f"ligne {numero} : {plusieurs(len(rangee), 'cellule')} pour {self._largeur} colonnes d'en-tête, "
                "sans fin de ligne, seule ligne courte : le fichier est coupé, le reposer entier (F19)."
            )

    def _bloc_regulier(self, numero: int, texte: str) -> BlocRegulier | None:
        """Return the rows of lines without a quote, none blank, all as wide as the header; else None."""
        separateur, largeur = self._separateur, self._largeur
        texte = texte.replace("\r\n", "\n").removesuffix("\n")
        nombre, permis = texte.count("\n") + 1, self._limites.cellule
        longue = len(texte) > permis and max(map(len, texte.split("\n"))) > permis
        if longue or largeur > self._limites.colonnes or '"' in texte or "\r" in texte:
            return None
        cellules = texte.replace("\n", f"{separateur}\n").split(separateur)
        premieres = "".join(cellules[::largeur]).split("\n")
        # the line ends are in the first cells, one in each
        if not len(cellules) == nombre * largeur == len(premieres) * largeur or not all(map(str.strip, premieres)):
            return None
        colonnes = [premieres, *(cellules[i::largeur] for i in range(1, largeur))]
        return BlocRegulier(range(numero, numero + nombre), colonnes)

    def _bloc(self, numeros: list[int], rangees: list[list[str]], lignes: _Lignes) -> Bloc:
        """Make a block, once its cells were looked at, where its lines say that they must be."""
        self._refuser_larges(numeros, rangees)
        if lignes.egalites:
            _sans_egalites(rangees)
        if lignes.suites:
            rangees = [[c.replace("\r\n", "\n") for c in r] for r in rangees]
        bloc = Bloc(numeros, rangees)
        for i, rangee in enumerate(rangees):
            if len(rangee) == 1 < self._largeur and (motif := self._separee_autrement(rangee[0])):
                bloc.defauts[i] = (None, motif)
        if lignes.plus_longue > self._limites.cellule:
            bloc.vider_les_longues(self._limites.cellule)
        return bloc

    def _separee_autrement(self, ligne: str) -> str | None:
        """Say why a line that is one cell is none: another separator makes a row of it (F6)."""
        autres = (s for s in SEPARATEURS if s != self._separateur and len(_rangee_seule(ligne, s)) >= self._largeur)
        if (signe := next(autres, None)) is None:
            return None
        return (
            f"cellules séparées par {_SEPARES_PAR[signe]}, en-tête par {_SEPARES_PAR[self._separateur]} : "
            "exporter avec le même séparateur (F6)"
        )

    def _refuser_larges(self, numeros: Iterable[int], rangees: list[list[str]]) -> None:
        """Refuse a row with too many cells; blank ones at its end are those of a sheet dressed in full."""
        permises = self._limites.colonnes
        if max(map(len, rangees)) <= permises:
            return
        for numero, rangee in zip(numeros, rangees, strict=True):
            if len(rangee) > max(permises, _COLONNES_D_UN_TABLEUR) or not est_vide(rangee[permises:]):
                raise LectureRefusee(
                    f"ligne {numero} : plus de {nombre_fr(permises)} colonnes ; exporter le tableau seul (F9)."
                )


class _Lignes(Iterator[str]):
    """The physical lines of a text come first (`reste`), then those of the file; it notes how their rows are to be
    looked at. `rangee` counts characters of the row being read, `plus_longue` of the longest one; `egalites` says that
    a cell may be `="…"`; `suites` that a row goes over a line end."""

    def __init__(self, texte: str, fichier: TextIO) -> None:
        self._texte, self._longueur = io.StringIO(texte, newline="\n"), len(texte)
        self._lues = chain.from_iterable(iter(partial(f.readline, RANGEE_MAX), "") for f in (self._texte, fichier))
        self.rangee = self.plus_longue = 0
        self.derniere = ""
        self.egalites = self.suites = False

    @property
    def reste(self) -> bool:
        """Say whether a line of the text is still to be read."""
        return self._texte.tell() < self._longueur

    def __next__(self) -> str:
        ligne = self.derniere = next(self._lues)
        if self.rangee:
            self.suites = True
        self.rangee += len(ligne)
        if self.rangee > self.plus_longue:
            self.plus_longue = self.rangee
            if self.rangee >= RANGEE_MAX:
                raise csv.Error("row larger than any")
        if '="' in ligne:
            self.egalites = True
        return ligne


def _tetes(texte: str) -> Iterator[Tete]:
    """Read by each separator, then line by line: a stray quote in a banner must not swallow the header."""
    lignes = list(islice(io.StringIO(texte, newline="\n"), _LIGNES_DE_TETE))
    for separateur in SEPARATEURS:
        rangees: list[list[str]] = []
        fins: list[int] = []
        lecteur = csv.reader(lignes, delimiter=separateur)
        with suppress(csv.Error):
            for rangee in lecteur:
                rangees.append(rangee)
                fins.append(lecteur.line_num)
        yield Tete(_sans_egalites(rangees), fins, separateur)
        seules = [_rangee_seule(ligne, separateur) for ligne in lignes]
        yield Tete(_sans_egalites(seules), range(1, len(lignes) + 1), separateur)


def _rangee_seule(ligne: str, separateur: str) -> list[str]:
    try:
        return next(csv.reader([ligne], delimiter=separateur), [])
    except csv.Error:
        return []


def autrement_separe(lignes: list[str]) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield (what stands between the columns, in French, rows) by each separator that is not read (F5)."""
    for signe, nom in _AUTRES_SEPARATEURS.items():
        if any(signe in ligne for ligne in lignes):
            yield nom, [_rangee_seule(ligne, signe) for ligne in lignes]
    yield "des espaces (colonnes de largeur fixe)", [_LARGEUR_FIXE.split(ligne.strip()) for ligne in lignes]


def mal_separe(separateur: str) -> LectureRefusee:
    """Return the refusal that names the separator."""
    return LectureRefusee(
        f"les colonnes sont séparées par {separateur} : exporter avec un point-virgule, une virgule ou une "
        "tabulation pour séparateur (F5)."
    )


def _sans_egalites(rangees: list[list[str]]) -> list[list[str]]:
    """Give cells `="text"` their text (F14)."""
    for rangee in rangees:
        for i, cellule in enumerate(rangee):
            if '="' in cellule and (trouve := _EGALITE.fullmatch(cellule.strip(BLANCS))):
                rangee[i] = trouve[1].replace('""', '"')
    return rangees


def _rangee_fausse(ligne: int, erreur: csv.Error) -> LectureRefusee:
    motif = next(m for mots, m in _FAUTES.items() if mots in str(erreur))
    return LectureRefusee(f"ligne {ligne} : {motif} ; corriger cette ligne (G1).")
