"""The registry and the words of a referentiel generate what repeats them, so that it can't disagree with them.

Generated are what dbt and Great Expectations are told of a jeu, dbt of a parameter, and two pages of the documentation.
`python outils/generation.py` writes all of it, in a checkout. The suites of Great Expectations are written by hand; the
asset of a jeu, its validation definition and the checkpoint of its source follow from the registry."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from mutualisation.entree.lecteurs.entete import normaliser
from mutualisation.entree.sources.jeux import TYPES, Colonne, Jeu, Source
from mutualisation.entree.sources.registre import registre
from mutualisation.entree.sources.vocabulaire import EFFETS_DE_MODE, Parametre, modes_qui, page, vocabulaire
from mutualisation.socle.chemins import PROJET_DBT, RACINE, VUES_BI

PAGE_SOURCES = RACINE / "docs" / "sources.md"
PAGE_PARAMETRES = RACINE / "docs" / "parametres.md"
SOURCES_DBT = PROJET_DBT / "models" / "staging" / "_sources.yml"
JEUX_DBT = PROJET_DBT / "macros" / "jeux.sql"
VOCABULAIRE_DBT = PROJET_DBT / "macros" / "vocabulaire.sql"
CONTEXTE = RACINE / "expectations" / "gx"
_EN_TETE = (
    "# Fichier généré par `python outils/generation.py` : ne pas modifier à la main.\n"
    "# Origine : include/mutualisation/entree/sources/declarations/*.yml\n"
)
_TECHNIQUES = {
    "fichier_id": "Fichier d'où vient la ligne (journal.fichiers)",
    "ligne": "Ligne du fichier où commence la rangée (1 = première)",
    "defauts": "Ce qui rejette la ligne : <en-tête>|<motif>, NULL quand chaque cellule se lit",
    "delivre": "Les cellules telles que livrées, séparées par U+001F ; vide : ce que dit la colonne typée",
}
# beside the jeux, a build and the views of `bi` read these, by schema
_AUTRES = {
    "journal": {
        "": "Journal des chargements et des constructions",
        "fichiers": "Fichiers reçus, avec leur version, leur empreinte et leur statut",
        "fichiers_courants": "Le fichier qui compte pour chaque source, jeu et période (F1, F2)",
        "codes_nommes": "Codes que le référentiel a nommés, par leur empreinte (K9)",
        "totaux": "Cellules de la ligne Total d'un fichier (F4)",
        "constructions": "Les constructions, avec leurs exercices et leur statut",
        "construction_courante": "La construction en cours : version et exercices demandés",
        "groupes_lus": "Groupes de coût moyen que chaque construction a lus (R2j)",
        "versions_closes": "Dernière version close de chaque exercice clos (K5)",
        "atterrissages": "Où finirait chaque exercice d'après sa dernière situation (R22)",
        "situations": "Dernière situation de chaque exercice, mois par mois (R22)",
        "etapes_redressement": "Chiffres d'un exercice clos, recalculés en changeant ses fichiers par étapes (K6)",
        "sceaux": "Énoncés de ce qui a été publié, dans l'ordre (K10)",
        "clotures": "Exercices clos, et par qui (K5)",
        "publications": "La version publiée de chaque exercice",
    },
    "versions": {
        "": "Ce qui a été publié, toutes versions gardées",
        "encaissement": "Restes à recouvrer de chaque version",
        "marches_en_vigueur": "Marchés de chaque version",
        "mois_de_l_exercice": "Mois de chaque version (R22b)",
        "recouvrement": "Dû et titré de chaque version",
        "redressement": "Causes d'écart de chaque version à la close qui la précède (K6)",
        "synthese_financiere": "Synthèse de chaque version",
        "cout_unitaire": "Coûts unitaires de chaque version",
        "cout_adherent": "Coûts d'usage et dus de chaque version",
        "prevision": "Prévisions de chaque version",
        "cout_moyen": "Coûts moyens de chaque version",
        "couts_figes": "Coûts exacts de chaque version",
        "groupes_lus": "Groupes de coût moyen calculés avec chaque version",
    },
    "publication": {
        "": "Ce qui est publié avant la construction",
        "synthese_financiere": "Synthèse publiée",
        "cout_unitaire": "Coûts unitaires publiés",
        "indicateurs_cles": "Indicateurs publiés",
    },
}
# In great_expectations.yml, the assets of the jeux follow this line
REPERE = "      # generated: python outils/generation.py\n"
LOT = "tout"
# Counts alone leave the server: a row of a jeu may be an agent's
DECOMPTES = {"result_format": "BASIC", "partial_unexpected_count": 0}


# ---------------------------------------------------------------- dbt, and the documentation
def sources_dbt() -> str:
    """Return the YAML of the dbt sources: one per source (schema `brut`, one table per jeu), then `_AUTRES`. Each
    column has its line and carries, under `config.meta`, its type (lecture) and its header (entete)."""
    techniques = [f"  - &{n} {_en_ligne({'name': n, 'description': d})}" for n, d in _TECHNIQUES.items()]
    lignes = ["version: 2", "anchors:", *techniques, "sources:"]
    for source in registre():
        lignes += _source(source.nom, "brut", source.description or source.libelle)
        for jeu in source.jeux:
            lignes += _table(jeu)
    for schema, tables in _AUTRES.items():
        lignes += _source(schema, schema, tables[""])
        lignes += [f"      - {_en_ligne({'name': n, 'description': d})}" for n, d in tables.items() if n]
    return _EN_TETE + "\n".join(lignes) + "\n"


def vues_de_bi() -> str:
    """Return the TOML of the views of `bi`: their SQL as dbt compiles it, and what it reads. No server is asked."""
    with tempfile.TemporaryDirectory() as cible:
        dbt = [
            str(Path(sys.executable).with_name("dbt")),
            "compile",
            "--target",
            "publie",
            "--quiet",
            "--no-introspect",
        ]
        dossiers = ["--target-path", cible, "--log-path", cible, "--no-populate-cache", "--select", "models/bi,tag:vue"]
        subprocess.run([*dbt, *dossiers], cwd=PROJET_DBT, check=True)
        noeuds = json.loads((Path(cible) / "manifest.json").read_bytes())["nodes"].values()
    vues = {n["name"]: n for n in noeuds if n["schema"] == "bi" and n.get("compiled_code")}
    lignes = ["# Généré par `python outils/generation.py`, d'après dbt_project/models/bi."]
    for nom, n in sorted(vues.items()):
        lit = sorted(i.split(".")[-1] for i in n["depends_on"]["nodes"] if ".journal." not in i)
        lignes += ["", f"[{nom}]", f"lit = {json.dumps(lit)}", "requete = '''", n["compiled_code"].strip(), "'''"]
    return "\n".join(lignes) + "\n"


def macro_jeux() -> str:
    """Write the dbt macros that name every jeu and its measure, which the graph lacks while a model is parsed."""
    noms = "".join(f"    ('{jeu.source}', '{jeu.nom}'),\n" for jeu in registre().jeux)
    mesures = "".join(f"    ('{j.source}', '{j.nom}', '{j.mesure.nom}'),\n" for j in registre().jeux if j.mesure)
    return (
        "{# Généré par `python outils/generation.py` : (source, jeu) of the registry. #}\n"
        f"{{% macro jeux() -%}}\n  {{{{ return([\n{noms}  ]) }}}}\n{{%- endmacro %}}\n"
        "\n{# (source, jeu, column that measures it). #}\n"
        f"{{% macro mesures_des_jeux() -%}}\n  {{{{ return([\n{mesures}  ]) }}}}\n{{%- endmacro %}}\n"
    )


def macro_vocabulaire() -> str:
    """Write two dbt macros: parameters (kind, sign, words folded and as written, default in SQL); modes by effect."""
    lignes = "".join(f"    '{p.nom}': {_pour_dbt(p)},\n" for p in vocabulaire().parametres.values())
    modes = "".join(f"    '{effet}': {modes_qui(effet)},\n" for effet in EFFETS_DE_MODE)
    return (
        "{# Généré par `python outils/generation.py` : what sources/vocabulaire.toml says of parameters and modes. #}\n"
        f"{{% macro parametres_connus() -%}}\n  {{{{ return({{\n{lignes}  }}) }}}}\n{{%- endmacro %}}\n"
        f"\n{{% macro modes_connus() -%}}\n  {{{{ return({{\n{modes}  }}) }}}}\n{{%- endmacro %}}\n"
    )


def _pour_dbt(p: Parametre) -> dict[str, Any]:
    mots = {normaliser(v): v for v in p.valeurs} if p.genre == "choix" else None
    defaut = f"'{p.defaut}'" if p.defaut and p.genre != "nombre" else p.defaut
    parametre = {"genre": p.genre, "signe": p.signe, "mots": mots, "defaut": defaut}
    return {cle: valeur for cle, valeur in parametre.items() if valeur}


def _source(nom: str, schema: str, texte: str) -> list[str]:
    return [f"  - name: {nom}", f"    schema: {schema}", f"    description: {_en_ligne(texte)}", "    tables:"]


def _table(jeu: Jeu) -> list[str]:
    meta: dict[str, Any] = {"source": jeu.source, "periode": jeu.periode, "instantane": jeu.instantane}
    if jeu.attendu:
        meta["attendu"] = jeu.attendu
    meta |= {cle: True for cle in ("silencieux", "decroit", "personnes", "agents") if getattr(jeu, cle)}
    if jeu.arrete:
        meta["arrete"] = asdict(jeu.arrete)
    if jeu.regles:
        entetes = {c.nom: c.entete or c.nom for c in jeu.colonnes}
        meta["regles"] = [
            {"si": r.si, "faute": f"{entetes[r.colonne]}|{r.motif}"}
            | ({} if r.issue == "rejete" else {"issue": r.issue})
            for r in jeu.regles
        ]
    tete = _en_ligne({"name": jeu.nom, "description": jeu.libelle, "config": {"meta": meta}}).removesuffix("}")
    premieres = ", ".join(f"*{n}" for n in _TECHNIQUES)
    colonnes = ",\n          ".join([premieres, *(_en_ligne(_colonne(c)) for c in jeu.colonnes_lues)])
    return [f"      - {tete}, columns: [{colonnes}]}}"]


def _en_ligne(valeur: Any) -> str:
    """Write a value as YAML on one line."""
    texte = yaml.safe_dump(valeur, allow_unicode=True, sort_keys=False, default_flow_style=True, width=math.inf)
    return texte.removesuffix("\n").removesuffix("\n...")


def _colonne(colonne: Colonne) -> dict[str, Any]:
    meta = {"lecture": colonne.type} | ({"entete": colonne.entete} if colonne.entete else {})
    return {"name": colonne.nom, "description": colonne.description, "config": {"meta": meta}}


def page_sources() -> str:
    """Write the Markdown page: how each type reads, said once; one section per source, one table per jeu."""
    jeux = [jeu for source in registre() for jeu in source.jeux]
    types = {c.type for jeu in jeux for c in jeu.colonnes if not c.valeurs}
    lignes = [
        "# Sources",
        "",
        "Page générée par `python outils/generation.py` depuis les déclarations : ne pas la modifier.",
        "`*` : jamais vide. Une colonne de plus est notée et ignorée ; l'ordre est libre.",
        "Ce que la porte refuse, et ce qui pourrait nommer une personne : [La porte](porte.md).",
        *("", "| lecture | ce qui se lit |", "|---|---|"),
        *(f"| {nom} | {lecture} |" for nom, lecture in TYPES.items() if nom in types and nom != lecture),
    ]
    for source in registre():
        lignes += ["", f"## {source.nom}/ — {source.libelle}", "", source.description]
        for jeu in source.jeux:
            lignes += _section(jeu, jeux[: jeux.index(jeu)])
    return "\n".join(lignes) + "\n"


def _section(jeu: Jeu, precedents: list[Jeu]) -> list[str]:
    formats = ", ".join(f".{e}" for e in jeu.extensions)
    attendu = {"annuel": " Attendu chaque année.", "mensuel": " Attendu chaque mois."}.get(jeu.attendu or "", "")
    if jeu.periode == "mois":
        attendu += " Un fichier couvre un mois, un trimestre (AAAA-TN) ou une année (AAAA)."
    titre = ["", f"### {jeu.forme_du_nom} ({formats})", "", f"{jeu.libelle}.{attendu}"]
    if jeu.format != "tabulaire":
        return titre
    rangees = [_ligne_de_colonne(c) for c in jeu.colonnes]
    if pareil := next((j for j in precedents if rangees == [_ligne_de_colonne(c) for c in j.colonnes]), None):
        return [*titre, "", f"Les mêmes colonnes que {pareil.forme_du_nom}."]
    return [*titre, "", "| colonne | lecture |", "|---|---|", *rangees]


def _ligne_de_colonne(colonne: Colonne) -> str:
    lecture = ", ".join(f"`{v}`" for v in colonne.valeurs or ()) or colonne.type
    unite = f", {colonne.unite}" if colonne.unite else ""
    return f"| {colonne.entete}{'*' if colonne.obligatoire else ''} | {lecture}{unite} |"


# ---------------------------------------------------------------- Great Expectations
def identifiant(nom: str) -> str:
    """Return a fixed id for what Great Expectations would number at random."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"mutualisation/expectations/{nom}"))


