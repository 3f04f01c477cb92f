"""What is generated from the registry, so that it can't disagree with it: dbt sources, page of the documentation.

`python -m mutualisation.sources.generation` writes both, and the context of the gates.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import yaml

from mutualisation.chemins import JEUX_DBT, PAGE_SOURCES, SOURCES_DBT, dossier_attentes
from mutualisation.sources.jeux import TYPES, Colonne, Jeu
from mutualisation.sources.registre import registre
from mutualisation.sources.sources_gx import ecrire_contexte

_EN_TETE = (
    "# Fichier généré par `python -m mutualisation.sources.generation` : ne pas modifier à la main.\n"
    "# Origine : include/mutualisation/sources/declarations/*.yml\n"
)
_TECHNIQUES = {
    "fichier_id": "Fichier d'où vient la ligne (journal.fichiers)",
    "ligne": "Ligne du fichier où commence la rangée (1 = première)",
    "defauts": "Ce qui rejette la ligne : <en-tête>|<motif>, NULL quand chaque cellule se lit",
    "delivre": "La ligne telle que livrée, ses cellules dans l'ordre des colonnes, séparées par U+001F",
}
_JOURNAL = {
    "fichiers": "Fichiers reçus, avec leur version, leur empreinte et leur statut",
    "fichiers_courants": "Le fichier qui compte pour chaque source, jeu et période (F1, F2)",
    "totaux": "Cellules de la ligne Total d'un fichier (F4)",
    "constructions": "Les constructions, avec leurs exercices et leur statut",
    "construction_courante": "La construction en cours : version et exercices demandés",
    "versions_closes": "Dernière version close de chaque exercice clos (K5)",
    "etapes_redressement": "Chiffres d'un exercice clos, recalculés en changeant ses fichiers par étapes (K6)",
}


def sources_dbt() -> str:
    """YAML of the dbt sources: one per source (schema `brut`, one table per jeu), and `journal`; a column a line.

    Each column carries, under `config.meta`, its type (lecture) and its header (entete).
    """
    lignes = ["version: 2", "sources:"]
    for source in registre():
        lignes += _source(source.nom, "brut", source.description or source.libelle)
        for jeu in source.jeux:
            lignes += _table(jeu)
    lignes += _source("journal", "journal", "Journal des chargements et des constructions")
    lignes += [f"      - {_en_ligne({'name': n, 'description': d})}" for n, d in _JOURNAL.items()]
    return _EN_TETE + "\n".join(lignes) + "\n"


def macro_jeux() -> str:
    """The dbt macros that name every jeu, and what measures it: what the graph does not say while a model is parsed."""
    noms = "".join(f"    ('{jeu.source}', '{jeu.nom}'),\n" for jeu in registre().jeux)
    mesures = "".join(f"    ('{j.source}', '{j.nom}', '{j.mesure.nom}'),\n" for j in registre().jeux if j.mesure)
    return (
        "{# Généré par `python -m mutualisation.sources.generation` : (source, jeu) of the registry. #}\n"
        f"{{% macro jeux() -%}}\n  {{{{ return([\n{noms}  ]) }}}}\n{{%- endmacro %}}\n"
        "\n{# (source, jeu, column that measures it). #}\n"
        f"{{% macro mesures_des_jeux() -%}}\n  {{{{ return([\n{mesures}  ]) }}}}\n{{%- endmacro %}}\n"
    )


def _source(nom: str, schema: str, texte: str) -> list[str]:
    return [f"  - name: {nom}", f"    schema: {schema}", f"    description: {_en_ligne(texte)}", "    tables:"]


def _table(jeu: Jeu) -> list[str]:
    meta: dict[str, Any] = {"source": jeu.source, "periode": jeu.periode, "instantane": jeu.instantane}
    if jeu.attendu:
        meta["attendu"] = jeu.attendu
    meta |= {cle: True for cle in ("silencieux", "personnes", "agents") if getattr(jeu, cle)}
    if jeu.regles:
        entetes = {c.nom: c.entete or c.nom for c in jeu.colonnes}
        meta["regles"] = [
            {"si": r.si, "faute": f"{entetes[r.colonne]}|{r.motif}"}
            | ({} if r.issue == "rejete" else {"issue": r.issue})
            for r in jeu.regles
        ]
    colonnes = [{"name": n, "description": d} for n, d in _TECHNIQUES.items()]
    colonnes += [_colonne(c) for c in jeu.colonnes_lues]
    return [
        f"      - name: {jeu.nom}",
        f"        description: {_en_ligne(jeu.libelle)}",
        f"        config: {_en_ligne({'meta': meta})}",
        "        columns:",
        *(f"          - {_en_ligne(colonne)}" for colonne in colonnes),
    ]


def _en_ligne(valeur: Any) -> str:
    """A value as YAML on one line."""
    texte = yaml.safe_dump(valeur, allow_unicode=True, sort_keys=False, default_flow_style=True, width=math.inf)
    return texte.removesuffix("\n").removesuffix("\n...")


def _colonne(colonne: Colonne) -> dict[str, Any]:
    meta = {"lecture": colonne.type} | ({"entete": colonne.entete} if colonne.entete else {})
    return {"name": colonne.nom, "description": colonne.description, "config": {"meta": meta}}


def page_sources() -> str:
    """Markdown page: one section per source, one table per jeu (colonne, obligatoire, lecture, unité)."""
    lignes = [
        "# Sources",
        "",
        "Page générée par `python -m mutualisation.sources.generation` depuis les déclarations : ne pas la modifier.",
        "`*` : jamais vide. Une colonne de plus est notée et ignorée ; l'ordre est libre.",
        "Ce que la porte refuse, et ce qui pourrait nommer une personne : [La porte](porte.md).",
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
    return [*titre, "", "| colonne | lecture | unité |", "|---|---|---|", *(_ligne_de_colonne(c) for c in jeu.colonnes)]


def _ligne_de_colonne(colonne: Colonne) -> str:
    lecture = TYPES[colonne.type]
    if colonne.valeurs:
        lecture = ", ".join(f"`{v}`" for v in colonne.valeurs)
    return f"| {colonne.entete}{'*' if colonne.obligatoire else ''} | {lecture} | {colonne.unite or ''} |"


def principal(arguments: list[str]) -> int:
    """Write, in a checkout, the dbt sources (to the path given, else in place), the macro of the jeux, the page of the
    documentation and the context of the gates."""
    cible = Path(arguments[0]) if arguments else SOURCES_DBT
    cible.parent.mkdir(parents=True, exist_ok=True)
    cible.write_text(sources_dbt(), encoding="utf-8")
    JEUX_DBT.write_text(macro_jeux(), encoding="utf-8")
    PAGE_SOURCES.write_text(page_sources(), encoding="utf-8")
    contexte = dossier_attentes() / "gx"
    ecrire_contexte(contexte)
    print(f"{cible}, {JEUX_DBT}, {PAGE_SOURCES} et {contexte} écrits.")
    return 0


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
