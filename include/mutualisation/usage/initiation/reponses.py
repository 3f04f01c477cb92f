"""An EPCI answers on a terminal or in a TOML file; each answer is judged as a cell of a drop is."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from mutualisation.entree.ingestion.cellules_lues import annee, defaut, lecture_de, pourcentage
from mutualisation.entree.lecteurs.bloc import BLANCS, sans_total
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, motif_refus
from mutualisation.entree.sources.jeux import Colonne, Jeu
from mutualisation.socle.chemins import QUESTIONS
from mutualisation.socle.erreurs import ErreurMutualisation, raison_systeme

TABLES = ("communes", "dispositifs")
# these destinations are no dispositif
RESERVES = ("STRUCTURE", "HORS", "NON_REPARTI", "EXCLU", "TOTAL")
SANS_MONTANT = ("gratuit", "cout_unitaire")
_INSEE = re.compile(r"[0-9][0-9AB][0-9]{3}")
# a code goes into names of parameters, and into cells that hold lists
_CODE = re.compile(r"[\w./-]+")
# these categories hold line ends, other controls, and bytes that the terminal's encoding does not know
_ECARTES = ("Cc", "Cs")
# answers of these types are kept as they are read, others as they were typed
_RELUS = ("enumeration", "siret")
_DE_CORRESPONDANCES = ", à corriger ou à traduire par correspondances (F16)"
Ligne = dict[str, str]


@dataclass(frozen=True)
class Question:
    """A question has a column that judges its answer; `defaut` stands for an empty answer."""

    colonne: Colonne
    demande: str
    defaut: str = ""

    def juger(self, texte: str) -> tuple[str, str]:
        """Return (the answer as read, why it is refused): one is empty, or both where nothing is answered."""
        if any(unicodedata.category(signe) in _ECARTES for signe in texte.strip(BLANCS)):
            return "", "une seule ligne de texte est attendue, en UTF-8"
        valeur = lecture_de(self.colonne)(texte)
        if valeur == "":
            return self.defaut, "une réponse est attendue" if self.colonne.obligatoire else ""
        if faute := defaut(self.colonne, texte, valeur):
            return "", faute.replace(_DE_CORRESPONDANCES, "")
        return (str(valeur) if self.colonne.type in _RELUS else texte.strip()), ""


@dataclass(frozen=True)
class Reponses:
    """These answers hold together, by name of question: of the EPCI, of each commune, of each dispositif."""

    epci: Ligne
    communes: list[Ligne]
    dispositifs: list[Ligne]

    @property
    def exercices(self) -> list[int]:
        """Return the years, in order."""
        return sorted({int(e) for e in _exercices(self.epci)})

    def en_toml(self) -> str:
        """Write the same answers as a file for `--depuis`."""
        lignes = ["# Réponses données à « mutualisation initier » : --depuis ce fichier écrit le même dépôt."]
        lignes += [f"{cle} = {_toml(valeur)}" for cle, valeur in self.epci.items()]
        for table in TABLES:
            for ligne in getattr(self, table):
                lignes += ["", f"[[{table}]]", *(f"{cle} = {_toml(valeur)}" for cle, valeur in ligne.items())]
        return "\n".join(lignes) + "\n"


def _toml(texte: str) -> str:
    return json.dumps(texte, ensure_ascii=False)


@cache
def textes() -> dict[str, Any]:
    """Read `questions.toml`."""
    return tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))


@cache
def questions(table: str) -> dict[str, Question]:
    """Return {name: question} of `epci`, `communes` or `dispositifs`, in the order in which they are asked."""
    return {
        nom: Question(
            Colonne(
                nom,
                q.get("type", "texte"),
                q.get("entete", nom),
                q.get("obligatoire", False),
                tuple(q.get("valeurs", ())),
            ),
            q["demande"],
            q.get("defaut", ""),
        )
        for nom, q in textes()[table].items()
    }


# ---------------------------------------------------------------- a file
def lire_reponses(fichier: Path) -> Reponses:
    """Read the answers of a TOML file, whose tables may be in CSV or XLSX files beside it. Raises
    `ErreurMutualisation`, one line per fault, when it can't be read or an answer is refused."""
    try:
        donnees = tomllib.loads(fichier.read_text(encoding="utf-8-sig"))
    except OSError as e:
        raise ErreurMutualisation(f"{fichier} ne peut pas être lu ({raison_systeme(e)}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        (ligne,) = re.findall(r"line (\d+)", str(e)) or ["?"]
        raise ErreurMutualisation(
            f"{fichier} n'est pas un TOML en UTF-8 lisible (ligne {ligne}) : docs/initier.md en montre un."
        ) from None
    fautes: list[str] = []
    tables = {t: _table(t, donnees.pop(t, []), fichier.parent, fautes) for t in TABLES}
    epci = _juger_tout("epci", "", donnees, fautes)
    tables_jugees = {
        t: [_juger_tout(t, f"{t}, n° {rang}, ", ligne, fautes) for rang, ligne in enumerate(lignes, 1)]
        for t, lignes in tables.items()
    }
    reponses = Reponses(epci, tables_jugees["communes"], tables_jugees["dispositifs"])
    _exiger(str(fichier), fautes or fautes_d_ensemble(reponses))
    return reponses


def _exiger(ou: str, fautes: list[str]) -> None:
    if fautes:
        raise ErreurMutualisation("\n- ".join([f"{ou} : à corriger", *fautes]))


def _table(nom: str, donnee: Any, dossier: Path, fautes: list[str]) -> list[dict[str, Any]]:
    if isinstance(donnee, list) and all(isinstance(ligne, dict) for ligne in donnee):
        return donnee
    if not isinstance(donnee, str):
        fautes.append(f"{nom} : des tables [[{nom}]], ou le chemin d'un fichier CSV ou XLSX, sont attendus")
        return []
    try:
        return _lignes_d_un_fichier(nom, dossier / donnee)
    except (LectureRefusee, OSError) as refus:
        fautes.append(f"{donnee} : {motif_refus(refus)}")
        return []


def _lignes_d_un_fichier(nom: str, chemin: Path) -> list[dict[str, Any]]:
    """Read the rows of a CSV or XLSX by our readers. Raises `LectureRefusee` or `OSError` when it can't be read."""
    colonnes = tuple(q.colonne for q in questions(nom).values())
    jeu = Jeu("initiation", nom, nom.capitalize(), "aucune", colonnes)
    lecteur = ouvrir(chemin, jeu, chemin.suffix.lower().lstrip("."), Limites.de_l_environnement())
    places = lecteur.entete.positions
    return [
        {cle: rangee[place] for cle, place in places.items()}
        for bloc in sans_total(lecteur.blocs())
        for rangee in bloc.a_la_largeur(lecteur.entete.largeur)
    ]


def _juger_tout(table: str, ou: str, donnees: dict[str, Any], fautes: list[str]) -> Ligne:
    """Judge each answer of a row, default included; add the faults to `fautes`."""
    connues, reponse_jugee = questions(table), {}
    for cle in donnees.keys() - connues.keys():
        (proche,) = difflib.get_close_matches(cle, connues, 1, 0.0)
        fautes.append(f"{ou}{cle} : question inconnue (la plus proche : {proche})")
    for nom, question in connues.items():
        reponse_jugee[nom], faute = question.juger(_en_texte(donnees.get(nom, "")))
        if faute:
            fautes.append(f"{ou}{nom} : {faute}")
    return reponse_jugee


def _en_texte(valeur: Any) -> str:
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    return " ".join(map(str, valeur)) if isinstance(valeur, list) else str(valeur)


# ---------------------------------------------------------------- a terminal
def interroger(saisir: Callable[[str], str], dire: Callable[[str], None]) -> Reponses:
    """Ask every question, again while its answer is refused; a table ends at an empty first answer. Raises
    `ErreurMutualisation` when answers contradict each other; `dire` then shows them as a file to mend."""
    epci = {nom: _poser_question(q, saisir, dire) for nom, q in questions("epci").items()}
    communes = _interroger_communes(saisir, dire)
    reponses = Reponses(epci, communes, _lignes_tapees("dispositifs", saisir, dire))
    if fautes := fautes_d_ensemble(reponses):
        dire(reponses.en_toml())
        _exiger("Réponses ci-dessus, à copier dans un fichier pour --depuis", fautes)
    return reponses


def _poser_question(question: Question, saisir: Callable[[str], str], dire: Callable[[str], None]) -> str:
    choix = f" ({' / '.join(question.colonne.valeurs)})" if question.colonne.valeurs else ""
    sinon = f" [{question.defaut}]" if question.defaut else ""
    while True:
        valeur, faute = question.juger(saisir(f"{question.demande}{choix}{sinon} : "))
        if not faute:
            return valeur
        dire(f"  {faute}")


def _interroger_communes(saisir: Callable[[str], str], dire: Callable[[str], None]) -> list[Ligne]:
    while fichier := saisir(
        "Fichier des communes, CSV ou XLSX : Nom, SIRET, Code INSEE, Population totale (vide : les saisir) : "
    ).strip():
        fautes: list[str] = []
        rangees = _table("communes", fichier, Path(), fautes)
        reponses = [_juger_tout("communes", f"n° {i}, ", ligne, fautes) for i, ligne in enumerate(rangees, 1)]
        if not fautes:
            return reponses
        dire("\n".join(fautes))
    return _lignes_tapees("communes", saisir, dire)


def _lignes_tapees(table: str, saisir: Callable[[str], str], dire: Callable[[str], None]) -> list[Ligne]:
    (premiere, question), *autres = questions(table).items()
    lignes: list[Ligne] = []
    while (texte := saisir(f"{question.demande} : ").strip()) or not lignes:
        if not texte:
            dire("  il en faut au moins une ligne")
            continue
        lignes.append({premiere: texte} | {nom: _poser_question(q, saisir, dire) for nom, q in autres})
    return lignes


# ---------------------------------------------------------------- what holds together
def _exercices(epci: Ligne) -> list[str]:
    return epci["exercices"].replace(",", " ").split()


def fautes_d_ensemble(r: Reponses) -> list[str]:
    """Say in French the faults that no single answer shows."""
    comptes = r.epci["comptes_usagers"].split()
    fautes = [f"exercices : « {e} » n'est pas une année" for e in _exercices(r.epci) if annee(e) is None]
    fautes += [] if _exercices(r.epci) else ["exercices : une année au moins est attendue"]
    fautes += [f"comptes_usagers : « {c} » n'est pas un compte" for c in comptes if not c.isdigit()]
    fautes += [f"compte donné deux fois : {c}" for c in _doublons([r.epci["compte_cee"], *comptes])]
    fautes += [f"{t} : il en faut au moins une ligne" for t in TABLES if not getattr(r, t)]
    fautes += [
        f"communes, {c['nom']}, code_insee : cinq caractères attendus, comme 01004 ou 2A004"
        for c in r.communes
        if not _INSEE.fullmatch(c["code_insee"])
    ]
    uniques = {
        "SIRET": [r.epci["siret"], *(c["siret"] for c in r.communes)],
        "code INSEE": [c["code_insee"] for c in r.communes],
        "code de dispositif": [d["code"] for d in r.dispositifs],
        "code d'activité": [*r.epci["activite_hors"].split(), *map(activite_de, r.dispositifs)],
        "clé comptable": [r.epci["axe_structure"], *map(cle_de, r.dispositifs)],
    }
    fautes += [f"{quoi} donné deux fois : {double}" for quoi, vus in uniques.items() for double in _doublons(vus)]
    insee = {c["code_insee"] for c in r.communes}
    return fautes + [
        f"dispositifs, {d['code']}, {faute}" for d in r.dispositifs for faute in _fautes_d_un_dispositif(d, insee)
    ]


def _fautes_d_un_dispositif(d: Ligne, insee: set[str]) -> Iterable[str]:
    if d["code"].upper() in RESERVES:
        yield "code : ce nom est réservé"
    if not _CODE.fullmatch(d["code"]):
        yield "code : des lettres, des chiffres et - _ . / seulement"
    yield from (f"communes : {c} n'est le code INSEE d'aucune" for c in d["communes"].split() if c not in insee)
    if d["regle"] not in SANS_MONTANT and not d["montant"]:
        yield f"montant : la règle {d['regle']} en veut un"
    if not 0 <= Decimal(pourcentage(d["part_communes"]) or 0) <= 100:
        yield "part_communes : de 0 à 100 (R1f)"
    if d["regle"] == "pourcentage" and not d["base"]:
        yield "base : un pourcentage en veut une"


def activite_de(dispositif: Ligne) -> str:
    """Return the code of a dispositif in time tracking and affectations."""
    return dispositif["activite"] or dispositif["code"]


def cle_de(dispositif: Ligne) -> str:
    """Return the code of a dispositif in the ledger."""
    return dispositif["cle"] or dispositif["code"]


def _doublons(valeurs: Iterable[str]) -> list[str]:
    return [v for v, fois in Counter(valeurs).items() if v and fois > 1]
