"""Reader of DECP JSON: `marches.marche[]` (2022 format) and the format before 2024 (`marches[]`)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

# of the backends of ijson, the one that keeps a lone surrogate, which then refuses the file; yajl writes « ? »
from ijson.backends import python as ijson
from ijson.common import JSONError, ObjectBuilder

from mutualisation.ingestion.bloc import Bloc
from mutualisation.ingestion.limites import Limites, nombre_fr
from mutualisation.ingestion.octets import encodage
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.sources.jeux import Jeu

# (line, event of ijson, value)
Evenement = tuple[int, str, Any]

_OUVRANTS, _FERMANTS = {"start_map", "start_array"}, {"end_map", "end_array"}
# keys that lead to the contracts; None stands for the list itself
_LISTES = (["marches", None], ["marches", "marche", None])


class LecteurDecp:
    """One row per contract and titulaire, in the columns of the jeu; `ligne` is the line of the contract's object.

    LectureRefusee when the JSON is unreadable, too big, or holds no list of contracts.
    """

    entete = None

    def __init__(self, chemin: Path, jeu: Jeu, limites: Limites) -> None:
        if chemin.stat().st_size > limites.deploye:
            raise LectureRefusee(f"le JSON dépasse {nombre_fr(limites.deploye // 1024 // 1024)} Mo (F9).")
        self._chemin = chemin
        self._colonnes = [c.nom for c in jeu.colonnes_entrepot]
        self._encodage = encodage(chemin, ("utf-8",))
        self.dialecte: dict[str, object] = {"encodage": self._encodage}

    def blocs(self) -> Iterator[Bloc]:
        """One block of rows per contract."""
        for ligne, marche in _marches(_evenements(self._chemin, self._encodage)):
            rangees = [[v.get(c, "") for c in self._colonnes] for v in _rangees(marche)]
            yield Bloc([ligne] * len(rangees), rangees, True)


def _evenements(chemin: Path, code: str) -> Iterator[Evenement]:
    """The events of the JSON, streamed. LectureRefusee where it is broken."""
    with chemin.open("rb") as f:
        f.seek(len(codecs.BOM_UTF8) if code == "utf-8-sig" else 0)
        lignes = _Lignes(f)
        try:
            for evenement, valeur in ijson.basic_parse(lignes):
                yield lignes.numero, evenement, valeur
        except (JSONError, ValueError, ArithmeticError):
            raise LectureRefusee(
                f"ligne {lignes.numero} : le JSON est illisible, le valider et le redéposer."
            ) from None


class _Lignes:
    """A file given to ijson line by line, since its events don't say where they stand."""

    def __init__(self, fichier: BinaryIO) -> None:
        self._fichier = fichier
        self._finie = True
        self.numero = 0

    def read(self, taille: int) -> bytes:
        """The next line, or a part of it when it is longer than `taille` bytes; ijson asks for 0 first."""
        tranche = self._fichier.readline(taille)
        if tranche:
            self.numero += self._finie
            self._finie = tranche.endswith(b"\n")
        return tranche


def _marches(evenements: Iterator[Evenement]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, contract) of each contract. LectureRefusee where no list of contracts is."""
    # the key read last in each open object, None in a list
    chemin: list[str | None] = []
    trouvee = False
    for ligne, evenement, valeur in evenements:
        if chemin in _LISTES and evenement != "end_array":
            if evenement != "start_map":
                raise LectureRefusee(f"ligne {ligne} : un marché doit être un objet JSON.")
            marche = _objet(evenements)
            yield ligne, marche["marche"] if isinstance(marche.get("marche"), dict) else marche
        elif evenement == "map_key":
            chemin[-1] = valeur
        elif evenement in _OUVRANTS:
            chemin.append("" if evenement == "start_map" else None)
            trouvee = trouvee or chemin in _LISTES
        elif evenement in _FERMANTS:
            chemin.pop()
    if not trouvee:
        raise LectureRefusee(
            "aucune liste de marchés sous « marches » ou « marches.marche » : ce n'est pas un fichier DECP."
        )


def _objet(evenements: Iterator[Evenement]) -> dict[str, Any]:
    """The object whose `{` was just read."""
    objet = ObjectBuilder()
    objet.event("start_map", None)
    profondeur = 1
    while profondeur:
        _, evenement, valeur = next(evenements)
        objet.event(evenement, valeur)
        profondeur += (evenement in _OUVRANTS) - (evenement in _FERMANTS)
    return dict(objet.value)


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
