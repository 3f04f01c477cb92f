"""Find which jeu a file looks like, how sure that is, and which header of the file stands for a column it lacks."""

from __future__ import annotations

import difflib
import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from mutualisation.entree.ingestion.cellules_lues import date, date_d_ailleurs, lecture_de, nombre
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION, Traduction, epurer, est_vide, normaliser
from mutualisation.entree.lecteurs.limites import Limites
from mutualisation.entree.lecteurs.noms import plat
from mutualisation.entree.lecteurs.tabulaire_csv import LecteurCsv
from mutualisation.entree.sources.jeux import Colonne, Jeu
from mutualisation.socle.chemins import USAGES

# these forms tell a column from most others, when a single header of the file has them
_FORMES_PARLANTES = {
    "date": "des dates", "duree": "des durées", "siret": "des SIRET", "enumeration": "les valeurs de cette liste",
}  # fmt: skip


class Degre(IntEnum):
    """A header stands for a column by one of these degrees, the surest first.

    Its value is what a column found this way loses, out of the 100 of a column read without any proposal. To alter the
    rule, change a degree, or a bound below. Of Durée: « Durée » is its name, « Heures » is usual, « Total heures » has
    other words beside, « Durrée » has nearly its letters, and the cells of « Colonne 5 » have its form."""

    NOM = 14
    USUEL = 16
    ENTOURE = 20
    PRESQUE = 24
    CELLULES = 33


# a `*` column takes this last degree; then a column that may lack; then one whose list of values reads none of the
# cells
_EXIGEE, _FACULTATIVE, _LISTE = Degre.CELLULES, Degre.ENTOURE, Degre.ENTOURE
# two words with this share of common letters are nearly the same; a word cut short keeps this many letters
_MEMES_LETTRES, _ABREGE_MIN = 0.85, 3
_CODES = ("code", "numero", "compte", "pseudonyme")
_SIGLE = re.compile(r"(?<=\b\w)\.(?=\w\b)")
EN_ANNEES = "années"  # a number of years has this unit
_ANS = re.compile(r"([0-9]{1,3}) ?an(?:s|nees?)?")
_ANNEE = re.compile(r"\W*\b20[0-9]{2}\b\W*")
_DECOUPE = re.compile(r"[^\w%?]|[_º]|(?<!\w)\?(?!\w)|(?<=[a-z]{2})(?=[A-Z])|(?<=[A-Z][a-z])(?=[A-Z])")
Mots: TypeAlias = tuple[str, ...]
Rangees: TypeAlias = list[list[str]]
Note: TypeAlias = tuple[Degre] | tuple[Degre, bool, int, bool]
JEU_DE_LA_CLASSE = {"6": "mandats", "7": "titres"}
_MOTS_DU_NOM = re.compile(r"[a-z]+")
_ECHANTILLON, _APPROFONDIS = 40, 8
_BANNIERES_VUES = 20
RECONNU = 0.4


@dataclass(frozen=True)
class Tete:
    """A row may be a header, as names; data rows follow it."""

    noms: tuple[str, ...]
    suite: tuple[tuple[str, ...], ...]

    def cellules(self, rang: int) -> list[str]:
        """Return the cells of the column at that place that state something."""
        return [r[rang] for r in self.suite if rang < len(r) and r[rang].strip()]


@dataclass(frozen=True)
class Candidat:
    """A header of the file may stand for a column: place, name, degree, what tells two of one degree, and why."""

    place: int
    nom: str
    note: Note
    raison: str


