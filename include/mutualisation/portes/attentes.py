"""Declarative suites of `expectations/`: each expectation is one SQL query that returns the rows at fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

CHAMPS = frozenset({"nom", "libelle", "decisions", "requete", "message", "remede"})
# SQLAlchemy would take « :mot » for a bound parameter; « :: » is a cast.
PARAMETRE_SQLALCHEMY = re.compile(r"(?<!:):(?=[A-Za-z_])")


@dataclass(frozen=True)
class Attente:
    """One expectation.

    `requete` returns a row per defect, none when all is well; `{batch}` names the checked batch. `message` is a
    French sentence whose `{column}` fields are filled from such a row; `remede` tells how to mend it; `decisions`
    are ids of `contrat/`.
    """

    nom: str
    libelle: str
    decisions: tuple[str, ...]
    requete: str
    message: str
    remede: str

    def pour_moteur(self) -> dict[str, Any]:
        """What the engine needs, ready for JSON."""
        return asdict(self) | {"decisions": list(self.decisions)}

    def phrase(self, ligne: Mapping[str, Any]) -> str:
        """The French sentence of one defect, with the values found and the remedy."""
        valeurs = {cle: "non renseigné" if valeur is None else valeur for cle, valeur in ligne.items()}
        remede = valeurs.get("remede") or self.remede
        return f"{self.message.format_map(valeurs)} — {remede}"


def lire_suite(chemin: Path, valeurs: Mapping[str, str] | None = None) -> list[Attente]:
    """The expectations of a YAML file, in its order; `{name}` of `valeurs` is replaced in the queries.

    Raises `ValueError` on a missing or unknown field, an empty suite, or a name given twice.
    """
    contenu = yaml.safe_load(chemin.read_text(encoding="utf-8"))
    attentes = [_attente(chemin, brute, valeurs or {}) for brute in contenu.get("attentes") or []]
    verifier_noms(chemin.name, attentes)
    return attentes


def verifier_noms(suite: str, attentes: Iterable[Attente]) -> None:
    """Raise `ValueError` when a suite is empty or names an expectation twice."""
    noms = [attente.nom for attente in attentes]
    if not noms:
        raise ValueError(f"{suite} : aucune attente déclarée")
    doubles = sorted({nom for nom in noms if noms.count(nom) > 1})
    if doubles:
        raise ValueError(f"{suite} : attentes de même nom {', '.join(doubles)}")


def _attente(chemin: Path, brute: dict[str, Any], valeurs: Mapping[str, str]) -> Attente:
    if set(brute) != CHAMPS:
        ecart = sorted(set(brute) ^ CHAMPS)
        raise ValueError(f"{chemin.name}, attente {brute.get('nom')} : champs manquants ou inconnus {ecart}")
    requete = str(brute["requete"]).strip()
    for nom, valeur in valeurs.items():
        requete = requete.replace("{" + nom + "}", valeur)
    return Attente(
        nom=brute["nom"],
        libelle=brute["libelle"],
        decisions=tuple(brute["decisions"]),
        requete=PARAMETRE_SQLALCHEMY.sub(r"\\:", requete),
        message=str(brute["message"]).strip(),
        remede=str(brute["remede"]).strip(),
    )
