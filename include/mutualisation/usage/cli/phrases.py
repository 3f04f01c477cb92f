"""The command line speaks French: help panels, metadata of options, sentences of misuse."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from cyclopts import (
    CoercionError,
    CycloptsError,
    Group,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)
from cyclopts.help import DefaultFormatter
from cyclopts.help.specs import AsteriskColumn, ColumnSpec, CommandNameRenderer, NameRenderer
from rich.text import Text

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry
    from rich.console import Console, ConsoleOptions, RenderableType

COMMANDES = Group("Commandes")
OPTIONS = Group("Options")
PART_NOMS = 0.4
TYPES = {int: "un nombre entier", bool: "oui ou non"}


def decrire(entry: HelpEntry) -> RenderableType:
    """Return the description of an entry, then « obligatoire » where it is."""
    texte = Text(str(getattr(entry.description, "primary_renderable", entry.description) or "").strip())
    if entry.required:
        texte.append(" [obligatoire]", "cyclopts.required")
    return texte


def _colonnes(console: Console, options: ConsoleOptions, entries: list[HelpEntry]) -> tuple[ColumnSpec, ...]:  # noqa: ARG001
    largeur = int(console.width * PART_NOMS)
    rendu = NameRenderer if any(e.metavar or e.required for e in entries) else CommandNameRenderer
    noms = ColumnSpec(renderer=rendu(max_width=largeur), style="cyclopts.name", max_width=largeur)
    description = ColumnSpec(renderer=decrire, overflow="fold")
    return (AsteriskColumn, noms, description) if any(e.required for e in entries) else (noms, description)


class MiseEnForme(DefaultFormatter):
    """Show the panels of cyclopts with French columns, and its usage line after a French word."""

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:  # noqa: ARG002
        """Print « Utilisation : … »; the library would put « Usage: » before it."""
        console.print(Text(f"Utilisation : {usage}", "bold"), soft_wrap=True)


MISE_EN_FORME = MiseEnForme(column_specs=_colonnes)


def phrase_de_l_erreur(erreur: CycloptsError) -> str:
    """Say in one French sentence what is wrong with the command typed."""
    match erreur:
        case UnknownCommandError():
            return _commande_inconnue(erreur)
        case UnknownOptionError():
            nom = erreur.token.keyword or erreur.token.value
            connues = [n for argument in erreur.argument_collection for n in argument.names]
            return f"l'option « {nom} » n'existe pas{_nom_proche(nom, connues)}."
        case MissingArgumentError():
            donnee = erreur.keyword or any(t.keyword for t in (erreur.argument.tokens if erreur.argument else []))
            return f"l'option {_option(erreur)} {'attend une valeur' if donnee else 'est obligatoire'}."
        case RepeatArgumentError():
            return f"l'option {erreur.token.keyword} est donnée plusieurs fois."
        case CoercionError():
            attendu = TYPES.get(erreur.target_type or object, "une valeur d'une autre forme")
            valeur = erreur.token.value if erreur.token else ""
            return f"l'option {_option(erreur)} attend {attendu}, pas « {valeur} »."
        case UnusedCliTokensError():
            return f"« {' '.join(erreur.unused_tokens or [])} » est de trop."
    return "les options ne se lisent pas."


def _option(erreur: CycloptsError) -> str:
    return erreur.argument.name if erreur.argument else ""


def _commande_inconnue(erreur: UnknownCommandError) -> str:
    nom = (erreur.unused_tokens or [""])[0]
    connues = [c for c in (erreur.app or []) if not c.startswith("-")]
    return f"la commande « {nom} » n'existe pas{_nom_proche(nom, connues)} ; commandes : {', '.join(connues)}."


def _nom_proche(nom: str, connus: list[str]) -> str:
    proches = difflib.get_close_matches(nom, connus, n=1)
    return f" (vouliez-vous dire « {proches[0]} » ?)" if proches else ""
