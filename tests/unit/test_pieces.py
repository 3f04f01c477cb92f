"""The rooms of the package (docs/decisions/0005): who imports whom, no circle, no room too big, one place for paths."""

import ast
import os
import re
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.atelier.tables import cas

from mutualisation.socle.chemins import DAGS, PAQUET

# from the ground up: a room imports those of the floors below its own, and of its floor those that stand before it
ETAGES: dict[str, tuple[tuple[str, ...], ...]] = {
    "socle": (("chemins",), ("erreurs", "disque", "poste"), ("francais", "enfant")),
    "entree": (("sources",), ("lecteurs",), ("ingestion",)),
    "entrepot": (("base",), ("construction",)),
    "publication": (("signatures",), ("versions",), ("portes",)),
    "documents": (
        *(
            ("composition",),
            ("mise_en_forme",),
            ("rapport",),
            ("classeur", "audit"),
            ("extrait",),
            ("factures",),
            ("situation", "enveloppes"),
        ),
    ),
    "usage": (
        ("operations", "examen", "ordonnancement"),
        ("simulation", "reparation", "initiation"),
        ("cli", "terminal", "dags"),
    ),
}
RANGS = {
    piece: (etage, rang) for etage, lignes in ETAGES.items() for rang, ligne in enumerate(lignes) for piece in ligne
}
PART_MAX = 1 / 6
# dbt alone reads rows as they landed, and what it makes of them on its way: a second layer in Python forgets its rules.
# These may, each for its reason.
LISENT_DESSOUS = {
    "usage.reparation.classeur": "hands back rejected rows in the cells that were delivered",
    "usage.reparation.reprise": "copies the other rows of a file that is repaired, as they landed",
    "usage.operations.conservation": "deletes the rows about persons where they landed",
    "usage.operations.echeance": "says what is missing before any build, which waits for it (G6, R18)",
    "usage.operations.laisse_de_cote": "says what could not be read of files that no build has seen",
    "usage.examen.jugement": "tries a file in a server of its own, which is thrown away",
    "usage.simulation.changements": "compares two deliveries of a file, row by row",
    "usage.simulation.comparaison": "compares a build that nobody keeps, and writes a file of tariffs again",
}
DESSOUS = re.compile(r"\b(?:brut|construction)\.\w|\b(?:lec|stg|int|mart)_\w")
# this makes tables, and reads no row
OUVRE_BRUT = {"synchroniser_brut"}
DOCS = Path(__file__).resolve().parents[2] / "docs"
DEBUT, FIN = "<!-- drawn from the code -->", "<!-- end -->"


def est_permise(haute: str, basse: str) -> bool:
    """Whether the drawing lets a room import another."""
    (etage, rang), (autre, sien) = RANGS[haute], RANGS[basse]
    ordre = list(ETAGES)
    return ordre.index(autre) < ordre.index(etage) or (autre == etage and sien < rang)


def modules(paquet: Path = PAQUET, dags: Path = DAGS) -> dict[str, Path]:
    """Dotted name → file, of the package and of the DAGs."""
    noms = {"mutualisation." + _nom(f, paquet): f for f in sorted(paquet.rglob("*.py"))}
    noms |= {"mutualisation.usage.dags." + _nom(f, dags): f for f in sorted(dags.rglob("*.py"))}
    return {n.removesuffix(".__init__").removesuffix("."): f for n, f in noms.items() if "donnees" not in n.split(".")}


def _nom(fichier: Path, racine: Path) -> str:
    return ".".join(fichier.relative_to(racine).with_suffix("").parts)


def piece(module: str) -> str:
    """The room of a module; the package and the sentence of a floor have none."""
    return module.split(".")[2] if module.count(".") > 1 else ""


def importes(fichier: Path, connus: set[str]) -> Iterator[str]:
    """Modules of the package that a file imports, in functions too."""
    for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
        if isinstance(noeud, ast.Import):
            yield from (alias.name for alias in noeud.names if alias.name in connus)
        elif isinstance(noeud, ast.ImportFrom) and noeud.module:
            for alias in noeud.names:
                entier = f"{noeud.module}.{alias.name}"
                if entier in connus or noeud.module in connus:
                    yield entier if entier in connus else noeud.module


