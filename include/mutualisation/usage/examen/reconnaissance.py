"""Which jeu a file looks like, how sure that is, and which header of the file stands for a column it lacks."""

from __future__ import annotations

import csv
import difflib
import itertools
import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from mutualisation.entree.ingestion.cellules_lues import date, date_d_ailleurs, lecture_de, nombre
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction, epurer, est_vide, normaliser
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites
from mutualisation.entree.lecteurs.noms import plat
from mutualisation.entree.lecteurs.octets import encodage
from mutualisation.entree.lecteurs.tabulaire_csv import SEPARATEURS
from mutualisation.entree.sources.jeux import Colonne, Jeu
from mutualisation.socle.chemins import USAGES

# forms that tell a column from most others, when a single header of the file has them
_FORMES_PARLANTES = {
    "date": "des dates", "duree": "des durées", "siret": "des SIRET", "enumeration": "les valeurs de cette liste",
}  # fmt: skip
_SEUIL, _SEUIL_FACULTATIF, _CONTENU_MIN = 0.6, 0.85, 0.6
# how likely a header names a column: by the name of the contract, by a usual one; what is lost where words are cut
# short, where others stand beside; from which two writings are one; what the values of a list need
_EXACT, _USUEL, _ABREGE, _ACCOMPAGNE, _PRESQUE, _NOM_USUEL = 0.95, 0.92, 0.02, 0.07, 0.85, 0.82
# letters of a word cut short, headers that have a common beginning
_ABREGE_MIN, _NOMS_D_UN_PREFIXE = 3, 3
# a header whose cells alone have the form of a column
_SEULE = 0.75
_CODES = ("code", "numero", "compte", "pseudonyme")
_SIGLE = re.compile(r"(?<=\b\w)\.(?=\w\b)")
EN_ANNEES = "années"  # the unit of a number of years
_ANS = re.compile(r"([0-9]{1,3}) ?an(?:s|nees?)?")
_ANNEE = re.compile(r"\W*\b20[0-9]{2}\b\W*")
_DECOUPE = re.compile(r"[^\w%?]|[_º]|(?<!\w)\?(?!\w)|(?<=[a-z]{2})(?=[A-Z])|(?<=[A-Z][a-z])(?=[A-Z])")
Mots: TypeAlias = tuple[str, ...]
Rangees: TypeAlias = list[list[str]]
JEU_DE_LA_CLASSE = {"6": "mandats", "7": "titres"}
_MOTS_DU_NOM = re.compile(r"[a-z]+")
_FINS = re.compile(r"\r\n|\n|\r")
_ECHANTILLON, _APPROFONDIS = 40, 8
_OCTETS, _RANGEES, _BANNIERES_VUES = 1 << 18, 150, 20
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
    the others; `appui`: what the name of the file adds to its certainty, to choose between jeux; `autre`: another jeu
    that nothing tells from this one."""

    jeu: Jeu
    tete: Tete
    traduction: Traduction
    appui: float
    trouvees: dict[str, int] = field(default_factory=dict)
    candidats: dict[str, Candidat] = field(default_factory=dict)
    autre: Jeu | None = None

    @property
    def certitude(self) -> float:
        """0 to 1: two thirds for the `*` columns found, one for the headers explained."""
        exigees = [c for c in self.jeu.obligatoires if c.nom not in self.traduction.defauts]
        notes = dict.fromkeys(self.trouvees, 1.0) | {n: c.note * 0.9 for n, c in self.candidats.items()}
        couvertes = sum(notes.get(c.nom, 0.0) for c in exigees) / max(1, len(exigees))
        pleines = sum(1 for n in self.tete.noms if n)
        return min(1.0, 0.65 * couvertes + 0.35 * min(1.0, sum(notes.values()) / max(1, pleines)))

    @property
    def mot(self) -> str:
        """How sure, in a word."""
        if self.autre is not None:
            return "incertain"
        if self.certitude >= 0.9:
            return "sûr"
        return "probable" if self.certitude >= 0.7 else "incertain"

    @property
    def rang(self) -> float:
        """What orders jeux; the accounts tell mandats and titres apart, which have the same columns."""
        penchant = 0.01 if self.jeu.nom == JEU_DE_LA_CLASSE.get(classe_des_comptes(self)) else 0.0
        return self.certitude + self.appui + penchant

    @property
    def entiere(self) -> bool:
        """Whether no `*` column is missing."""
        return all(c.nom in self.trouvees or c.nom in self.traduction.defauts for c in self.jeu.obligatoires)

    def place(self, colonne: str) -> int | None:
        """Where a column is, or would be; by ASCII name."""
        candidat = self.candidats.get(colonne)
        return self.trouvees.get(colonne, candidat.place if candidat else None)


def reconnaitre(
    jeux: Iterable[Jeu], tetes: Sequence[Tete], traductions: Mapping[str, Traduction], nom_de_fichier: str
) -> Reconnaissance | None:
    """The jeu that fits best; None when no row of the file looks like the header of one."""
    essais = [
        Reconnaissance(jeu, tete, traductions.get(jeu.nom, SANS_TRADUCTION), _appui_du_nom(jeu, nom_de_fichier))
        for jeu in jeux
        for tete in tetes
    ]
    for essai in essais:
        essai.trouvees = _colonnes_trouvees(essai)
    # candidates cost most: for the headers that name most columns, and the widest ones when none names any
    essais.sort(key=lambda e: (-e.rang, -len(e.tete.noms)))
    if essais and len(essais[0].trouvees) < min(len(essais[0].jeu.colonnes), sum(map(bool, essais[0].tete.noms))):
        larges = sorted(tetes, key=lambda t: -sum(map(bool, t.noms)))[:2]
        for rang, essai in enumerate(essais):
            if rang < _APPROFONDIS or essai.tete in larges:
                essai.candidats = _candidats(essai)
    meilleur = max(essais, key=lambda e: (e.rang, len(e.trouvees)), default=None)
    if meilleur is not None:
        pareils = (e.jeu for e in essais if e.jeu != meilleur.jeu and e.rang > meilleur.rang - 1e-6)
        meilleur.autre = next(pareils, None)
    return meilleur


def _appui_du_nom(jeu: Jeu, nom_de_fichier: str) -> float:
    """What the name of the file says for a jeu: its own name, else a word that usually tells it."""
    mots = _MOTS_DU_NOM.findall(plat(nom_de_fichier.rpartition(".")[0]))
    if set(jeu.nom.split("_")) <= set(mots):
        return 0.06
    return 0.04 if not set(mots).isdisjoint(_usages()["fichiers"].get(jeu.nom, ())) else 0.0


def _colonnes_trouvees(essai: Reconnaissance) -> dict[str, int]:
    """Columns that a header of the file names, by the registry or by `correspondances`, and its place."""
    places = {normaliser(n): i for i, n in reversed(list(enumerate(essai.tete.noms))) if n}
    trouvees = {}
    for c in essai.jeu.colonnes:
        noms = (normaliser(c.entete or ""), *sorted(essai.traduction.entetes.get(c.nom, ())))
        if nom := next((nom for nom in noms if nom in places), None):
            trouvees[c.nom] = places[nom]
    return trouvees


def classe_des_comptes(essai: Reconnaissance) -> str:
    """The class of most accounts, of a file of mandats or titres; "" where none is of most."""
    place = essai.place("nature") if essai.jeu.nom in JEU_DE_LA_CLASSE.values() else None
    classes = Counter(c.strip()[:1] for c in essai.tete.cellules(place)) if place is not None else Counter()
    return next((c for c, n in classes.items() if n * 2 > classes.total()), "")


def _candidats(essai: Reconnaissance) -> dict[str, Candidat]:
    """The best header for each column that the file lacks, each header serving once."""
    libres = {i: n for i, n in enumerate(essai.tete.noms) if n and i not in essai.trouvees.values()}
    donnees = essai.traduction.defauts
    manquantes = [
        c for c in essai.jeu.colonnes
        if c.nom not in essai.trouvees and c.nom not in donnees and c.type != "personnel"
    ]  # fmt: skip
    paires, prefixe = [], _prefixe(essai.tete.noms)
    for c in manquantes:
        contenus = {i: contenu(c, essai.tete.cellules(i)[:_ECHANTILLON]) for i in libres}
        pareils = [i for i, note in contenus.items() if note is not None and note >= 0.95]
        if c.type == "enumeration":
            pareils = [i for i in pareils if _tous_des_valeurs(c, essai.tete.cellules(i))]
        seule = _seule_place(c, manquantes, pareils)
        for i, nom in libres.items():
            # a header that says a day is proposed even where another program wrote it: each row then says how
            nombre_de_jours = c.type == "date" and all(map(date_d_ailleurs, essai.tete.cellules(i)[:_ECHANTILLON]))
            lu = None if nombre_de_jours else contenus[i]
            note, raison = _noter_ressemblance(c, _note_du_nom(essai.jeu.nom, c, nom, prefixe), lu)
            if seule == i and note < _SEULE and not est_exclu(c, nom):
                note, raison = _SEULE, f"ses cellules ont la forme attendue ({_FORMES_PARLANTES[c.type]})"
            if note >= (_SEUIL if c.obligatoire else _SEUIL_FACULTATIF):
                paires.append((note, c.obligatoire, c.nom, Candidat(i, nom, note, raison)))
    retenus: dict[str, Candidat] = {}
    for _, _, colonne, candidat in sorted(paires, key=lambda p: (-p[0], not p[1], p[2])):
        if colonne not in retenus and candidat.place not in {c.place for c in retenus.values()}:
            retenus[colonne] = candidat
    return retenus


def _seule_place(colonne: Colonne, manquantes: Sequence[Colonne], pareils: Sequence[int]) -> int | None:
    """The only free header whose cells have the form of a `*` column, itself the only one missing of that form."""
    if colonne.type not in _FORMES_PARLANTES or not colonne.obligatoire:
        return None
    memes = [c for c in manquantes if c.obligatoire and (c.type, c.valeurs) == (colonne.type, colonne.valeurs)]
    return pareils[0] if len(pareils) == 1 and len(memes) == 1 else None


def _tous_des_valeurs(colonne: Colonne, cellules: Sequence[str]) -> bool:
    """Whether cells, all of them words, are several values of a list and nothing else."""
    lus = {None if c.isdigit() else lecture_de(colonne)(c) or sens_usuel(colonne, c) for c in cellules}
    return len(lus) > 1 and None not in lus


def _noter_ressemblance(colonne: Colonne, note_nom: float, note_contenu: float | None) -> tuple[float, str]:
    """How likely a header stands for a column: its name, then what its cells look like (None: they say nothing)."""
    if note_contenu is None:
        if colonne.type != "enumeration":
            return note_nom, "son nom est proche"
        # values of a list that nothing reads are rejected, each said: nearly the same letters would be a guess
        return (note_nom, "son nom est proche : à vérifier") if note_nom >= _NOM_USUEL else (0.0, "")
    if not note_nom or note_contenu < _CONTENU_MIN:
        return 0.0, ""
    return 0.7 * note_nom + 0.3 * note_contenu, "son nom et ses cellules conviennent"


@lru_cache(maxsize=16_384)
def _note_du_nom(jeu: str, colonne: Colonne, nom: str, prefixe: str) -> float:
    """The best of the name and of what a prefix of all headers leaves of it, against each name of the column."""
    if est_exclu(colonne, nom):
        return 0.0
    lus = {_mots(nom), _mots(normaliser(nom).removeprefix(prefixe))}
    # the surest ones first
    usuels = [(_mots(n), _USUEL - rang / 1000) for rang, n in enumerate(noms_usuels(jeu, colonne.nom))]
    attendus = [(_mots(colonne.entete or ""), _EXACT), *usuels]
    numerote = 0.005 if colonne.type in _CODES and any(len(_coeur(lu)) < len(lu) for lu in lus) else 0.0
    note = max(_proximite(lu, attendu, exact) for lu in lus for attendu, exact in attendus)
    return note and note + numerote


def _proximite(lus: Mots, voulus: Mots, exact: float) -> float:
    """`exact` for the same words, in any order or stuck together; less where some are cut short, then where others
    stand beside them; 0 for what would be a guess."""
    lu, attendu = _coeur(lus), _coeur(voulus)
    if exact < _EXACT and len(attendu) < len(voulus) and len(lu) == len(lus):
        return 0.0  # « Code commune » is usual for a code, « Commune » is not
    entiers = tuple(_en_entier(m, attendu) for m in lu)
    abrege = _ABREGE if entiers != lu else 0.0
    if sorted(entiers) == sorted(attendu) or "".join(lus) == "".join(voulus):
        return exact - abrege
    if set(attendu) <= set(entiers) and (len(attendu) > 1 or set(entiers) - set(attendu) <= _mots_de("neutres")):
        return exact - _ACCOMPAGNE - abrege
    ecrits = "".join(lu), "".join(attendu)
    presque = (
        len(lu) == len(attendu)
        and min(map(len, ecrits)) > _ABREGE_MIN
        and difflib.SequenceMatcher(None, *ecrits).ratio() >= _PRESQUE
    )
    return exact - 2 * _ACCOMPAGNE if presque else 0.0


def _en_entier(mot: str, attendus: Mots) -> str:
    """The word of which it is the beginning, or what is left once its accents are lost (« ? »); else itself."""
    if "?" in mot:
        forme = re.compile(re.escape(mot).replace(r"\?", ".?"))
        return next((a for a in attendus if forme.fullmatch(a)), mot)
    return next((a for a in attendus if len(mot) >= _ABREGE_MIN and a.startswith(mot)), mot)


def est_exclu(colonne: Colonne, nom: str) -> bool:
    """Whether a header holds a word that rules it out for a column, or for its type."""
    return not set(_mots(" ".join(_contraires(colonne)))).isdisjoint(_mots(nom))


def _contraires(colonne: Colonne) -> list[str]:
    """Words that no header of a column holds: « k€ », « minutes »…"""
    mots = _usages()["contraires"]
    return [*mots.get(colonne.nom, ()), *mots.get(f"type {colonne.type}", ())]


def mots_connus(jeu: str, colonne: Colonne) -> list[str]:
    """What may be told of a header that is near a column, or ruled out for it."""
    return [colonne.entete or "", *noms_usuels(jeu, colonne.nom), *_contraires(colonne)]


def non_lues(essai: Reconnaissance) -> list[int]:
    """Places of the columns of the file, named or filled, that no column of the jeu reads."""
    lues = {essai.place(c.nom) for c in essai.jeu.colonnes}
    return [i for i, n in enumerate(essai.tete.noms) if i not in lues and (n or essai.tete.cellules(i))]


@lru_cache(maxsize=4096)
def _mots(nom: str) -> Mots:
    """Words that count, without plural, each in full where it is usually cut short; « 03 - N° d'agent » and « no
    agent » read the same."""
    separes = _DECOUPE.sub(" ", _SIGLE.sub("", nom.replace("\ufffd", "?").replace("%", " % ")))
    lus = normaliser(separes).split()
    lus = [m[:-1] if len(m) > _ABREGE_MIN and m.endswith("s") else m for m in lus]
    while len(lus) > 1 and lus[0].isdecimal():
        del lus[0]
    return tuple(_mots_entiers().get(m, m) for m in lus if m not in _mots_de("vides")) or tuple(lus)


def _coeur(mots: Mots) -> Mots:
    """Without « N° », « code »…"""
    return tuple(m for m in mots if m not in _mots_de("numeros")) or mots


def _prefixe(noms: Iterable[str]) -> str:
    """What every header begins with, folded, up to a sign (a table, a module); "" of three headers or fewer."""
    lus = [normaliser(n) for n in noms if n]
    lettres = itertools.takewhile(lambda lettre: len(set(lettre)) == 1, zip(*lus, strict=False))
    commun = re.match(r".*[\W_]", "".join(lettre[0] for lettre in lettres))
    return commun[0] if commun and len(lus) > _NOMS_D_UN_PREFIXE else ""


def contenu(colonne: Colonne, cellules: Sequence[str]) -> float | None:
    """Share of the cells that the column could read; None when any text would do, or nothing tells."""
    if not cellules or colonne.type in ("texte", "libelle", "code", "numero", "siret_libre", "personnel", "empreinte"):
        return None
    if colonne.type == "pseudonyme":  # a name has no figure
        return sum(any(map(str.isdecimal, c)) for c in cellules) / len(cellules)
    lecture = lecture_de(colonne)
    if colonne.type == "enumeration":
        # values of another system: few, and short
        distinctes = {normaliser(c) for c in cellules}
        if len(distinctes) > 12 or max(map(len, distinctes)) > 25:
            return 0.0
        return 1.0 if any(lecture(c) or sens_usuel(colonne, c) for c in distinctes) else None
    return sum(lecture(c) is not None or sens_usuel(colonne, c) is not None for c in cellules) / len(cellules)


# ---------------------------------------------------------------- usual words (`usages.toml`)
# what a proposal may rest on, never what a file is read with
def noms_usuels(jeu: str, colonne: str) -> list[str]:
    """Usual headers of a column of a jeu, folded; by ASCII name."""
    noms: dict[str, list[str]] = _usages()["noms"]
    return [*noms.get(f"{jeu}.{colonne}", ()), *noms.get(colonne, ())]


def sens_usuel(colonne: Colonne, cellule: str) -> str | None:
    """The value that a cell, whole and folded, usually means; None when it is in no list of words, or in two.

    A number of years may say so (« 5 ans »), a semestre its year (« S1 2023 »), which another column says.
    """
    plat, listes = normaliser(cellule), _usages()["valeurs"].get(colonne.nom, {})
    if colonne.unite == EN_ANNEES:
        return trouve[1] if (trouve := _ANS.fullmatch(plat)) else None
    if colonne.nom == "semestre":
        plat = _ANNEE.sub("", plat)
    sens = [v for v, mots in listes.items() if v in colonne.valeurs and plat in mots]
    return sens[0] if len(sens) == 1 else None


def defaut_usuel(jeu: str, colonne: str) -> str | None:
    """The value that a column of a jeu usually takes where the system lacks it; None when none is safe to propose."""
    defauts: dict[str, str] = _usages()["defauts"]
    return defauts.get(f"{jeu}.{colonne}", defauts.get(colonne))


@cache
def _usages() -> dict[str, Any]:
    return tomllib.loads(USAGES.read_text(encoding="utf-8"))


@cache
def _mots_entiers() -> dict[str, str]:
    """Words cut short, and what they stand for."""
    return {court: mot for mot, courts in _usages()["abreges"].items() for court in courts}


@cache
def _mots_de(cle: str) -> frozenset[str]:
    return frozenset(_usages()["mots"][cle])


# ---------------------------------------------------------------- rows that may be a header
def tetes_possibles(apercus: Iterable[Rangees]) -> list[Tete]:
    """Every row that may be a header, after more banner than the reader allows: it says that it is too much."""
    return [
        Tete(tuple(map(epurer, rangees[i])), tuple(map(tuple, rangees[i + 1 :])))
        for rangees in apercus
        for i in range(min(_BANNIERES_VUES + 1, len(rangees)))
        if _semble_entete(rangees[i])
    ]


def _semble_entete(rangee: list[str]) -> bool:
    """Two names at least, and no cell that is a number or a date: a data row could hold a person's name."""
    pleines = [c for c in map(epurer, rangee) if c]
    return len(pleines) > 1 and not any(nombre(c) is not None or date(c) for c in pleines)


