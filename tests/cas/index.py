"""`INDEX.md`, the scenarios by rule and by control, written from their folders: `python -m tests.cas.index`."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.atelier.cas import DOSSIER, Cas, lister
from tests.atelier.index_controles import lire_index

INDEX = DOSSIER / "INDEX.md"
MONTRES = 6


def echecs(cas: Cas) -> set[str]:
    """Controls that the scenario shows failing: in `ecart`, or `sans_donnee` for the control of that name."""
    montres = set(cas.controles)
    for attendu in cas.attendus:
        if attendu.relation == "controles" and attendu.mode != "absent" and "statut" in attendu.colonnes:
            lignes = [dict(zip(attendu.colonnes, rangee, strict=True)) for rangee in attendu.rangees]
            montres |= {ligne["controle"] for ligne in lignes if ligne["statut"] in ("ecart", ligne["controle"])}
    return montres


def cas_par_controle(cas: Iterable[Cas], controles: Iterable[str]) -> dict[str, list[Cas]]:
    """Control → the scenarios where it fails in a real build, those that expect its rows first."""
    preuves: dict[str, list[Cas]] = {nom: [] for nom in controles}
    for c in cas:
        for nom in echecs(c) & preuves.keys():
            preuves[nom].append(c)
    for nom, liste in preuves.items():
        liste.sort(key=lambda c: (not _raconte(c, nom), c.nom))
    return preuves


def rediger() -> str:
    """The page."""
    cas, index = lister(), lire_index()
    par_regle: dict[str, list[Cas]] = defaultdict(list)
    for c in cas:
        for regle in c.regles:
            par_regle[regle].append(c)
    regles = [f"| {r} | {_liens(par_regle[r])} |" for r in sorted(par_regle, key=_ordre)]
    controles = [
        f"| `{nom}` | {'oui' if index[nom].bloquant else 'non'} | {_liens(preuves)} |"
        for nom, preuves in cas_par_controle(cas, index).items()
    ]
    return "\n".join(
        [
            "# Les cas, par règle et par contrôle",
            "",
            "Page écrite par `python -m tests.cas.index`, tenue par `tests/cas/test_index.py`.",
            "",
            "## Par règle ou décision",
            "",
            "| règle | cas |",
            "|---|---|",
            *regles,
            "",
            "## Par contrôle : où il échoue, dans une construction véritable",
            "",
            "| contrôle | bloquant | cas |",
            "|---|---|---|",
            *controles,
            "",
        ]
    )


def _raconte(cas: Cas, controle: str) -> bool:
    """Whether the scenario is about the control, rather than one where it happens to fail."""
    textes = [
        cas.dossier / "README.md",
        *cas.dossier.glob("attendu/controles*.csv"),
        cas.dossier / "attendu/sortie.txt",
    ]
    return any(controle in f.read_text(encoding="utf-8") for f in textes if f.exists())


def _liens(cas: list[Cas]) -> str:
    liens = [f"[{c.nom.partition('_')[0]}]({c.nom}/README.md)" for c in cas[:MONTRES]]
    return ", ".join(liens) + (f" et {len(cas) - MONTRES} autres" if len(cas) > MONTRES else "")


def _ordre(regle: str) -> tuple[str, int, str]:
    lettre, nombre, suite = re.fullmatch(r"([A-Z]+)(\d+)(.*)", regle).groups()  # type: ignore[union-attr]
    return lettre, int(nombre), suite


if __name__ == "__main__":
    Path(INDEX).write_text(rediger(), encoding="utf-8")