@dataclass
class Reconnaissance:
    """A jeu was compared with a header: columns found by name, candidates for the others. `appui` is what the name of
    the file adds to the certainty; `autre` is another jeu that nothing tells from this one."""

    jeu: Jeu
    tete: Tete
    traduction: Traduction
    appui: float
    trouvees: dict[str, int] = field(default_factory=dict)
    candidats: dict[str, Candidat] = field(default_factory=dict)
    autre: Jeu | None = None

    @property
    def certitude(self) -> float:
        """Score 0 to 1: two thirds for `*` columns found, one for headers explained; proposals count less."""
        exigees = [c for c in self.jeu.obligatoires if c.nom not in self.traduction.defauts]
        notes = dict.fromkeys(self.trouvees, 1.0) | {n: 1 - c.note[0] / 100 for n, c in self.candidats.items()}
        couvertes = sum(notes.get(c.nom, 0.0) for c in exigees) / max(1, len(exigees))
        pleines = sum(1 for n in self.tete.noms if n)
        return min(1.0, 0.65 * couvertes + 0.35 * min(1.0, sum(notes.values()) / max(1, pleines)))

    @property
    def mot(self) -> str:
        """Say in a word how sure it is."""
        if self.autre is not None:
            return "incertain"
        if self.certitude >= 0.9:
            return "sûr"
        return "probable" if self.certitude >= 0.7 else "incertain"

    @property
    def rang(self) -> float:
        """Order jeux; the accounts tell mandats and titres apart, which have the same columns."""
        preference_des_comptes = 0.01 if self.jeu.nom == JEU_DE_LA_CLASSE.get(classe_des_comptes(self)) else 0.0
        return self.certitude + self.appui + preference_des_comptes

    @property
    def entiere(self) -> bool:
        """Say whether no `*` column is missing."""
        return all(c.nom in self.trouvees or c.nom in self.traduction.defauts for c in self.jeu.obligatoires)

    def place(self, colonne: str) -> int | None:
        """Return where a column is, or would be; by ASCII name."""
        candidat = self.candidats.get(colonne)
        return self.trouvees.get(colonne, candidat.place if candidat else None)


def reconnaitre(
    jeux: Iterable[Jeu], tetes: Sequence[Tete], traductions: Mapping[str, Traduction], nom_de_fichier: str
) -> Reconnaissance | None:
    """Return the jeu that fits best; None when no row of the file looks like the header of one."""
    essais = [
        Reconnaissance(jeu, tete, traductions.get(jeu.nom, SANS_TRADUCTION), _appui_du_nom(jeu, nom_de_fichier))
        for jeu in jeux
        for tete in tetes
    ]
    for essai in essais:
        essai.trouvees = _colonnes_trouvees(essai)
    # candidates cost most: they are for the headers that name most columns, and the widest ones when none names any
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
    """Weigh what the name of the file says for a jeu: its own name, else a word that usually tells it."""
    mots = _MOTS_DU_NOM.findall(plat(nom_de_fichier.rpartition(".")[0]))
    if set(jeu.nom.split("_")) <= set(mots):
        return 0.06
    return 0.04 if not set(mots).isdisjoint(_usages()["fichiers"].get(jeu.nom, ())) else 0.0


def _colonnes_trouvees(essai: Reconnaissance) -> dict[str, int]:
    """Return {column that a header names, by the registry or `correspondances`: place}."""
    places = {normaliser(n): i for i, n in reversed(list(enumerate(essai.tete.noms))) if n}
    trouvees = {}
    for c in essai.jeu.colonnes:
        noms = (normaliser(c.entete or ""), *sorted(essai.traduction.entetes.get(c.nom, ())))
        if nom := next((nom for nom in noms if nom in places), None):
            trouvees[c.nom] = places[nom]
    return trouvees


def classe_des_comptes(essai: Reconnaissance) -> str:
    """Return the class of most accounts, of a file of mandats or titres; "" where none is of most."""
    place = essai.place("nature") if essai.jeu.nom in JEU_DE_LA_CLASSE.values() else None
    classes = Counter(c.strip()[:1] for c in essai.tete.cellules(place)) if place is not None else Counter()
    return next((c for c, n in classes.items() if n * 2 > classes.total()), "")


