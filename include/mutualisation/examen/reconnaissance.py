"""Which jeu a file looks like, how sure that is, and which header of the file stands for a column it lacks."""

from __future__ import annotations

import csv
import difflib
import itertools
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from mutualisation.chemins import USAGES
from mutualisation.ingestion.cellules_lues import date, lecture_de, nombre
from mutualisation.lecteurs.entete import BANNIERES, SANS_TRADUCTION, Traduction, epurer, est_vide, normaliser
from mutualisation.lecteurs.limites import Limites
from mutualisation.lecteurs.octets import encodage
from mutualisation.lecteurs.tabulaire_csv import SEPARATEURS
from mutualisation.sources.jeux import Colonne, Jeu

# forms that tell a column from most others, when a single header of the file has them
_FORMES_PARLANTES = {"date": "des dates", "duree": "des durées", "siret": "des SIRET"}
_SEUIL, _SEUIL_FACULTATIF, _CONTENU_MIN = 0.6, 0.85, 0.6
_ECHANTILLON, _APPROFONDIS = 40, 8
_OCTETS, _RANGEES = 1 << 18, 150
RECONNU = 0.4


@dataclass(frozen=True)
class Tete:
    """A row that may be a header, as names, and the data rows that follow it."""

    noms: tuple[str, ...]
    suite: tuple[tuple[str, ...], ...]

    def cellules(self, rang: int) -> list[str]:
        """The cells of the column at that place that state something."""
        return [r[rang] for r in self.suite if rang < len(r) and r[rang].strip()]


@dataclass(frozen=True)
class Candidat:
    """A header of the file that may stand for a column: place, name, how likely (0 to 1), and why."""

    place: int
    nom: str
    note: float
    raison: str


@dataclass
class Reconnaissance:
    """A jeu, the header it was compared with, what `correspondances` says of it, columns found by name, candidates for
    the others, certainty 0 to 1."""

    jeu: Jeu
    tete: Tete
    traduction: Traduction
    trouvees: dict[str, int] = field(default_factory=dict)
    candidats: dict[str, Candidat] = field(default_factory=dict)
    certitude: float = 0.0

    @property
    def mot(self) -> str:
        """How sure, in a word."""
        if self.certitude >= 0.9:
            return "sûr"
        return "probable" if self.certitude >= 0.7 else "incertain"


def reconnaitre(
    jeux: Iterable[Jeu], tetes: Sequence[Tete], traductions: Mapping[str, Traduction], nom_de_fichier: str
) -> Reconnaissance | None:
    """The jeu that fits best; None when no row of the file looks like the header of one."""
    essais = [Reconnaissance(jeu, tete, traductions.get(jeu.nom, SANS_TRADUCTION)) for jeu in jeux for tete in tetes]
    for essai in essais:
        essai.trouvees = _trouvees(essai)
        essai.certitude = _certitude(essai, nom_de_fichier)
    # candidates cost most: for the header that names most columns, and the widest ones when none names any
    essais.sort(key=lambda e: (-e.certitude, -len(e.tete.noms)))
    if essais and essais[0].certitude < 1:
        larges = sorted(tetes, key=lambda t: -sum(map(bool, t.noms)))[:2]
        for rang, essai in enumerate(essais):
            if rang < _APPROFONDIS or essai.tete in larges:
                essai.candidats = _candidats(essai)
                essai.certitude = _certitude(essai, nom_de_fichier)
    return max(essais, key=lambda e: (e.certitude, len(e.trouvees)), default=None)


def _trouvees(essai: Reconnaissance) -> dict[str, int]:
    """Columns that a header of the file names, by the registry or by `correspondances`, and its place."""
    places = {normaliser(n): i for i, n in reversed(list(enumerate(essai.tete.noms))) if n}
    trouvees = {}
    for c in essai.jeu.colonnes:
        noms = (normaliser(c.entete or ""), *sorted(essai.traduction.entetes.get(c.nom, ())))
        if nom := next((nom for nom in noms if nom in places), None):
            trouvees[c.nom] = places[nom]
    return trouvees


