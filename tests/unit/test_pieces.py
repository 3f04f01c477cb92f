"""The rooms of the package (docs/decisions/0005): who imports whom, no circle, no room too big, one place for paths."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from mutualisation.chemins import DAGS, PAQUET

# from the top down: a room imports rooms below its own line, and itself
LIGNES = (
    {"cli", "ordonnancement", "dags"},
    {"operations", "simulation", "examen", "reparation", "initiation"},
    {"extrait", "classeur", "audit", "rapport", "factures"},
    {"publication", "portes", "mise_en_forme"},
    {"ingestion", "construction"},
    {"lecteurs"},
    {"sources", "entrepot", "composition", "francais", "enfant", "signatures"},
    {"chemins", "disque", "erreurs"},
)
# rooms of one line that may import each other, this way only
VOISINES = {
    ("dags", "ordonnancement"),
    ("simulation", "operations"),
    ("reparation", "operations"),
    ("initiation", "examen"),
    ("extrait", "classeur"),
    ("extrait", "rapport"),
    ("extrait", "audit"),
    ("audit", "rapport"),
    ("classeur", "rapport"),
    ("composition", "francais"),
    ("erreurs", "chemins"),
    ("portes", "publication"),
}
PART_MAX = 1 / 6


def pieces_permises() -> set[tuple[str, str]]:
    """Every edge the table allows."""
    dessous = {
        (haute, basse)
        for rang, ligne in enumerate(LIGNES)
        for haute in ligne
        for plus_bas in LIGNES[rang + 1 :]
        for basse in plus_bas
    }
    return dessous | VOISINES


def modules(paquet: Path = PAQUET, dags: Path = DAGS) -> dict[str, Path]:
    """Dotted name → file, of the package and of the DAGs."""
    noms = {"mutualisation." + _nom(f, paquet): f for f in sorted(paquet.rglob("*.py"))}
    noms |= {"mutualisation.dags." + _nom(f, dags): f for f in sorted(dags.rglob("*.py"))}
    return {n.removesuffix(".__init__").removesuffix("."): f for n, f in noms.items() if "donnees" not in n.split(".")}


def _nom(fichier: Path, racine: Path) -> str:
    return ".".join(fichier.relative_to(racine).with_suffix("").parts)


def piece(module: str) -> str:
    """The room of a module; the package's own `__init__` has none."""
    return module.split(".")[1] if "." in module else ""


def importes(fichier: Path, connus: set[str], *, partout: bool) -> Iterator[str]:
    """Modules of the package that a file imports; at its top only, or `partout`, in functions too."""
    arbre = ast.parse(fichier.read_text(encoding="utf-8"))
    for noeud in ast.walk(arbre) if partout else _au_chargement(arbre.body):
        if isinstance(noeud, ast.Import):
            yield from (alias.name for alias in noeud.names if alias.name in connus)
        elif isinstance(noeud, ast.ImportFrom) and noeud.module:
            for alias in noeud.names:
                entier = f"{noeud.module}.{alias.name}"
                if entier in connus or noeud.module in connus:
                    yield entier if entier in connus else noeud.module


def _au_chargement(corps: list[ast.stmt]) -> Iterator[ast.AST]:
    """Statements that run when the module is imported, `if TYPE_CHECKING` apart."""
    for noeud in corps:
        if isinstance(noeud, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(noeud, ast.If) and "TYPE_CHECKING" in ast.unparse(noeud.test):
            continue
        yield noeud
        for champ in ("body", "orelse", "finalbody"):
            yield from _au_chargement(getattr(noeud, champ, []) or [])


def aretes_interdites(fichiers: dict[str, Path]) -> list[str]:
    """`module → module` for each import that the table does not allow."""
    permises, connus = pieces_permises(), set(fichiers)
    return sorted(
        {
            f"{module} → {cible}"
            for module, fichier in fichiers.items()
            for cible in importes(fichier, connus, partout=True)
            if piece(module) != piece(cible) and piece(module) and (piece(module), piece(cible)) not in permises
        }
    )


def cercle(fichiers: dict[str, Path]) -> list[str]:
    """A circle of imports, as the names on it; empty when there is none."""
    connus = set(fichiers)
    graphe = {
        module: {c for c in importes(fichier, connus, partout=False) if c != module}
        for module, fichier in fichiers.items()
    }
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


def test_chaque_piece_est_dans_la_table():
    assert {piece(m) for m in modules()} - {""} <= set().union(*LIGNES)


def test_une_piece_n_importe_que_plus_bas():
    assert set(aretes_interdites(modules())) == set()


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


@pytest.mark.parametrize(
    ("module", "import_", "faute"),
    [
        ("francais.formats", "from mutualisation.rapport import publie", "→ mutualisation.rapport.publie"),
        ("portes.bilan", "def f():\n    from mutualisation.operations import session", "→ mutualisation.operations"),
        ("publication.promotion", "import mutualisation.factures.factures", "→ mutualisation.factures.factures"),
        ("operations.etat", "from mutualisation.simulation import essai", "→ mutualisation.simulation.essai"),
    ],
)
def test_une_mauvaise_arete_est_vue(tmp_path, module, import_, faute):
    faux = {
        "mutualisation.rapport.publie": "", "mutualisation.operations.session": "",
        "mutualisation.factures.factures": "",
        "mutualisation.simulation.essai": "", f"mutualisation.{module}": import_,
    }  # fmt: skip
    (seule,) = aretes_interdites(_ecrire(tmp_path, faux))
    assert faute in seule


def test_un_cercle_est_vu(tmp_path):
    faux = {
        "mutualisation.rapport.a": "from mutualisation.rapport.b import x",
        "mutualisation.rapport.b": "try:\n    from mutualisation.rapport import a\nexcept ImportError:\n    pass",
    }
    assert set(cercle(_ecrire(tmp_path, faux))) == set(faux)


def _ecrire(dossier: Path, sources: dict[str, str]) -> dict[str, Path]:
    fichiers = {module: dossier / f"{module}.py" for module in sources}
    for module, fichier in fichiers.items():
        fichier.write_text(sources[module])
    return fichiers
