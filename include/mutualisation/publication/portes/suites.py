"""Read the suites of `expectations/gx`: what has to be judged, and the French sentences of what fails.

Great Expectations runs them; the files are read here too, so that what was run is counted against what was declared.
Beside `type`, `kwargs`, `severity`, `description`, `notes`, the key `meta` of an expectation may hold `nom`, `message`
(a sentence whose `{column}` fields come from a row at fault), `remede`, `decisions`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutualisation.socle.chemins import dossier_attentes
from mutualisation.socle.erreurs import ControleEchoue

SQL_EXACT = "unexpected_rows_expectation"


class _Valeurs(dict[str, Any]):
    def __missing__(self, cle: str) -> str:
        return f"{{{cle}}}"  # the checkpoint does not give that column


@dataclass(frozen=True)
class Attente:
    """An expectation belongs to the suite `suite`; `libelle` names in French the rows that it judges."""

    nom: str
    type: str
    kwargs: Mapping[str, Any]
    severity: str
    description: str
    message: str = ""
    remede: str = ""
    decisions: tuple[str, ...] = ()
    suite: str = ""
    libelle: str = ""

    @property
    def bloque(self) -> bool:
        """Say whether a failure fails the gate."""
        return self.severity == "critical"

    @property
    def lot(self) -> str:
        """Return the last part of the name of the suite: a jeu, for those of the sources."""
        return self.suite.rpartition(".")[2]

    def phrase(self, ligne: Mapping[str, Any]) -> str:
        """Say in French what is wrong with one row, with the values found and the remedy."""
        valeurs = {cle: "non renseigné" if valeur is None else valeur for cle, valeur in ligne.items()}
        remede = valeurs.get("remede") or self.remede
        texte = (self.message or self.description).format_map(_Valeurs(valeurs))
        return f"{texte} — {remede}" if remede else texte


@dataclass(frozen=True)
class Suite:
    """A suite judges some rows; the sum of its column `total` is compared with that of the former delivery."""

    nom: str
    attentes: tuple[Attente, ...]
    total: str = ""


def echec(porte: str, phrase: str) -> ControleEchoue:
    """Return the error to raise when a gate could not judge."""
    return ControleEchoue([f"porte {porte} : {phrase}"])


def lire_point(porte: str, nom: str) -> list[Suite]:
    """Read the suites that the checkpoint `nom` runs, in its order. Raises `ControleEchoue` (« porte … ») when a file
    is missing, unreadable or empty, or a declaration is wrong: a gate without its suite has failed."""
    point = _json(porte, Path("checkpoints") / f"{nom}.json")
    definitions = [Path("validation_definitions") / f"{d['name']}.json" for d in point["validation_definitions"]]
    return [_lire_suite(porte, _json(porte, definition)["suite"]["name"]) for definition in definitions]


def nom_de(suite: str, type_: str, kwargs: Mapping[str, Any], meta: Mapping[str, Any] | None) -> str:
    """Return the name of an expectation within its gate: its own, else that of its rows, columns and type."""
    if meta and meta.get("nom"):
        return str(meta["nom"])
    colonnes = kwargs.get("column") or "_".join(kwargs.get("column_list") or ())
    return ".".join(filter(None, [suite.rpartition(".")[2], str(colonnes), type_.removeprefix("expect_")]))


def fichier_de(suite: str) -> Path:
    """Return where a suite is written, under `expectations/gx`."""
    return Path("expectations", *suite.split(".")).with_suffix(".json")


def _lire_suite(porte: str, nom: str) -> Suite:
    contenu, fichier = _json(porte, fichier_de(nom)), fichier_de(nom)
    meta = contenu.get("meta") or {}
    try:
        attentes = tuple(_attente(nom, str(meta.get("libelle", nom)), ecrite) for ecrite in contenu["expectations"])
    except (KeyError, TypeError, ValueError, AttributeError) as faute:
        absente = isinstance(faute, KeyError)
        raison = f"il manque la clé « {faute.args[0]} »" if absente else "une valeur y est d'une autre forme"
        raise echec(porte, f"la suite {fichier} est mal écrite ({raison}) — la corriger") from None
    if not attentes:
        raise echec(porte, f"la suite {fichier} est vide — y déclarer des attentes")
    return Suite(nom, attentes, str(meta.get("total", "")))


def _attente(suite: str, libelle: str, ecrite: Mapping[str, Any]) -> Attente:
    type_, kwargs, meta = str(ecrite["type"]), dict(ecrite["kwargs"]), ecrite.get("meta") or {}
    return Attente(
        nom_de(suite, type_, kwargs, meta),
        type_,
        kwargs,
        str(ecrite.get("severity", "critical")),
        str(ecrite["description"]),
        message=str(meta.get("message", "")),
        remede=str(meta.get("remede", "")),
        decisions=tuple(meta.get("decisions", ())),
        suite=suite,
        libelle=libelle,
    )


def _json(porte: str, chemin: Path) -> dict[str, Any]:
    try:
        contenu = json.loads((dossier_attentes() / "gx" / chemin).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise echec(porte, f"la suite d'attentes {chemin} manque — l'écrire") from None
    except UnicodeDecodeError:
        raise echec(porte, f"la suite {chemin} n'est pas en UTF-8 — la réécrire") from None
    except json.JSONDecodeError as faute:
        ou = f"la suite {chemin}, ligne {faute.lineno}"
        raise echec(porte, f"{ou} ne se lit pas — corriger son JSON (virgules, guillemets)") from None
    if not isinstance(contenu, dict):
        raise echec(porte, f"la suite {chemin} est vide — y déclarer des attentes")
    return contenu