def _candidats(essai: Reconnaissance) -> dict[str, Candidat]:
    """Return the best header for each column that the file lacks, each header serving once."""
    libres = {i: n for i, n in enumerate(essai.tete.noms) if n and i not in essai.trouvees.values()}
    donnees = essai.traduction.defauts
    manquantes = [
        c for c in essai.jeu.colonnes
        if c.nom not in essai.trouvees and c.nom not in donnees and c.type != "personnel"
    ]  # fmt: skip
    trouves, prefixe = [], _prefixe(essai.tete.noms)
    for c in manquantes:
        contenus = {i: contenu(c, essai.tete.cellules(i)[:_ECHANTILLON]) for i in libres}
        pareils = [i for i, part in contenus.items() if part == 1]
        if c.type == "enumeration":
            pareils = [i for i in pareils if _tous_des_valeurs(c, essai.tete.cellules(i))]
        seule = _seule_place(c, manquantes, pareils)
        for i, nom in libres.items():
            if est_exclu(c, nom):
                continue
            # a header that says a day is proposed even where another program wrote it: each row then says how
            nombre_de_jours = c.type == "date" and all(map(date_d_ailleurs, essai.tete.cellules(i)[:_ECHANTILLON]))
            candidat = _comparer(essai.jeu.nom, c, i, nom, prefixe, None if nombre_de_jours else contenus[i])
            if candidat is None and seule == i:
                raison = f"ses cellules ont la forme attendue ({_FORMES_PARLANTES[c.type]})"
                candidat = Candidat(i, nom, (Degre.CELLULES,), raison)
            if candidat is not None and candidat.note[0] <= (_EXIGEE if c.obligatoire else _FACULTATIVE):
                trouves.append((candidat.note, not c.obligatoire, c.nom, candidat))
    retenus: dict[str, Candidat] = {}
    for _, _, colonne, candidat in sorted(trouves, key=lambda trouve: trouve[:3]):
        if colonne not in retenus and candidat.place not in {c.place for c in retenus.values()}:
            retenus[colonne] = candidat
    return retenus


def _seule_place(colonne: Colonne, manquantes: Sequence[Colonne], pareils: Sequence[int]) -> int | None:
    """Return the only free header with the form of a `*` column, itself the only one missing of that form."""
    if colonne.type not in _FORMES_PARLANTES or not colonne.obligatoire:
        return None
    memes = [c for c in manquantes if c.obligatoire and (c.type, c.valeurs) == (colonne.type, colonne.valeurs)]
    return pareils[0] if len(pareils) == 1 and len(memes) == 1 else None


def _tous_des_valeurs(colonne: Colonne, cellules: Sequence[str]) -> bool:
    """Say whether cells, all of them words, are several values of a list and nothing else."""
    valeurs = {None if c.isdigit() else lecture_de(colonne)(c) or sens_usuel(colonne, c) for c in cellules}
    return len(valeurs) > 1 and None not in valeurs


def _comparer(jeu: str, colonne: Colonne, place: int, nom: str, prefixe: str, part: float | None) -> Candidat | None:
    """Let a header stand for a column by its name, unless most of its cells say otherwise. `part` of the cells is read,
    None where they say nothing."""
    note = _note_du_nom(jeu, colonne, nom, prefixe)
    if note is None or (part is not None and part <= 0.5):
        return None
    if part is not None:
        return Candidat(place, nom, note, "son nom et ses cellules conviennent")
    if colonne.type != "enumeration":
        return Candidat(place, nom, note, "son nom est proche")
    # values of a list that nothing reads are rejected, each said: nearly the same letters would be a guess
    return Candidat(place, nom, note, "son nom est proche : à vérifier") if note[0] <= _LISTE else None


@lru_cache(maxsize=16_384)
def _note_du_nom(jeu: str, colonne: Colonne, nom: str, prefixe: str) -> Note | None:
    """Note a header, and what a common prefix leaves of it, against each name of the column; keep the best. The note is
    the degree, whether words are cut short, the rank among usual names, whether « N° » says no code."""
    mots_lus = {_mots(nom), _mots(normaliser(nom).removeprefix(prefixe))}
    attendus = [_mots(n) for n in (colonne.entete or "", *noms_usuels(jeu, colonne.nom))]
    sans_numero = colonne.type not in _CODES or all(len(_coeur(mots)) == len(mots) for mots in mots_lus)
    notes = [
        (*note, rang, sans_numero)
        for mots in mots_lus
        for rang, attendu in enumerate(attendus)
        if (note := _proximite(mots, attendu, usuel=rang > 0)) is not None
    ]
    return min(notes, default=None)


