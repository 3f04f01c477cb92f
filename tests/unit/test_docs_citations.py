"""What a page puts in backticks is there: a path, a relation, a test, an option, a variable, a name, words of the code.

Commands and targets: `test_docs.py`. A page that is written from the code is compared with it by a test of its own."""

import os
import re
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path

import yaml
from airflow.configuration import conf
from tests.atelier.tables import cas
from tests.unit.test_docs import DOCS, RACINE, lire, options_des_commandes, variables

from mutualisation.entree.lecteurs.limites import Limites
from mutualisation.entrepot.base.parametres_libpq import PREFIXE, Delais

ECRITES = {"droits.md", "parametres.md", "questions.md", "sources.md"}
PAGES = [
    *(p for p in RACINE.glob("*.md") if p.name != "CHANGELOG.md"),
    *(p for p in sorted(DOCS.rglob("*.md")) if p.name not in ECRITES),
]
BLOC = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# what stands for a value: `bilan_AAAA`, `_vN`, `<code>`, `…`, `2024-T1`
BLANC = re.compile(
    r"<[^>]*>|…|(?<=_v)(?:N|\d+)|(?<=[_/-])T?\d[\d-]*(?:[ST]\d)?"
    r"|(?<![A-Za-z])(?:AAAA|N+|MM|SN|TN|NOM|DOSSIER|FICHIER)(?![A-Za-z])"
)
# files that are read for their words; the others are data, and pages
LU = re.compile(
    r"(?!tests/(cas|donnees|unit/test_docs_)).*(\.(py|sql|ya?ml|toml|sh|json|css|js|typ|j2|csv|lock)|(^|/)[^.]+|\.ci/run)$"
)
SOURCES, DONNEES = "py|sql|yml|j2|typ|css|js|sh", "csv|json|toml|xlsx|pdf|html|xml|md|sig|pem|docx|msgpack"
SOURCE = re.compile(rf"\.({SOURCES})$")
# what is typed for another program
AUTRES = {"airflow", "docker", "mf", "pip"}
# schemas of what dbt builds, under names of its own; of the owner
CONSTRUITS, TENUS = {"publication", "bi", "versions", "documents", "construction", "brut"}, {"journal", "exploitation"}


@cache
def suivis() -> frozenset[str]:
    """Files of the project: those that `.gitignore` does not name, on a machine without git too."""
    tus = {ligne.strip("/") for ligne in (RACINE / ".gitignore").read_text().split()} | {".git"}
    vus = []
    for lieu, dossiers, fichiers in os.walk(RACINE):
        ici = Path(lieu).relative_to(RACINE)
        dossiers[:] = [d for d in dossiers if tus.isdisjoint({d, (ici / d).as_posix()})]
        vus += [(ici / f).as_posix() for f in fichiers if f not in tus]
    return frozenset(vus)


@cache
def lieux() -> frozenset[str]:
    """Each file and folder, under its whole path and each end of it."""
    entiers = [Path(d).parts for f in suivis() for d in (f, *Path(f).parents)]
    return frozenset("/".join(parties[i:]) for parties in entiers for i in range(len(parties)))


@cache
def mots_de(fichier: str) -> frozenset[str]:
    """Words, dotted names and options of a file, without comments and docstrings."""
    texte = re.sub(r'(?:^|:\n) *"""(?:.|\n)*?"""|\{#(?:.|\n)*?#\}', "", lire(RACINE / fichier))
    texte = re.sub(r"(?:^|\s)(?:--|#) .*", "", texte)
    return frozenset(re.findall(r"\w+|--[a-z-]+", texte) + re.findall(r"\w+(?:\.\w+)+", texte))


@cache
def mots() -> frozenset[str]:
    return frozenset(re.findall(r"\w+", " ".join(lieux()))).union(*(mots_de(f) for f in suivis() if LU.match(f)))


@cache
def mots_du_lieu(lieu: str) -> frozenset[str]:
    """Words of the modules of that name, or that define a class of that name."""
    modules = [f for f in suivis() if LU.match(f) and f.endswith(".py")]
    siens = [
        f for f in modules if f"/{lieu}." in f or f"/{lieu}/__init__" in f or f"\nclass {lieu}" in lire(RACINE / f)
    ]
    return frozenset().union(*map(mots_de, siens))


@cache
def relations() -> dict[str, set[str]]:
    """Models and seeds with the columns that they describe; what the migrations leave in the schemas of the owner."""
    vues: dict[str, set[str]] = {}
    for fichier in sorted(f for f in suivis() if f.startswith("dbt_project/") or "/base/sql/" in f):
        if re.search(r"/(models|seeds)/.*\.(sql|csv)$", fichier):
            vues.setdefault(Path(fichier).stem, set())
        elif "/models/" in fichier and fichier.endswith(".yml"):
            for modele in yaml.load(lire(RACINE / fichier), Loader=yaml.CSafeLoader).get("models") or []:
                vues[modele["name"]] = {c["name"] for c in modele.get("columns", [])}
        elif "/base/sql/" in fichier:
            gestes = r"(create|drop) (?:or replace )?(?:table|view|function) (?:if \w+ )*(\w+\.\w+)"
            for geste, nom in re.findall(gestes, lire(RACINE / fichier)):
                vues.update({nom: set()}) if geste == "create" else vues.pop(nom, None)
    return vues