def ecrire_contexte(dossier: Path) -> None:
    """Write the assets, validation definitions and checkpoints of the sources; a suite only where none is."""
    configuration = dossier / "great_expectations.yml"
    entete, _, _ = configuration.read_text(encoding="utf-8").partition(REPERE)
    configuration.write_text(entete + REPERE + "".join(_actif(s, j) for s in registre() for j in s.jeux), "utf-8")
    for source in registre():
        noms = [f"{source.nom}.{jeu.nom}" for jeu in source.jeux]
        for nom, jeu in zip(noms, source.jeux, strict=True):
            _ecrire(dossier / "validation_definitions" / f"{nom}.json", definition(nom, jeu.nom))
            suite = dossier / "expectations" / source.nom / f"{jeu.nom}.json"
            if not suite.exists():
                meta = {"libelle": jeu.libelle} | ({"total": jeu.mesure.nom} if jeu.mesure else {})
                _ecrire(suite, {"name": nom, "id": identifiant(nom), "meta": meta, "expectations": []})
        _ecrire(dossier / "checkpoints" / f"{source.nom}.json", point_de_controle(source.nom, noms, DECOMPTES))


def definition(suite: str, actif: str, source: str = "entrepot") -> dict[str, Any]:
    """Return a validation definition: that suite judges that asset."""
    references = {"datasource": source, "asset": actif, "batch_definition": LOT}
    return {
        "name": suite,
        "id": identifiant(f"definition/{suite}"),
        "data": {cle: {"name": nom, "id": None} for cle, nom in references.items()},
        "suite": {"name": suite, "id": identifiant(suite)},
    }