def _proximite(mots_lus: Mots, voulus: Mots, *, usuel: bool) -> tuple[Degre, bool] | None:
    """Return the degree, and whether words are cut short; None for what would be a guess. The words are the same, in
    any order or stuck together; or have others beside them; or nearly the same letters."""
    coeur_lu, attendu = _coeur(mots_lus), _coeur(voulus)
    if usuel and len(attendu) < len(voulus) and len(coeur_lu) == len(mots_lus):
        return None  # « Code commune » is usual for a code, « Commune » is not
    entiers = tuple(_en_entier(m, attendu) for m in coeur_lu)
    if sorted(entiers) == sorted(attendu) or "".join(mots_lus) == "".join(voulus):
        return Degre.USUEL if usuel else Degre.NOM, entiers != coeur_lu
    if set(attendu) <= set(entiers) and (len(attendu) > 1 or set(entiers) - set(attendu) <= _mots_de("neutres")):
        return Degre.ENTOURE, entiers != coeur_lu
    ecrits = "".join(coeur_lu), "".join(attendu)
    presque = (
        len(coeur_lu) == len(attendu)
        and min(map(len, ecrits)) > _ABREGE_MIN
        and difflib.SequenceMatcher(None, *ecrits).ratio() >= _MEMES_LETTRES
    )
    return (Degre.PRESQUE, entiers != coeur_lu) if presque else None


def _en_entier(mot: str, attendus: Mots) -> str:
    """Return the expected word that `mot` abbreviates (« benef »), or is with « ? » for accents; else `mot` itself."""
    if "?" in mot:
        forme = re.compile(re.escape(mot).replace(r"\?", ".?"))
        return next((a for a in attendus if forme.fullmatch(a)), mot)
    return next((a for a in attendus if len(mot) >= _ABREGE_MIN and a.startswith(mot)), mot)


def est_exclu(colonne: Colonne, nom: str) -> bool:
    """Say whether a header holds a word that rules it out for a column, or for its type."""
    return not set(_mots(" ".join(_contraires(colonne)))).isdisjoint(_mots(nom))


def _contraires(colonne: Colonne) -> list[str]:
    """Return words that no header of a column holds: « k€ », « minutes »…"""
    mots = _usages()["contraires"]
    return [*mots.get(colonne.nom, ()), *mots.get(f"type {colonne.type}", ())]


def mots_connus(jeu: str, colonne: Colonne) -> list[str]:
    """Return what may be told of a header that is near a column, or ruled out for it."""
    return [colonne.entete or "", *noms_usuels(jeu, colonne.nom), *_contraires(colonne)]


def non_lues(essai: Reconnaissance) -> list[int]:
    """Return the places of the columns of the file that the jeu doesn't read. A name of persons (« Nom et prénom ») is
    not one of them: it is left at the door on purpose."""
    places_lues = {essai.place(c.nom) for c in essai.jeu.colonnes}
    personnes = {mot for c in essai.jeu.colonnes if c.type == "personnel" for mot in _mots(c.entete or "")}
    return [
        i
        for i, n in enumerate(essai.tete.noms)
        if i not in places_lues and (n or essai.tete.cellules(i)) and not (n and personnes.issuperset(_mots(n)))
    ]


@lru_cache(maxsize=4096)
def _mots(nom: str) -> Mots:
    """Return the words that count, in full and without plural: « 03 - N° d'agent » and « no agent » read the same."""
    separes = _DECOUPE.sub(" ", _SIGLE.sub("", nom.replace("\ufffd", "?").replace("%", " % ")))
    mots = normaliser(separes).split()
    mots = [m[:-1] if len(m) > _ABREGE_MIN and m.endswith("s") else m for m in mots]
    while len(mots) > 1 and mots[0].isdecimal():
        del mots[0]
    return tuple(_mots_entiers().get(m, m) for m in mots if m not in _mots_de("vides")) or tuple(mots)


def _coeur(mots: Mots) -> Mots:
    return tuple(m for m in mots if m not in _mots_de("numeros")) or mots


def _prefixe(noms: Iterable[str]) -> str:
    """Return what every header begins with, folded, up to a sign (a table, a module); "" of three headers or fewer."""
    replies = [normaliser(n) for n in noms if n]
    lettres = itertools.takewhile(lambda lettre: len(set(lettre)) == 1, zip(*replies, strict=False))
    commun = re.match(r".*[\W_]", "".join(lettre[0] for lettre in lettres))
    # a beginning that two or three headers share is no prefix
    return commun[0] if commun and len(replies) > 3 else ""


