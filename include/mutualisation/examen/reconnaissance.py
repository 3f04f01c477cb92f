"""Which jeu a file looks like, how sure that is, and which header of the file stands for a column it lacks."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mutualisation.examen.tetes import Tete
from mutualisation.examen.usages import noms_usuels
from mutualisation.ingestion.cellules_lues import lecture_de
from mutualisation.ingestion.correspondances import Correspondances
from mutualisation.lecteurs.entete import normaliser
from mutualisation.sources.jeux import Colonne, Jeu

# forms that tell a column from most others, when a single header of the file has them
_FORMES_PARLANTES = frozenset({"date", "duree", "siret"})
_SEUIL, _SEUIL_FACULTATIF, _CONTENU_MIN = 0.6, 0.85, 0.6
_ECHANTILLON = 40
RECONNU = 0.4


@dataclass(frozen=True)
class Candidat:
    """A header of the file that may stand for a column: place, name, how likely (0 to 1), and why."""

    place: int
    nom: str
    note: float
    raison: str


@dataclass
class Reconnaissance:
    """A jeu, the header it was compared with, columns found by name, candidates for the others, certainty 0 to 1."""

    jeu: Jeu
    tete: Tete
    trouvees: dict[str, int]
    candidats: dict[str, Candidat] = field(default_factory=dict)
    certitude: float = 0.0

    @property
    def mot(self) -> str:
        """How sure, in a word."""
        if self.certitude >= 0.9:
            return "sûr"
        return "probable" if self.certitude >= 0.7 else "incertain"


def reconnaitre(
    jeux: Iterable[Jeu], tetes: Sequence[Tete], correspondances: Correspondances, nom_de_fichier: str
) -> Reconnaissance | None:
    """The jeu that fits best; None when no row of the file looks like the header of one."""
    essais = [_essai(jeu, tete, correspondances) for jeu in jeux for tete in tetes]
    for essai in essais:
        essai.certitude = _certitude(essai, correspondances, nom_de_fichier)
    # candidates cost most: for the header that names most columns, and the widest ones when none names any
    essais.sort(key=lambda e: (-e.certitude, -len(e.tete.noms)))
    if essais and essais[0].certitude >= 1:
        return essais[0]
    larges = sorted(tetes, key=lambda t: -sum(map(bool, t.noms)))[:2]
    for essai in essais:
        if essai.certitude < 1 and (essai in essais[:8] or essai.tete in larges):
            essai.candidats = _candidats(essai, correspondances)
            essai.certitude = _certitude(essai, correspondances, nom_de_fichier)
    return max(essais, key=lambda e: (e.certitude, len(e.trouvees)), default=None)


def _essai(jeu: Jeu, tete: Tete, correspondances: Correspondances) -> Reconnaissance:
    autres = correspondances.pour(jeu).entetes
    places = {normaliser(n): i for i, n in reversed(list(enumerate(tete.noms))) if n}
    trouvees = {}
    for c in jeu.colonnes:
        for nom in (normaliser(c.entete or ""), *sorted(autres.get(c.nom, ()))):
            if nom in places and c.nom not in trouvees:
                trouvees[c.nom] = places[nom]
    return Reconnaissance(jeu, tete, trouvees)


def _certitude(essai: Reconnaissance, correspondances: Correspondances, nom_de_fichier: str) -> float:
    """Two thirds for the `*` columns found, one for the headers explained; names and content break ties."""
    donnees = correspondances.pour(essai.jeu).defauts
    exigees = [c for c in essai.jeu.obligatoires if c.nom not in donnees]
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


def _candidats(essai: Reconnaissance, correspondances: Correspondances) -> dict[str, Candidat]:
    """The best header for each column that the file lacks, each header serving once."""
    libres = {i: n for i, n in enumerate(essai.tete.noms) if n and i not in essai.trouvees.values()}
    donnees = correspondances.pour(essai.jeu).defauts
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
        return 0.75, f"ses cellules ont la forme attendue ({_forme(colonne)})"
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


def _forme(colonne: Colonne) -> str:
    return {"date": "des dates", "duree": "des durées", "siret": "des SIRET"}[colonne.type]
