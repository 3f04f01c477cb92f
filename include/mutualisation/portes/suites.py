"""Suites of `expectations/`: expectations of Great Expectations, in its own vocabulary; adding one is YAML alone.

    lots:
      - lot: mandats                      # a batch that the gate provides, or one of its own with `requete`
        severity: warning                 # of the expectations that say nothing else
        montre: [chemin, attendu]         # columns that a sentence may quote; without it, counts only
        attentes:
          - type: expect_column_values_to_be_in_set
            severity: warning             # critical (the default) blocks, warning is reported, info is noted
            kwargs: {column: statut, value_set: [Émis, Payé], row_condition: {origine: csv, motif: null}}
            description: Le statut est un statut connu

In the suite of a source, a column is what the registry reads in its cells: NULL when they can't be read, the value of
the contract for an enumeration, whose `value_set` may be left out.

`message`, `remede` complete the sentence of a row; `notes` says why an `unexpected_rows_expectation` needs SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from mutualisation.erreurs import ControleEchoue

SEVERITES = ("critical", "warning", "info")
SQL_EXACT = "unexpected_rows_expectation"
CHAQUE_JEU = "chaque_jeu"
_CLES_SUITE = frozenset({"libelle", "totaux", "lots"})
_CLES_LOT = frozenset({"lot", "libelle", "requete", "montre", "severity", "attentes"})


@dataclass(frozen=True)
class Attente:
    """One expectation: its `type`, `kwargs` and `severity` are those of Great Expectations.

    `nom` names it within its suite; `message` is a French sentence whose `{column}` fields come from a row at fault;
    `fichier`: where it is written, under `expectations/`; `lot`: the batch that it judges.
    """

    nom: str
    type: str
    kwargs: Mapping[str, Any]
    severity: str
    description: str
    message: str = ""
    remede: str = ""
    decisions: tuple[str, ...] = ()
    fichier: str = ""
    lot: str = ""

    @property
    def bloque(self) -> bool:
        """True when a failure fails the gate."""
        return self.severity == "critical"

    def phrase(self, ligne: Mapping[str, Any]) -> str:
        """The French sentence of one row at fault, with the values found and the remedy."""
        valeurs = {cle: "non renseigné" if valeur is None else valeur for cle, valeur in ligne.items()}
        remede = valeurs.get("remede") or self.remede
        texte = (self.message or self.description).format_map(valeurs)
        return f"{texte} — {remede}" if remede else texte


_CLES_ATTENTE = frozenset(f.name for f in fields(Attente)) - {"fichier", "lot"} | {"notes"}


@dataclass(frozen=True)
class Lot:
    """The rows that some expectations judge: a batch of Great Expectations.

    `requete`: its query, when the gate does not provide it under `nom`; `montre`: columns that a sentence may quote.
    """

    nom: str
    attentes: tuple[Attente, ...]
    requete: str = ""
    montre: tuple[str, ...] = ()
    libelle: str = ""


@dataclass(frozen=True)
class Suite:
    """The expectations of one gate, by batch; `totaux`: the column of each jeu whose sum is compared."""

    nom: str
    libelle: str
    lots: tuple[Lot, ...]
    totaux: Mapping[str, str]

    @property
    def attentes(self) -> list[Attente]:
        """Every expectation, in the order of the file."""
        return [attente for lot in self.lots for attente in lot.attentes]


class _MalEcrite(ValueError):
    """A declaration that is wrong, in French."""


def suites_de(porte: str, dossier: Path, attendues: Sequence[str], *, seules: bool = False) -> list[Path]:
    """The suites of a folder by name, else the first expected there, which is then said to be missing.

    Raises `ControleEchoue` when another file lies there, or with `seules` one that is not expected: nobody would read
    what it declares.
    """
    fichiers = sorted(f for f in dossier.glob("*") if not f.name.startswith("."))
    if autres := [f.name for f in fichiers if f.suffix != ".yml" or (seules and f.name not in attendues)]:
        permises = ", ".join(attendues) if seules else "un nom en .yml"
        raise ControleEchoue(
            [
                f"porte {porte} : {', '.join(autres)} n'est pas une suite d'attentes de expectations/{dossier.name} et "
                f"ne serait lu par rien (attendu : {permises}) — renommer ou retirer"
            ]
        )
    return fichiers or [dossier / attendues[0]]


def lire_suite(nom: str, chemins: Iterable[Path], valeurs: Mapping[str, str] | None = None, porte: str = "") -> Suite:
    """The suite written in `chemins`, all of them; `{name}` of `valeurs` is replaced in the queries.

    Raises `ControleEchoue` (« porte … », by default `nom`) when a file is missing, unreadable or empty, or a
    declaration is wrong: a gate without its suite has failed.
    """
    porte = porte or nom
    contenus = {chemin: _contenu(porte, chemin) for chemin in chemins}
    suite = Suite(
        nom,
        " ".join(str(contenu.get("libelle", "")) for contenu in list(contenus.values())[-1:]),
        tuple(lot for chemin, contenu in contenus.items() for lot in _lots(porte, chemin, contenu, valeurs or {})),
        {jeu: colonne for contenu in contenus.values() for jeu, colonne in contenu.get("totaux", {}).items()},
    )
    _verifier(porte, suite)
    return suite


def _contenu(porte: str, chemin: Path) -> dict[str, Any]:
    fichier = _fichier(chemin)
    try:
        contenu = yaml.safe_load(chemin.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ControleEchoue([f"porte {porte} : la suite d'attentes {fichier} manque — l'écrire"]) from None
    except UnicodeDecodeError:
        raise ControleEchoue([f"porte {porte} : la suite {fichier} n'est pas en UTF-8 — la réécrire"]) from None
    except yaml.YAMLError as faute:
        marque = getattr(faute, "problem_mark", None)
        ligne = f", ligne {marque.line + 1}" if marque else ""
        raise ControleEchoue(
            [f"porte {porte} : la suite {fichier}{ligne} ne se lit pas — corriger son YAML (retraits, guillemets)"]
        ) from None
    if not isinstance(contenu, dict) or not contenu.get("lots"):
        raise ControleEchoue([f"porte {porte} : la suite {fichier} est vide — y déclarer des attentes"])
    return contenu


def _lots(porte: str, chemin: Path, contenu: dict[str, Any], valeurs: Mapping[str, str]) -> list[Lot]:
    fichier = _fichier(chemin)
    try:
        _connu(contenu, _CLES_SUITE, "suite")
        lots = [_lot(brut, valeurs) for brut in contenu["lots"]]
    except (TypeError, KeyError, ValueError, AttributeError) as faute:
        raison = _raison(faute)
        raise ControleEchoue([f"porte {porte} : la suite {fichier} est mal écrite ({raison}) — la corriger"]) from None
    return [replace(lot, attentes=tuple(replace(a, fichier=fichier) for a in lot.attentes)) for lot in lots]


def _raison(faute: Exception) -> str:
    """In French, whatever Python said."""
    if isinstance(faute, _MalEcrite):
        return str(faute)
    if isinstance(faute, KeyError):
        return f"il manque la clé « {faute.args[0]} »"
    return "une liste, une clé ou une valeur n'a pas la forme attendue"


def _fichier(chemin: Path) -> str:
    return f"{chemin.parent.name}/{chemin.name}"


def _lot(brut: dict[str, Any], valeurs: Mapping[str, str]) -> Lot:
    nom = str(_connu(brut, _CLES_LOT, "lot")["lot"])
    defaut = {"severity": brut.get("severity", "critical")}
    attentes = tuple(_attente(nom, defaut | a, valeurs) for a in brut.get("attentes") or ())
    if not attentes:
        raise _MalEcrite(f"lot {nom} : aucune attente déclarée")
    montre = tuple(map(str, brut.get("montre", ())))
    for attente in attentes:
        if caches := _champs(attente) - set(montre):
            raise _MalEcrite(f"lot {nom} : la phrase de {attente.nom} cite {sorted(caches)}, absents de « montre »")
    return Lot(nom, attentes, _sql(str(brut.get("requete", "")), valeurs), montre, str(brut.get("libelle", "")))


def _champs(attente: Attente) -> set[str]:
    """Columns that the sentence of a native expectation quotes; those of an SQL one come from its own query."""
    if attente.type == SQL_EXACT:
        return set()
    return {champ for _, champ, _, _ in Formatter().parse(attente.message) if champ}


def _attente(lot: str, brut: dict[str, Any], valeurs: Mapping[str, str]) -> Attente:
    _connu(brut, _CLES_ATTENTE, f"lot {lot}, attente")
    type_, kwargs = str(brut["type"]), dict(brut.get("kwargs") or {})
    severity = str(brut["severity"])
    if severity not in SEVERITES:
        raise _MalEcrite(f"severity « {severity} » inconnue (permis : {', '.join(SEVERITES)})")
    if type_ == SQL_EXACT:
        if not brut.get("notes"):
            raise _MalEcrite(f"lot {lot} : {SQL_EXACT} sans « notes » qui dise ce que seul le SQL sait comparer")
        kwargs["unexpected_rows_query"] = _sql(str(kwargs["unexpected_rows_query"]), valeurs)
    return Attente(
        nom=str(brut.get("nom") or _nom(lot, type_, kwargs)),
        type=type_,
        kwargs=kwargs,
        severity=severity,
        description=" ".join(str(brut["description"]).split()),
        message=str(brut.get("message", "")).strip(),
        remede=str(brut.get("remede", "")).strip(),
        decisions=tuple(brut.get("decisions", ())),
        lot=lot,
    )


def _nom(lot: str, type_: str, kwargs: Mapping[str, Any]) -> str:
    colonnes = kwargs.get("column") or "_".join(kwargs.get("column_list", ()))
    return ".".join(filter(None, [lot, str(colonnes), type_.removeprefix("expect_")]))


def _sql(requete: str, valeurs: Mapping[str, str]) -> str:
    for nom, valeur in valeurs.items():
        requete = requete.replace("{" + nom + "}", valeur)
    return requete.strip()


def _connu(brut: dict[str, Any], cles: frozenset[str], ou: str) -> dict[str, Any]:
    if inconnues := sorted(set(brut) - cles):
        raise _MalEcrite(f"{ou} : clés inconnues {', '.join(inconnues)}")
    return brut


def _verifier(porte: str, suite: Suite) -> None:
    noms = [attente.nom for attente in suite.attentes]
    if doubles := sorted({nom for nom in noms if noms.count(nom) > 1}):
        raise ControleEchoue([f"porte {porte} : attentes de même nom {', '.join(doubles)} — en renommer une"])


def colonnes_citees(lot: Lot) -> set[str]:
    """Names of the columns that the expectations of a batch read, and nothing else of its rows."""
    citees: set[str] = set()
    for attente in lot.attentes:
        for cle, valeur in attente.kwargs.items():
            if re.fullmatch(r"column(_[AB])?", cle):
                citees.add(str(valeur))
            elif cle in ("column_list", "column_set") or cle == "row_condition":
                citees.update(map(str, valeur))
    return citees