def inconnus(texte: str) -> list[str]:
    """Words that no file has; `stg_` is the beginning of names, a number is no word."""
    reste = re.sub(r"\w+", lambda m: "" if m[0] in mots() else m[0], texte)
    dits = [m for m in re.findall(r"\w+", BLANC.sub(" ", reste)) if not m.isdigit() and m.strip("_") not in mots()]
    debuts = [m for m in dits if m.endswith("_") and any(r.startswith(m) for r in relations())]
    return [m for m in dits if m not in debuts and not est_une_variable(m)]


def est_une_variable(nom: str) -> bool:
    """One that the package reads, that Airflow does, or that a file of the project names."""
    section, _, cle = nom.removeprefix("AIRFLOW__").lower().partition("__")
    if nom.startswith("MUTUALISATION_"):
        return nom in variables()
    return nom in mots() or (nom.startswith("AIRFLOW__") and conf.has_option(section, cle))


def est_une_option(option: str) -> bool:
    return option in mots() or any(option in siennes for siennes in options_des_commandes().values())


def est_un_nom(nom: str) -> bool:
    """Of a dotted name: a relation and its column, or what a module or a class names."""
    tete, second, *reste = nom.split(".")
    relation = second if tete in CONSTRUITS else f"{tete}.{second}"
    if tete in relations():
        relation, reste = tete, [second, *reste]
    if relation in relations():
        return set(reste) <= (relations()[relation] or mots())
    *_, lieu, dernier = nom.split(".")
    if tete in CONSTRUITS | TENUS:
        return dernier in mots_du_lieu(lieu) or (nom in mots() and tete not in TENUS)
    return nom in mots() or f"{nom.replace('.', '/')}.py" in lieux() or dernier in (mots_du_lieu(lieu) or mots())


def est_un_chemin(morceau: str) -> bool:
    """A source is followed by git; what a run writes has words of the code. `*`, or a value, is any name."""
    nu = morceau.strip("\"'(),;").rstrip("/")
    if not ("/" in nu or SOURCE.search(nu)) or re.match(r"/|~|\w+:/", nu):
        return True
    motif = re.escape(BLANC.sub("*", nu)).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
    if nu in lieux() or ("*" in motif and any(re.fullmatch(motif, lieu) for lieu in lieux())):
        return True
    return not SOURCE.search(nu) and nu.split("/")[0] not in {f.split("/")[0] for f in suivis()} and not inconnus(nu)


FORMES: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    # results are no part of the code, so of no page
    ("empreinte", r"\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,64}\b", lambda _: False),
    ("variable", r"\b[A-Z]+_[A-Z_]+[A-Z]\b(?!_?[<…])", est_une_variable),
    ("essai", r"(?<![\w/])test_\w+(?:::\w+)?(?![\w./])", lambda nom: set(nom.split("::")) <= mots()),
    ("option", r"(?<!\w)--[a-z][a-z-]*", est_une_option),
    ("modèle", r"\b(?:lec|stg|int|mart|ctl|dim|fait)_[a-z]\w*\b(?![<…(*])", lambda nom: nom in relations()),
    (
        "nom",
        rf"(?<![\w./*-])(?!\S*\.(?:{SOURCES}|{DONNEES})\b)[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?![\w/*]|\.\w)",
        est_un_nom,
    ),
    ("chemin", r"\S+", est_un_chemin),
)


def fautes(jeton: str) -> list[str]:
    """Why a text in backticks is nothing of the project; none where it is."""
    if jeton.split()[0] in AUTRES:
        return []
    dites = [f"{genre} : {m}" for genre, motif, existe in FORMES for m in re.findall(motif, jeton) if not existe(m)]
    return dites or [f"mot : {m}" for m in inconnus(jeton)]


@cas
def test_ce_qui_n_est_pas_est_dit(jeton: str, dit: str) -> None:
    assert fautes(jeton) == ([dit] if dit else [])


def test_ce_que_citent_les_pages_existe() -> None:
    cites = [(page.name, j) for page in PAGES for j in re.findall(r"`([^`\n]+)`", BLOC.sub("", lire(page)))]
    dans_un_bloc = re.compile(
        r"(?<!\S)(?:tests|outils|docker|dbt_project|include)/\S+|\b(?:publication|bi|journal|versions)\.\w+"
    )
    cites += [(page.name, j) for page in PAGES for bloc in BLOC.findall(lire(page)) for j in dans_un_bloc.findall(bloc)]
    assert len(cites) > 1000
    assert [f"{page} : {j} : {', '.join(dites)}" for page, j in cites if (dites := fautes(j))] == []


def test_les_defauts_que_disent_les_pages_sont_ceux_du_code() -> None:
    defauts = {f"MUTUALISATION_{f.name}_MAX".upper(): f.default for f in fields(Limites)}
    defauts |= {f"{PREFIXE}{f.name}".upper(): f.default for f in fields(Delais)}
    rangees = re.findall(
        r"^\| `(MUTUALISATION_\w+)` (.*) \|$", lire(DOCS / "porte.md") + lire(DOCS / "exploitation.md"), re.MULTILINE
    )
    dits = {nom: [c.replace(" ", "") for c in suite.split("|")] for nom, suite in rangees}
    assert {nom: defaut for nom, defaut in defauts.items() if str(defaut) not in dits.get(nom, [])} == {}
