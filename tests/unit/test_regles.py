"""`docs/regles.md` is the law, here: what is cited is told there, what is told there is cited, and its proofs exist."""

import re
from functools import cache
from pathlib import Path

from tests.atelier.cas import lister
from tests.atelier.index_controles import lire_index

from mutualisation.socle.francais.libelles import page_des_regles

RACINE = Path(__file__).resolve().parents[2]
PAGE = RACINE / "docs" / "regles.md"
LIEUX = ("include", "dbt_project", "dags", "docs", "docker", "echantillon", "expectations", "outils", "tests")
TEXTES = {".j2", ".md", ".py", ".sh", ".sql", ".toml", ".typ", ".yml"}
# a letter of the law and a number below 30: no cell of data ('C1'), no code (« S01 », « M57 »), no part of a word
NOM = r"(?<![\w.\-/'\"’$])(?:K0|[CFGHKPRS](?:[1-9]|[12]\d)[a-z]?)(?!\w)"
# what only a citation has: brackets of its own, alone or in a list; a semestre S1 or an order C1 of a text has not
CITATION = re.compile(rf"[(\[]{NOM}(?:(?:,|;| et| à) {NOM})*[)\]]")
RANGEE = re.compile(r'^\| <a id="(\w+)"></a>`?(\w+)`?([ ◆◇]*) \| (.+) \| (.*) \|$', re.MULTILINE)


@cache
def textes() -> dict[Path, str]:
    """What people wrote of the project, the page apart; neither data nor what a tool compiled."""
    fichiers = [f for lieu in LIEUX for f in (RACINE / lieu).rglob("*") if "target" not in f.parts and f != PAGE]
    attentes = RACINE / "expectations" / "gx" / "expectations"
    lus = [f for f in fichiers if f.suffix in TEXTES or (f.suffix == ".json" and f.is_relative_to(attentes))]
    return {f: f.read_text(encoding="utf-8") for f in [*lus, RACINE / "README.md", RACINE / "Makefile"]}


@cache
def dites() -> dict[str, tuple[str, str, str, str]]:
    """Name of a rule or of a control → its anchor, its marks, what is said, the last cell."""
    rangees = RANGEE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(rangees) == len({r[1] for r in rangees}) > 200
    return {nom: (ancre, marques, dit, ou) for ancre, nom, marques, dit, ou in rangees}


def regles() -> set[str]:
    return {nom for nom in dites() if re.fullmatch(NOM, nom)}


def test_une_regle_citee_est_dite() -> None:
    cites = [
        (f, nom)
        for f, texte in [*textes().items(), (PAGE, PAGE.read_text(encoding="utf-8"))]
        for nom in re.findall(NOM, texte)
    ]
    assert len(cites) > 3000
    assert sorted({f"{nom} : {f.relative_to(RACINE)}" for f, nom in cites if nom not in regles()}) == []


def test_une_regle_dite_est_citee() -> None:
    cites = {n for texte in textes().values() for c in CITATION.findall(texte) for n in re.findall(NOM, c)}
    assert regles() - cites == set()


def test_les_controles_de_la_page_sont_ceux_de_l_index() -> None:
    marques = {nom: marques.split() for nom, (_, marques, _, _) in dites().items() if nom not in regles()}
    attendues = {
        nom: ["◆"] * controle.bloquant + ["◇"] * (not controle.justifiable) for nom, controle in lire_index().items()
    }
    assert marques == attendues


def test_l_ancre_d_une_ligne_est_son_nom_et_la_commande_la_trouve() -> None:
    assert [nom for nom, (ancre, *_) in dites().items() if ancre != nom.lower()] == []
    assert page_des_regles().keys() == {nom.lower() for nom in dites()}


def test_un_cas_de_la_page_est_de_sa_regle_et_ses_modeles_existent() -> None:
    ecrits = textes()
    cas = {c.nom.partition("_")[0]: {*c.regles, *re.findall(NOM, ecrits[c.dossier / "README.md"])} for c in lister()}
    pieces = {f.stem for f in ecrits if f.suffix == ".sql"}
    paquet = RACINE / "include" / "mutualisation"
    fausses = []
    for nom in sorted(regles()):
        ou = dites()[nom][3]
        modeles = re.findall(r"`(.+?)`", ou)
        fausses += [f"{nom} : cas {n}" for n in re.findall(r"\d+", ou.partition("`")[0]) if nom not in cas.get(n, ())]
        fausses += [f"{nom} : {p}" for p in modeles or ["?"] if p not in pieces and not (paquet / p).is_file()]
    assert fausses == []