def aretes_interdites(fichiers: dict[str, Path]) -> list[str]:
    """`module → module` for each import that the table does not allow."""
    connus = set(fichiers)
    return sorted(
        {
            f"{module} → {cible}"
            for module, fichier in fichiers.items()
            for cible in importes(fichier, connus)
            if piece(module) != piece(cible)
            and piece(module)
            and piece(cible)
            and not est_permise(piece(module), piece(cible))
        }
    )


def cercle(fichiers: dict[str, Path]) -> list[str]:
    """A circle of imports, those of functions too, as the names on it; empty when there is none."""
    connus = set(fichiers)
    graphe = {module: {c for c in importes(fichier, connus) if c != module} for module, fichier in fichiers.items()}
    try:
        tuple(TopologicalSorter(graphe).static_order())
    except CycleError as erreur:
        return list(erreur.args[1])
    return []


def lignes_de_code(fichier: Path) -> int:
    """Lines that are neither blank nor a comment."""
    return sum(
        1 for x in fichier.read_text(encoding="utf-8").splitlines() if x.strip() and not x.strip().startswith("#")
    )


def phrase_de(chemin: Path) -> str:
    """The first sentence of what a floor or a room says of itself; of a module too."""
    fichier = chemin / "__init__.py" if chemin.is_dir() else chemin.with_suffix(".py")
    dite = ast.get_docstring(ast.parse(fichier.read_text(encoding="utf-8"))) or ""
    return " ".join(dite.split("\n\n")[0].split())


def dessin(fichiers: dict[str, Path]) -> str:
    """The floors and their rooms in the order of the data, and each import inside a floor; between floors, the sum."""
    connus, lues = set(fichiers), Counter[tuple[str, str]]()
    for module, fichier in fichiers.items():
        lues.update({(piece(module), piece(cible)) for cible in importes(fichier, connus)})
    lignes = ["```mermaid", "flowchart BT"]
    for etage, rangs in ETAGES.items():
        noms = [nom for rang in rangs for nom in rang]
        dedans = [f"    {a} --> {b}" for a in noms for b in noms if a != b and (a, b) in lues]
        lignes += [f"  subgraph {etage}", *(f"    {nom}" for nom in noms), *dedans, "  end"]
    etages = list(ETAGES)
    entre = {(RANGS[a][0], RANGS[b][0]) for a, b in lues if a and b}
    lignes += [f"  {a} ==> {b}" for a in etages for b in etages if a != b and (a, b) in entre]
    return "\n".join([*lignes, "```"])


def pieces() -> str:
    """What each floor and each room is for, in its own words."""
    dites = ["| floor, room | |", "|---|---|"]
    for etage, rangs in ETAGES.items():
        dites.append(f"| **{etage}** | {phrase_de(PAQUET / etage)} |")
        noms = [nom for rang in rangs for nom in rang if nom != "dags"]
        dites += [f"| `{nom}` | {phrase_de(PAQUET / etage / nom)} |" for nom in noms]
    return "\n".join(dites)


