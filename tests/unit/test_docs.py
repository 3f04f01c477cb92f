"""Docs can't lie: links lead somewhere, commands, options, targets, variables, sentences exist, pages are in sync."""

import ast
import re
import shlex
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
from outils.generation import page_sources

from mutualisation.entree.lecteurs.limites import Limites
from mutualisation.entrepot.base.parametres_libpq import PREFIXE, Delais

RACINE = Path(__file__).resolve().parents[2]
DOCS = RACINE / "docs"
PAGES = sorted([*RACINE.glob("*.md"), *DOCS.rglob("*.md"), *(RACINE / "tests" / "cas").rglob("README.md")])
PAQUET = RACINE / "include" / "mutualisation"

LIEN = re.compile(r"\]\(([^)\s]*)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def ancres(page: Path) -> set[str]:
    """The anchors that GitHub gives to the titles of a page, and those that it writes."""
    titres = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```", "", lire(page), flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    ecrites = re.findall(r'<a id="(\w+)">', lire(page))
    return {*ecrites, *(re.sub(r"[^\w\- ]", "", titre.lower()).replace(" ", "-") for titre in titres)}


@cache
def lire(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def citees(page: Path) -> list[list[str]]:
    """The words of each `mutualisation …` command quoted in code or between « », and those of its options."""
    # a line that goes on; then what a shell, a comment or a quote ends
    texte = lire(page).replace("\\\n", " ")
    morceaux = [m.strip("`") for m in CODE.findall(texte)] + re.findall(r"« ?(mutualisation [^»\n]*)»", texte)
    trouvees = re.findall(r"(?:^|[ /='])mutualisation ((?:-|[a-z])[^|#;&>\n']*)", "\n".join(morceaux), re.MULTILINE)
    return [mots for t in trouvees if (mots := shlex.split(t.replace("[", "").replace("]", "")))]


def test_les_liens_relatifs_menent_a_un_fichier_et_a_un_titre() -> None:
    liens = [(page, *lien.partition("#")[::2]) for page in PAGES for lien in LIEN.findall(lire(page))]
    ici = [
        (page, lieu, ancre) for page, lieu, ancre in liens if not lieu.startswith(("http://", "https://", "mailto:"))
    ]
    assert len(ici) > 60
    assert [f"{page} : {lieu}" for page, lieu, _ in ici if not (page.parent / lieu).exists()] == []
    vises = [(page, (page.parent / lieu if lieu else page), ancre) for page, lieu, ancre in ici if ancre]
    assert [f"{page} : {cible.name}#{ancre}" for page, cible, ancre in vises if ancre not in ancres(cible)] == []


def test_le_site_ne_montre_que_des_bilans() -> None:
    """Invoices and envelopes are written in the same folder; the site is public."""
    (recette,) = re.findall(r"^site:.*\n(?:\t.*\n)+", lire(RACINE / "Makefile"), re.MULTILINE)
    assert re.findall(r"var/bilans[^\s\"]*", recette) == ["var/bilans/bilan_*"]


def test_les_cibles_make_de_la_documentation_existent() -> None:
    cibles = set(re.findall(r"^([a-z-]+):", lire(RACINE / "Makefile"), re.MULTILINE))
    visees = {c for p in PAGES for code in CODE.findall(lire(p)) for c in re.findall(r"\bmake ([a-z-]+)", code)}
    assert {"bilan", "test", "secrets"} <= visees <= cibles


@cache
def options_des_commandes() -> dict[str, set[str]]:
    """Each command of the package, with the names of its options."""
    from mutualisation.usage.cli.commandes import app

    return {
        nom: {"--help", *(n for argument in app[nom].assemble_argument_collection() for n in argument.names)}
        for nom in app
        if not nom.startswith("-")
    }


def test_les_remedes_des_messages_sont_des_commandes() -> None:
    """« mutualisation … » in a sentence that the software says."""
    options = options_des_commandes()
    dites = [c for _, texte in textes() for c in re.findall(r"« mutualisation ([a-z]+)((?: --[a-z-]+)*)", texte)]
    assert len(dites) > 15
    assert [c for c, suite in dites if c not in options or not options[c].issuperset(suite.split())] == []


def test_les_commandes_et_options_de_la_documentation_existent() -> None:
    """Those of decisions too: a command that goes away is said there in the past."""
    options = options_des_commandes()
    vues = [(page, mots) for page in PAGES for mots in citees(page) if mots[0] not in {"--help", "--version"}]
    assert len(vues) > 25
    assert [f"{page.name} : {mots[0]}" for page, mots in vues if mots[0] not in options] == []
    fausses = [
        f"{page.name} : {mots[0]} {mot}"
        for page, mots in vues
        for mot in mots[1:]
        if mot.startswith("-") and mot.partition("=")[0] not in options[mots[0]]
    ]
    assert fausses == []


@cache
def variables() -> set[str]:
    """Those of ours that something reads: by its name, or made of the name of a setting."""
    lues = {v for _, texte in textes() for v in re.findall(r"MUTUALISATION_[A-Z_]+", texte)}
    lues |= {f"{PREFIXE}{f.name}".upper() for f in fields(Delais)}
    return lues | {f"MUTUALISATION_{f.name}_MAX".upper() for f in fields(Limites)}


def test_les_variables_de_la_documentation_existent() -> None:
    # a family is written `MUTUALISATION_DELAI_…`
    dites = {(p.name, v) for p in PAGES for v in re.findall(r"MUTUALISATION_[A-Z_]+(?![A-Z_<…])", lire(p))}
    assert len(dites) > 8
    assert [f"{p} : {v}" for p, v in dites if v not in variables()] == []


def test_chaque_page_de_la_documentation_est_a_l_index() -> None:
    pages = {p.name for p in DOCS.glob("*.md")} - {"README.md"}
    vers = {lien.partition("#")[0] for lien in LIEN.findall(lire(DOCS / "README.md"))}
    assert pages <= vers
    assert {"decisions/", "../tests/cas/"} <= vers


def test_tout_se_trouve_depuis_la_porte() -> None:
    vues, a_voir = set(), [DOCS / "architecture.md"]
    while a_voir:
        vues.add(page := a_voir.pop())
        liees = {
            (page.parent / lien.partition("#")[0]).resolve() for lien in LIEN.findall(lire(page)) if ":" not in lien
        }
        a_voir += [p for p in liees if p.suffix == ".md" and p not in {*vues, *a_voir}]
    assert {p for p in PAGES if p.is_relative_to(DOCS)} <= vues


def test_la_page_des_sources_suit_le_registre() -> None:
    assert lire(DOCS / "sources.md") == page_sources()


def en_texte(noeud: ast.expr) -> str | None:
    """A text of the code, `…` where a value stands; None for anything else."""
    match noeud:
        case ast.Constant(value=str() as texte):
            return texte
        case ast.JoinedStr(values=morceaux):
            return "".join(m.value if isinstance(m, ast.Constant) else "…" for m in morceaux)
    return None


@cache
def textes() -> list[tuple[str, str]]:
    """(file, text) of all that the package and what starts it may say: Python, SQL, shell, settings."""
    dits = []
    for fichier in [*PAQUET.rglob("*.py"), *(RACINE / "dags").rglob("*.py"), *(RACINE / "docker").rglob("*.py")]:
        noeuds = ast.walk(ast.parse(lire(fichier)))
        dits += [(fichier.name, t) for n in noeuds if isinstance(n, ast.expr) and (t := en_texte(n))]
    for motif in ("*.sql", "*.toml", "*.yml", "*.j2"):
        dits += [
            (f.name, lire(f).replace("''", "'")) for f in (*PAQUET.rglob(motif), *(RACINE / "dbt_project").rglob(motif))
        ]
    for fichier in [*(RACINE / "docker").rglob("*.sh"), RACINE / "docker-compose.yml"]:
        dits.append((fichier.name, re.sub(r'" \\\n *"', " ", lire(fichier))))
    return dits


def phrases_des_pannes() -> list[str]:
    """The first cell of each row of the runbook, without its « »."""
    return re.findall(r"^\| « (.+?) » \|", lire(DOCS / "pannes.md"), re.MULTILINE)


@pytest.mark.parametrize("phrase", phrases_des_pannes())
def test_chaque_phrase_des_pannes_est_dite_par_le_logiciel(phrase: str) -> None:
    # % is the value of SQL, %s that of a log, $name that of a shell; a text may hold more than what the page quotes
    motif = r"(?:…|%[sdg]?|\$\w+|\{\w*\})+".join(re.escape(morceau) for morceau in phrase.split("…"))
    assert any(re.search(motif, texte) for _, texte in textes()), phrase


def test_la_page_des_pannes_a_un_remede_a_chaque_ligne() -> None:
    rangees = re.findall(r"^\| « .+$", lire(DOCS / "pannes.md"), re.MULTILINE)
    assert len(rangees) > 40
    assert [r for r in rangees if len(cellules := r.strip("| ").split(" | ")) != 3 or not all(cellules)] == []
    assert len(set(phrases_des_pannes())) == len(rangees)