def apercus(chemin: Path, genre: str, limites: Limites) -> list[Rangees]:
    """The first rows that are not blank: of each sheet, or of the text by each separator that is read.

    LectureRefusee when the bytes can't be read.
    """
    if genre == "xlsx":
        # a second to import, and most files are CSV
        from mutualisation.entree.lecteurs.tabulaire_xlsx import tetes_des_feuilles

        return tetes_des_feuilles(chemin, limites)
    lignes, lus = _premieres_lignes(chemin), []
    for separateur in SEPARATEURS:
        try:
            rangees = list(itertools.islice(csv.reader(lignes, delimiter=separateur), _RANGEES))
        except csv.Error:
            continue
        lus.append([r for r in rangees if not est_vide(r)])
    return lus


def _premieres_lignes(chemin: Path) -> list[str]:
    """The first lines that are not blank, whatever ends them."""
    with chemin.open("rb") as f:
        octets = f.read(_OCTETS)
    try:
        code = encodage(chemin)
    except LectureRefusee:
        if b"\0" in octets or octets.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise
        code = "cp1252"  # a header is recognized for all that; the reader says what the bytes are
    if len(octets) == _OCTETS:
        octets = octets[: max(octets.rfind(b"\n"), octets.rfind(b"\r")) + 1]
    return [f"{ligne}\n" for ligne in _FINS.split(octets.decode(code, "replace")) if ligne.strip()]
