"""Scenario folders `tests/cas/NN_nom/`: what they hold, the drop they make over `_socle/`, what they expect.

A folder holds README.md (rule, situation, arithmetic by hand), entrees/<source>/, attendu/ and cas.yml: `exercices`
asked, `regles` told, `controles` that must say `ecart` (all of them, default none), `faute`: {model: query that reads
`{requete}`, the model's own}, a slip put in the build where no drop can make a control fail, `absents`: files of
`_socle/` that are not delivered.

`attendu/<relation>.csv` lists rows that the relation must hold, on the columns of the file only;
`<relation>.complet.csv` lists all its rows; `<relation>.absent.csv` rows that it must not hold. `attendu/sortie.txt`:
exit code, then the blocking controls, one a line (without it: 0, none).
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from tests.atelier.attendus import Attendu, ecarts
from tests.atelier.attendus import lire as lire_attendu
from tests.atelier.construction import Construction
from tests.atelier.depots import accorder_entetes, composer_socle, ecrire

DOSSIER = Path(__file__).resolve().parents[1] / "cas"


@dataclass(frozen=True)
class Cas:
    """A scenario: folder, exercices asked, rules it tells, controls that say `ecart`, slips, files left out."""

    dossier: Path
    exercices: tuple[int, ...]
    regles: tuple[str, ...]
    controles: frozenset[str]
    faute: Mapping[str, str]
    absents: tuple[str, ...] = ()

    @property
    def nom(self) -> str:
        """`NN_nom`, the name of the folder."""
        return self.dossier.name

    @cached_property
    def attendus(self) -> list[Attendu]:
        """The expected files. Raises `ValueError` on a row of another width than its header."""
        return [lire_attendu(f) for f in sorted((self.dossier / "attendu").glob("*.csv"))]

    @cached_property
    def sortie(self) -> tuple[int, list[str]]:
        """Exit code and blocking controls that the scenario expects."""
        chemin = self.dossier / "attendu" / "sortie.txt"
        if not chemin.exists():
            return 0, []
        code, *controles = chemin.read_text(encoding="utf-8").split()
        return int(code), sorted(controles)

    @property
    def complet(self) -> bool:
        """Whether the drop keeps every file of the loaded `_socle/`."""
        return not self.absents

    def deposer(self, destination: Path) -> Path:
        """Write the drop: `_socle/` for each exercice asked, the files of the scenario over it."""
        composer_socle(self.exercices, destination)
        for absent in self.absents:
            (destination / absent).unlink()
        entrees = self.dossier / "entrees"
        poses = sorted(f for f in entrees.rglob("*") if f.is_file())
        for fichier in poses:
            ecrire(destination / fichier.relative_to(entrees), fichier.read_bytes())
        accorder_entetes(destination, [str(f.relative_to(entrees)) for f in poses])
        return destination

    def relations(self) -> set[str]:
        """Relations that the scenario looks at."""
        return {a.relation for a in self.attendus} | {"controles", "controles_bloquants"}

    def retoucher(self, modele: str, requete: str) -> str:
        """The query of a model, with the slip that the scenario puts in it."""
        faute = self.faute.get(modele)
        return faute.replace("{requete}", f"({requete}) as requete") if faute else requete

    def defauts(self, construction: Construction, relations: Container[str] | None = None) -> list[str]:
        """Sentences for what is built and is not what the scenario expects; `relations`: those to look at."""
        phrases = [
            p
            for a in self.attendus
            if relations is None or a.relation in relations
            for p in ecarts(construction.conn, a)
        ]
        if relations is not None and not {"controles", "controles_bloquants"} & set(relations):
            return phrases
        if (constatee := sortie_constatee(construction)) != self.sortie:
            phrases.append(f"sortie : attendu {self.sortie}, constaté {constatee}")
        if (en_ecart := construction.en_ecart()) != self.controles:
            phrases.append(f"contrôles en écart : attendu {sorted(self.controles)}, constaté {sorted(en_ecart)}")
        return phrases


SOCLE_SEUL = Cas(DOSSIER / "_socle", (2023,), (), frozenset(), {})


def lister() -> list[Cas]:
    """Every scenario, in the order of the folders."""
    return [lire(d) for d in sorted(DOSSIER.iterdir()) if d.is_dir() and d.name[:2].isdigit()]


def lire(dossier: Path) -> Cas:
    """A scenario from its `cas.yml`."""
    brut = yaml.safe_load((dossier / "cas.yml").read_text(encoding="utf-8"))
    return Cas(
        dossier,
        tuple(brut["exercices"]),
        tuple(brut["regles"]),
        frozenset(brut.get("controles", ())),
        dict(brut.get("faute", {})),
        tuple(brut.get("absents", ())),
    )


def sortie_constatee(construction: Construction) -> tuple[int, list[str]]:
    """Exit code that the report gate would give, and the blocking controls that fail (each name once)."""
    noms = sorted({phrase.split()[0] for phrase in construction.bloquants()})
    return (2 if noms else 0), noms
