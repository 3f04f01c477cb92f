"""The documentation page of the sources, generated from the registry: docs/sources.md can't lie."""

from __future__ import annotations

from mutualisation.sources.jeux import TYPES, Colonne, Jeu
from mutualisation.sources.registre import registre


def page_sources() -> str:
    """Markdown page: one section per source, one table per jeu (colonne, obligatoire, lecture, unité)."""
    lignes = [
        "# Sources",
        "",
        "Page générée par `python -m mutualisation.sources.generation` depuis les déclarations : ne pas la modifier.",
        "`*` : jamais vide. Une colonne de plus est notée et ignorée ; l'ordre est libre.",
    ]
    for source in registre():
        lignes += ["", f"## {source.nom}/ — {source.libelle}", "", source.description]
        for jeu in source.jeux:
            lignes += _section(jeu)
    return "\n".join(lignes) + "\n"


def _section(jeu: Jeu) -> list[str]:
    formats = ", ".join(f".{e}" for e in jeu.extensions)
    attendu = {"annuel": " Attendu chaque année.", "mensuel": " Attendu chaque mois."}.get(jeu.attendu or "", "")
    titre = ["", f"### {jeu.forme_du_nom} ({formats})", "", f"{jeu.libelle}.{attendu}"]
    if jeu.format != "tabulaire":
        return titre
    return [*titre, "", "| colonne | lecture | unité |", "|---|---|---|", *(_ligne(c) for c in jeu.colonnes)]


def _ligne(colonne: Colonne) -> str:
    lecture = TYPES[colonne.type]
    if colonne.valeurs:
        lecture = ", ".join(f"`{v}`" for v in colonne.valeurs)
    return f"| {colonne.entete}{'*' if colonne.obligatoire else ''} | {lecture} | {colonne.unite or ''} |"