def _certitude(essai: Reconnaissance, nom_de_fichier: str) -> float:
    """Two thirds for the `*` columns found, one for the headers explained; names and content break ties."""
    exigees = [c for c in essai.jeu.obligatoires if c.nom not in essai.traduction.defauts]
    notes = dict.fromkeys(essai.trouvees, 1.0) | {n: c.note * 0.9 for n, c in essai.candidats.items()}
    couvertes = sum(notes.get(c.nom, 0.0) for c in exigees) / max(1, len(exigees))
    pleines = sum(1 for n in essai.tete.noms if n)
    note = 0.65 * couvertes + 0.35 * min(1.0, sum(notes.values()) / max(1, pleines))
    if nom_de_fichier.startswith(essai.jeu.nom):
        note += 0.05
    return min(1.0, note) + _penchant(essai)


def _penchant(essai: Reconnaissance) -> float:
    """mandats and titres have the same columns: accounts of class 7 tell them apart."""
    if essai.jeu.nom not in ("mandats", "titres"):
        return 0.0
    place = essai.trouvees.get("nature", essai.candidats["nature"].place if "nature" in essai.candidats else None)
    comptes = essai.tete.cellules(place) if place is not None else []
    recettes = sum(c.strip().startswith("7") for c in comptes) * 2 > len(comptes)
    return 0.001 if recettes == (essai.jeu.nom == "titres") else 0.0


def _candidats(essai: Reconnaissance) -> dict[str, Candidat]:
    """The best header for each column that the file lacks, each header serving once."""
    libres = {i: n for i, n in enumerate(essai.tete.noms) if n and i not in essai.trouvees.values()}
    donnees = essai.traduction.defauts
    manquantes = [
        c for c in essai.jeu.colonnes
        if c.nom not in essai.trouvees and c.nom not in donnees and c.type != "personnel"
    ]  # fmt: skip
    paires = []
    for c in manquantes:
        contenus = {i: contenu(c, essai.tete.cellules(i)[:_ECHANTILLON]) for i in libres}
        seule = _seule(c, manquantes, contenus)
        for i, nom in libres.items():
            note, raison = _note(c, nom, contenus[i], seule=seule == i)
            if note >= (_SEUIL if c.obligatoire else _SEUIL_FACULTATIF):
                paires.append((note, c.obligatoire, c.nom, Candidat(i, nom, note, raison)))
    retenus: dict[str, Candidat] = {}
    pris: set[int] = set()
    for _, _, colonne, candidat in sorted(paires, key=lambda p: (-p[0], not p[1], p[2])):
        if colonne not in retenus and candidat.place not in pris:
            retenus[colonne] = candidat
            pris.add(candidat.place)
    return retenus


def _seule(colonne: Colonne, manquantes: Sequence[Colonne], contenus: dict[int, float | None]) -> int | None:
    """The only free header whose cells have the form of a `*` column, itself the only one missing of that form."""
    if colonne.type not in _FORMES_PARLANTES or not colonne.obligatoire:
        return None
    pareils = [i for i, note in contenus.items() if note is not None and note >= 0.95]
    memes = [c for c in manquantes if c.type == colonne.type and c.obligatoire]
    return pareils[0] if len(pareils) == 1 and len(memes) == 1 else None


def _note(colonne: Colonne, nom: str, note_contenu: float | None, *, seule: bool) -> tuple[float, str]:
    """How likely a header stands for a column: its name, then what its cells look like (None: they say nothing)."""
    note_nom = _note_du_nom(colonne, nom)
    if seule and note_nom < 0.75:
        return 0.75, f"ses cellules ont la forme attendue ({_FORMES_PARLANTES[colonne.type]})"
    if note_contenu is None:
        return note_nom, "son nom est proche"
    if note_contenu < _CONTENU_MIN:
        return 0.0, ""
    return 0.7 * note_nom + 0.3 * note_contenu, "son nom et ses cellules conviennent"