def point_de_controle(nom: str, definitions: list[str], forme: dict[str, Any]) -> dict[str, Any]:
    """Return a checkpoint over validation definitions, with the form of its results."""
    return {
        "name": nom,
        "id": identifiant(f"checkpoint/{nom}"),
        "validation_definitions": [{"name": d, "id": identifiant(f"definition/{d}")} for d in definitions],
        "actions": [],
        "result_format": forme,
    }


def _actif(source: Source, jeu: Jeu) -> str:
    """Query the rows of the last load of the source, each cell as it was read."""
    liste = ", ".join(
        [
            "b.fichier_id",
            "b.ligne",
            "b.defauts",
            *(_cellule(c, rang) for rang, c in enumerate(jeu.colonnes_entrepot, 1)),
        ]
    )
    return f"""      {jeu.nom}:
        type: query
        query: |
          select {liste}
          from brut.{jeu.nom} as b
          where b.fichier_id = any(array(
            select f.fichier_id from journal.fichiers as f
            where f.chargement_id = (
              select max(c.chargement_id) from journal.chargements as c where c.source = '{source.nom}')))
        batch_definitions:
          {LOT}: {{id: {identifiant(f"lot/{jeu.nom}")}}}
"""


def _cellule(colonne: Colonne, rang: int) -> str:
    """Tell an unknown value of an enumeration from an empty cell, for `expect_column_values_to_be_in_set`."""
    if colonne.type != "enumeration":
        return f"b.{colonne.nom}"
    inconnue = "'" + f"{colonne.entete}|valeur inconnue".replace("'", "''") + "'"
    sinon = f"case when starts_with(b.defauts, {inconnue}) then 'inconnue' end"
    if colonne.inconnue_vide:  # this is no defect (C7): the row as delivered tells
        sinon = f"nullif(split_part(b.delivre, U&'\\001F', {rang}), '')"
    return f"coalesce(b.{colonne.nom}, {sinon}) as {colonne.nom}"


def _ecrire(chemin: Path, contenu: dict[str, Any]) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_text(json.dumps(contenu, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def principal() -> None:
    """Write, in a checkout, the dbt sources, two macros, the views of `bi`, two pages of the docs and the context."""
    SOURCES_DBT.write_text(sources_dbt(), encoding="utf-8")
    JEUX_DBT.write_text(macro_jeux(), encoding="utf-8")
    VOCABULAIRE_DBT.write_text(macro_vocabulaire(), encoding="utf-8")
    PAGE_SOURCES.write_text(page_sources(), encoding="utf-8")
    PAGE_PARAMETRES.write_text(page(), encoding="utf-8")
    VUES_BI.write_text(vues_de_bi(), encoding="utf-8")
    ecrire_contexte(CONTEXTE)
    ecrits = (VUES_BI, SOURCES_DBT, JEUX_DBT, VOCABULAIRE_DBT, PAGE_SOURCES, PAGE_PARAMETRES)
    print(f"{', '.join(map(str, ecrits))} et {CONTEXTE} écrits.")


if __name__ == "__main__":
    principal()
