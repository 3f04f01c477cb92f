"""Reader of DECP JSON: `marches.marche[]` (2022 format) and the format before 2024 (`marches[]`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from mutualisation.ingestion.commun import Bloc, LectureRefusee, Limites, nombre_fr
from mutualisation.ingestion.octets import encodage
from mutualisation.sources.registre import Jeu

_BLANCS = " \t\r\n"


class LecteurDecp:
    """One row per contract and titulaire, in the columns of the jeu; `ligne` is the line of the contract's object.

    LectureRefusee when the JSON is unreadable, too big, or holds no list of contracts.
    """

    entete = None

    def __init__(self, chemin: Path, jeu: Jeu, limites: Limites) -> None:
        taille = chemin.stat().st_size
        if taille == 0:
            raise LectureRefusee("le fichier est vide (0 octet) : le redéposer (F6).")
        if taille > limites.deploye:
            raise LectureRefusee(f"le JSON dépasse {nombre_fr(limites.deploye // 1024 // 1024)} Mo (F9).")
        code = encodage(chemin, ("utf-8",))
        self._texte = chemin.read_text(encoding=code)
        self._colonnes = [c.nom for c in jeu.colonnes_entrepot]
        self.dialecte: dict[str, object] = {"encodage": code}

    def blocs(self) -> Iterator[Bloc]:
        """One block of rows per contract."""
        try:
            for ligne, marche in _marches(self._texte):
                rangees = [[v.get(c, "") for c in self._colonnes] for v in _rangees(marche)]
                yield Bloc([ligne] * len(rangees), rangees, True)
        except (ValueError, RecursionError) as e:
            ou = f"ligne {e.lineno} : " if isinstance(e, json.JSONDecodeError) else ""
            raise LectureRefusee(f"{ou}le JSON est illisible : le valider et le redéposer.") from None


def _marches(texte: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, contract) of each contract, decoded one by one: the position gives the line."""
    lecteur = json.JSONDecoder(parse_float=Decimal)
    position = _debut_liste(texte, lecteur)
    ligne, compte = 1, 0
    while True:
        position = _blancs(texte, position)
        if texte.startswith("]", position):
            return
        ligne += texte.count("\n", compte, position)
        compte = position
        marche, position = lecteur.raw_decode(texte, position)
        if not isinstance(marche, dict):
            raise LectureRefusee(f"ligne {ligne} : un marché doit être un objet JSON.")
        yield ligne, marche.get("marche", marche) if isinstance(marche.get("marche"), dict) else marche
        position = _blancs(texte, position)
        if texte.startswith(",", position):
            position += 1
        elif not texte.startswith("]", position):
            raise json.JSONDecodeError("", texte, position)


def _debut_liste(texte: str, lecteur: json.JSONDecoder) -> int:
    """Position after the `[` of the contracts: `{"marches": {"marche": [` or `{"marches": [`."""
    position = _valeur_de(texte, lecteur, _blancs(texte, 0), "marches")
    if texte.startswith("{", position):
        position = _valeur_de(texte, lecteur, position, "marche")
    if not texte.startswith("[", position):
        raise LectureRefusee("« marches » ne contient pas de liste de marchés : ce n'est pas un fichier DECP.")
    return position + 1


def _valeur_de(texte: str, lecteur: json.JSONDecoder, position: int, cle: str) -> int:
    if not texte.startswith("{", position):
        raise LectureRefusee(f"l'objet JSON qui porte « {cle} » manque : ce n'est pas un fichier DECP.")
    position = _blancs(texte, position + 1)
    while not texte.startswith("}", position):
        nom, position = lecteur.raw_decode(texte, position)
        position = _blancs(texte, position)
        if not texte.startswith(":", position):
            raise json.JSONDecodeError("", texte, position)
        position = _blancs(texte, position + 1)
        if nom == cle:
            return position
        _, position = lecteur.raw_decode(texte, position)
        position = _blancs(texte, position)
        if texte.startswith(",", position):
            position = _blancs(texte, position + 1)
    raise LectureRefusee(f"la clé « {cle} » manque : ce n'est pas un fichier DECP de marchés.")


def _blancs(texte: str, position: int) -> int:
    while position < len(texte) and texte[position] in _BLANCS:
        position += 1
    return position


def _rangees(marche: dict[str, Any]) -> list[dict[str, str]]:
    commun = {
        "identifiant": _texte(marche.get("id")),
        "siret_acheteur": _identifiant(marche.get("acheteur")),
        "date_notification": _texte(marche.get("dateNotification")),
        "montant": _texte(marche.get("montant")),
    }
    titulaires = marche.get("titulaires")
    if isinstance(titulaires, dict):
        titulaires = titulaires.get("titulaire", [titulaires])
    if isinstance(titulaires, dict):
        titulaires = [titulaires]
    if not isinstance(titulaires, list):
        titulaires = []
    sirets = [_identifiant(t.get("titulaire", t) if isinstance(t, dict) else t) for t in titulaires]
    return [commun | {"siret_titulaire": s} for s in sirets or [""]]


def _identifiant(valeur: Any) -> str:
    return _texte(valeur.get("id")) if isinstance(valeur, dict) else ""


def _texte(valeur: Any) -> str:
    if valeur is None or isinstance(valeur, (dict, list, bool)):
        return ""
    if isinstance(valeur, Decimal):
        return format(valeur, "f") if valeur.is_finite() and abs(valeur.adjusted()) < 40 else str(valeur)
    return str(valeur)