@lru_cache(maxsize=16_384)
def _note_du_nom(colonne: Colonne, nom: str) -> float:
    lu, attendu = _mots(nom), _mots(colonne.entete or "")
    if lu == attendu or lu in {_mots(u) for u in noms_usuels(colonne.nom)}:
        return 0.95
    mots = set(attendu.split())
    if mots and mots <= set(lu.split()):
        return 0.85
    return difflib.SequenceMatcher(None, attendu, lu).ratio()


def _mots(nom: str) -> str:
    """Words that count: « N° d'agent » and « no agent » read the same."""
    plat = normaliser(nom)
    for signe in "°º_-./:()'*":
        plat = plat.replace(signe, " ")
    return " ".join(m for m in plat.split() if m not in ("de", "du", "des", "la", "le", "l", "d"))


def contenu(colonne: Colonne, cellules: Sequence[str]) -> float | None:
    """Share of the cells that the column could read; None when any text would do, or there is no cell."""
    if not cellules or colonne.type in ("texte", "code", "numero", "siret_libre", "pseudonyme", "personnel"):
        return None
    if colonne.type == "enumeration":
        # values of another system: few, and short
        distinctes = {normaliser(c) for c in cellules}
        return 1.0 if len(distinctes) <= 12 and max(map(len, distinctes)) <= 25 else 0.0
    lecture = lecture_de(colonne)
    return sum(lecture(c) is not None for c in cellules) / len(cellules)


# ---------------------------------------------------------------- usual words (`usages.toml`)
# what a proposal may rest on, never what a file is read with
def noms_usuels(colonne: str) -> list[str]:
    """Words that usual headers of a column hold, folded; by ASCII name."""
    noms: list[str] = _usages()["noms"].get(colonne, [])
    return noms


def sens_usuel(colonne: Colonne, cellule: str) -> str | None:
    """The value that a cell, whole and folded, usually means; None when it is in no list of words, or in two."""
    plat, listes = normaliser(cellule), _usages()["valeurs"].get(colonne.nom, {})
    sens = [v for v, mots in listes.items() if v in colonne.valeurs and plat in mots]
    return sens[0] if len(sens) == 1 else None


def defaut_usuel(jeu: str, colonne: str) -> str | None:
    """The value that a column of a jeu usually takes where the system lacks it; None when none is safe to propose."""
    defauts: dict[str, str] = _usages()["defauts"]
    return defauts.get(f"{jeu}.{colonne}", defauts.get(colonne))


@cache
def _usages() -> dict[str, Any]:
    return tomllib.loads(USAGES.read_text(encoding="utf-8"))


# ---------------------------------------------------------------- rows that may be a header
def tetes(chemin: Path, genre: str, limites: Limites) -> list[Tete]:
    """Every candidate. LectureRefusee when the bytes can't be read."""
    if genre == "xlsx":
        # a second to import, and most files are CSV
        from mutualisation.lecteurs.tabulaire_xlsx import tetes_des_feuilles

        lectures = tetes_des_feuilles(chemin, limites)
    else:
        lectures = _du_texte(chemin)
    return [
        Tete(tuple(map(epurer, rangees[i])), tuple(map(tuple, rangees[i + 1 :])))
        for rangees in lectures
        for i in range(min(BANNIERES + 1, len(rangees)))
        if _semble_entete(rangees[i])
    ]


def _semble_entete(rangee: list[str]) -> bool:
    """Two names at least, and no cell that is a number or a date: a data row could hold a person's name."""
    pleines = [c for c in map(epurer, rangee) if c]
    return len(pleines) > 1 and not any(nombre(c) is not None or date(c) for c in pleines)


def _du_texte(chemin: Path) -> list[list[list[str]]]:
    code = encodage(chemin)
    with chemin.open("rb") as f:
        octets = f.read(_OCTETS)
    if len(octets) == _OCTETS:
        octets = octets[: octets.rfind(b"\n") + 1]
    lignes = [ligne for ligne in octets.decode(code, "replace").splitlines() if ligne.strip()]
    lectures = []
    for separateur in SEPARATEURS:
        try:
            rangees = list(itertools.islice(csv.reader(lignes, delimiter=separateur), _RANGEES))
        except csv.Error:
            continue
        lectures.append([r for r in rangees if not est_vide(r)])
    return lectures