def contenu(colonne: Colonne, cellules: Sequence[str]) -> float | None:
    """Return the share of the cells that the column could read; None when any text would do, or nothing tells."""
    if not cellules or colonne.type in ("texte", "libelle", "code", "numero", "siret_libre", "personnel", "empreinte"):
        return None
    if colonne.type == "pseudonyme":  # a name has no figure
        return sum(any(map(str.isdecimal, c)) for c in cellules) / len(cellules)
    lecture = lecture_de(colonne)
    if colonne.type == "enumeration":
        # values of another system are few, and short
        distinctes = {normaliser(c) for c in cellules}
        if len(distinctes) > 12 or max(map(len, distinctes)) > 25:
            return 0.0
        return 1.0 if any(lecture(c) or sens_usuel(colonne, c) for c in distinctes) else None
    return sum(lecture(c) is not None or sens_usuel(colonne, c) is not None for c in cellules) / len(cellules)


# ---------------------------------------------------------------- usual words (`usages.toml`)
# a proposal may rest on these words; no file is read with them
def noms_usuels(jeu: str, colonne: str) -> list[str]:
    """Return the usual headers of a column of a jeu, folded; by ASCII name."""
    noms: dict[str, list[str]] = _usages()["noms"]
    return [*noms.get(f"{jeu}.{colonne}", ()), *noms.get(colonne, ())]


def sens_usuel(colonne: Colonne, cellule: str) -> str | None:
    """Return the value that a cell, whole and folded, usually means; None when it is in no list of words, or in two. A
    number of years may say so (« 5 ans »), a semestre its year (« S1 2023 »), which another column says."""
    cellule_repliee, listes = normaliser(cellule), _usages()["valeurs"].get(colonne.nom, {})
    if colonne.unite == EN_ANNEES:
        return trouve[1] if (trouve := _ANS.fullmatch(cellule_repliee)) else None
    if colonne.nom == "semestre":
        cellule_repliee = _ANNEE.sub("", cellule_repliee)
    sens = [v for v, mots in listes.items() if v in colonne.valeurs and cellule_repliee in mots]
    return sens[0] if len(sens) == 1 else None


def defaut_usuel(jeu: str, colonne: str) -> str | None:
    """Return the value that a column of a jeu usually takes where the system lacks it; None when none is safe."""
    defauts: dict[str, str] = _usages()["defauts"]
    return defauts.get(f"{jeu}.{colonne}", defauts.get(colonne))


@cache
def _usages() -> dict[str, Any]:
    return tomllib.loads(USAGES.read_text(encoding="utf-8"))


@cache
def _mots_entiers() -> dict[str, str]:
    return {court: mot for mot, courts in _usages()["abreges"].items() for court in courts}


@cache
def _mots_de(cle: str) -> frozenset[str]:
    return frozenset(_usages()["mots"][cle])


# ---------------------------------------------------------------- rows that may be a header
def tetes_possibles(apercus: Iterable[Rangees]) -> list[Tete]:
    """Return every row that may be a header, after more banner than the reader allows: it says that it is too much."""
    possibles = (
        Tete(tuple(map(epurer, rangees[i])), tuple(map(tuple, rangees[i + 1 :])))
        for rangees in apercus
        for i in range(min(_BANNIERES_VUES + 1, len(rangees)))
        if _semble_entete(rangees[i])
    )
    return list(dict.fromkeys(possibles))


def _semble_entete(rangee: list[str]) -> bool:
    """Ask two names at least, and no cell that is a number or a date: a data row could hold a person's name."""
    pleines = [c for c in map(epurer, rangee) if c]
    return len(pleines) > 1 and not any(nombre(c) is not None or date(c) for c in pleines)


def apercus(chemin: Path, genre: str, limites: Limites) -> list[Rangees]:
    """Return the first rows that are not blank: of each sheet, or of the text by each separator that is read. Raises
    `LectureRefusee` when the bytes can't be read."""
    if genre == "xlsx":
        # openpyxl takes a second to import, and most files are CSV
        from mutualisation.entree.lecteurs.tabulaire_xlsx import tetes_des_feuilles

        return tetes_des_feuilles(chemin, limites)
    return [[r for r in tete.rangees if not est_vide(r)] for tete in LecteurCsv(chemin, limites).tetes()]