def test_la_page_d_architecture_est_celle_du_code():
    """`ECRIRE_ARCHITECTURE=1 pytest tests/unit/test_pieces.py` writes it."""
    page, fichiers = DOCS / "architecture.md", modules()
    lue = page.read_text(encoding="utf-8")
    avant, _, suite = lue.partition(DEBUT)
    faite = f"{avant}{DEBUT}\n{dessin(fichiers)}\n\n{pieces()}\n{FIN}{suite.partition(FIN)[2]}"
    if os.environ.get("ECRIRE_ARCHITECTURE"):
        page.write_text(faite, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == faite


def test_chaque_piece_est_au_dessin_et_a_son_etage():
    lus = {(m.split(".")[1], piece(m)) for m in modules() if piece(m)}
    assert lus == {(etage, piece) for piece, (etage, _) in RANGS.items()}


def test_chaque_etage_dit_ce_qu_il_importe():
    assert {e.name for e in PAQUET.iterdir() if (e / "__init__.py").is_file()} == set(ETAGES)
    for etage in ETAGES:
        assert "mport" in (ast.get_docstring(ast.parse((PAQUET / etage / "__init__.py").read_text("utf-8"))) or "")


def test_une_piece_n_importe_que_plus_bas():
    assert set(aretes_interdites(modules())) == set()


def lit_dessous(fichier: Path) -> bool:
    """Whether SQL of a file names the rows as they landed, or a build: in a text that is no docstring, in an
    identifier, or by the helpers of `brut`."""
    arbre = ast.parse(fichier.read_text(encoding="utf-8"))
    seules = {id(n.value) for n in ast.walk(arbre) if isinstance(n, ast.Expr)}
    textes = (n.value for n in ast.walk(arbre) if isinstance(n, ast.Constant) and id(n) not in seules)
    appels = (n for n in ast.walk(arbre) if isinstance(n, ast.Call) and ast.unparse(n.func).endswith("Identifier"))
    noms = {ast.unparse(a).strip("'") for n in appels for a in n.args}
    imports = (n for n in ast.walk(arbre) if isinstance(n, ast.ImportFrom))
    aides = {a.name for n in imports if n.module == "mutualisation.entree.sources.brut" for a in n.names} - OUVRE_BRUT
    return bool({"brut", "construction", "SCHEMA"} & noms or aides or any(DESSOUS.search(str(x)) for x in textes))


def lisent_dessous(fichiers: dict[str, Path]) -> set[str]:
    """Modules of documents and usage that do."""
    vus = {m.removeprefix("mutualisation."): f for m, f in fichiers.items()}
    return {m for m, f in vus.items() if m.startswith(("documents.", "usage.")) and lit_dessous(f)}


def test_documents_et_usage_lisent_ce_que_dbt_a_fait():
    assert lisent_dessous(modules()) == LISENT_DESSOUS.keys()


@cas
def test_une_lecture_du_dessous_est_vue(tmp_path, source, vue):
    faux = _ecrire(tmp_path, {"mutualisation.documents.situation.calendrier": source})
    assert bool(lisent_dessous(faux)) == vue


def test_les_documents_n_ecrivent_rien_dans_l_entrepot():
    ecrit = re.compile(r"\b(?:insert into|delete from|update \w+(?:\.\w+)? set|truncate) ?", re.IGNORECASE)
    vus = {m for m, f in modules().items() if m.startswith("mutualisation.documents.") and ecrit.search(f.read_text())}
    assert vus == set()


def test_aucun_cercle():
    assert cercle(modules()) == []


def test_aucune_piece_ne_depasse_le_sixieme_du_code():
    lignes: Counter[str] = Counter()
    for module, fichier in modules().items():
        lignes[piece(module)] += lignes_de_code(fichier)
    assert {p: n for p, n in lignes.items() if n > PART_MAX * lignes.total()} == {}


def test_deux_modules_n_ont_pas_le_meme_nom():
    noms = Counter(m.rpartition(".")[2] for m, f in modules().items() if not f.name.startswith("__"))
    assert {n for n, fois in noms.items() if fois > 1} == set()


def test_seul_chemins_sait_ou_sont_les_choses():
    fautifs = {m for m, f in modules().items() if piece(m) != "chemins" and "Path(__file__)" in f.read_text("utf-8")}
    assert fautifs == set()


@cas
def test_une_mauvaise_arete_est_vue(tmp_path, module, import_):
    faux = dict.fromkeys(
        f"mutualisation.{cible}"
        for cible in (
            "documents.rapport.publie", "usage.operations.session",
            "documents.factures.factures", "usage.simulation.essai",
        )
    )  # fmt: skip
    (seule,) = aretes_interdites(_ecrire(tmp_path, dict.fromkeys(faux, "") | {f"mutualisation.{module}": import_}))
    assert seule.startswith(f"mutualisation.{module} → mutualisation.")


def test_un_cercle_est_vu(tmp_path):
    faux = {
        "mutualisation.documents.rapport.a": "from mutualisation.documents.rapport.b import x",
        "mutualisation.documents.rapport.b": (
            "try:\n    from mutualisation.documents.rapport import a\nexcept ImportError:\n    pass"
        ),
    }
    assert set(cercle(_ecrire(tmp_path, faux))) == set(faux)


def _ecrire(dossier: Path, sources: dict[str, str]) -> dict[str, Path]:
    fichiers = {module: dossier / f"{module}.py" for module in sources}
    for module, fichier in fichiers.items():
        fichier.write_text(sources[module])
    return fichiers
