"""Scenario folders `tests/cas/NN_nom/`, hostile drops `tests/attaques/depots/nom/`: the drop that each makes over
`_socle/`, what it expects.

A folder holds README.md (rule, situation, arithmetic by hand), entrees/<source>/, avant/<source>/ for the files of a
drop that was loaded before, publie/<schema>.<table>.csv for rows of what was published before (versions from 11 on),
attendu/ and cas.yml: `exercices` asked, `regles` told, `controles` that must say `ecart`
(all of them, default none), `faute`: {model: query that reads `{requete}`, the model's own}, a slip put in the build
where no drop can make a control fail, `absents`: files of `_socle/` that are not delivered, `seul`: no other drop was
loaded before, `mois`: the last exercice is built up to that month (R22), and `attendu/` alone is looked at.

`attendu/<relation>.csv` lists rows that the relation must hold, on the columns of the file only;
`<relation>.complet.csv` lists all its rows; `<relation>.absent.csv` rows that it must not hold. `attendu/sortie.txt`:
exit code, then the blocking controls, one a line (without it: 0, none).

A file of a hostile drop may say, in two columns before those that are delivered, the outcome of each row (« statut
colonne » of `rejets`, none when it counts) and why: no other row of it may be in `rejets`.
"""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql
from tests.atelier.attendus import Attendu, ecarts
from tests.atelier.attendus import lire as lire_attendu
from tests.atelier.construction import Construction
from tests.atelier.depots import accorder_entetes, composer_socle, ecrire
from tests.atelier.fouille import lignes_csv

DOSSIER = Path(__file__).resolve().parents[1] / "cas"
ATTAQUES = DOSSIER.with_name("attaques") / "depots"
ISSUES = "Issue;Note;"


@dataclass(frozen=True)
class Cas:
    """A scenario: folder, exercices asked, rules it tells, controls that say `ecart`, slips, files left out."""

    dossier: Path
    exercices: tuple[int, ...]
    regles: tuple[str, ...]
    controles: frozenset[str]
    faute: Mapping[str, str]
    absents: tuple[str, ...] = ()
    seul: bool = False
    mois: int | None = None

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
    def avant(self) -> Path | None:
        """The drop that was loaded before; None for most."""
        dossier = self.dossier / "avant"
        return dossier if dossier.exists() else None

    def publier(self, conn: psycopg.Connection[Any]) -> None:
        """Insert the rows of what was published before, past triggers; an empty cell is NULL, `{"…` a JSON object."""
        conn.execute("set local session_replication_role = replica")
        for fichier in sorted((self.dossier / "publie").glob("*.csv")):
            rangees = [{c: _publiee(v) for c, v in ligne.items()} for ligne in lignes_csv(fichier)]
            table = sql.Identifier(*fichier.stem.split("."))
            colonnes = sql.SQL(", ").join(map(sql.Identifier, rangees[0]))
            conn.execute(
                sql.SQL(
                    "insert into {t} ({c}) overriding system value"
                    " select {c} from jsonb_populate_recordset(null::{t}, %s)"
                ).format(t=table, c=colonnes),
                [json.dumps(rangees)],
            )
        conn.execute("set local session_replication_role = origin")

    def deposer(self, destination: Path) -> Path:
        """Write the drop: `_socle/` for each exercice asked, the files of the scenario over it."""
        composer_socle(self.exercices, destination)
        for absent in self.absents:
            (destination / absent).unlink()
        entrees = self.dossier / "entrees"
        poses = sorted(f for f in entrees.rglob("*") if f.is_file())
        for fichier in poses:
            ecrire(destination / fichier.relative_to(entrees), _livre(fichier.read_bytes()))
        accorder_entetes(destination, [str(f.relative_to(entrees)) for f in poses])
        return destination

    @cached_property
    def issues(self) -> dict[str, dict[int, str]]:
        """{file that says the outcome of its rows: {line: « statut colonne »}}."""
        entrees = self.dossier / "entrees"
        textes = {f.relative_to(entrees).as_posix(): f.read_bytes() for f in sorted(entrees.rglob("*.csv"))}
        return {
            nom: {
                numero: issue
                for numero, ligne in enumerate(texte.decode().splitlines()[1:], 2)
                if (issue := ligne.partition(";")[0])
            }
            for nom, texte in textes.items()
            if texte.startswith(ISSUES.encode())
        }

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
        if self.issues and (relations is None or "rejets" in relations):
            phrases += self._issues_manquees(construction)
        if self.mois or (relations is not None and not {"controles", "controles_bloquants"} & set(relations)):
            return phrases
        if (constatee := sortie_constatee(construction)) != self.sortie:
            phrases.append(f"sortie : attendu {self.sortie}, constaté {constatee}")
        if (en_ecart := construction.en_ecart()) != self.controles:
            phrases.append(f"contrôles en écart : attendu {sorted(self.controles)}, constaté {sorted(en_ecart)}")
        return phrases + [f"test de dbt qui échoue : {nom}" for nom in construction.echecs]

    def _issues_manquees(self, construction: Construction) -> list[str]:
        """Sentences for the rows whose outcome is not the one that stands before them."""
        constatees: dict[str, dict[int, str]] = {nom: {} for nom in self.issues}
        for (nom, ligne), issue in construction.rejets().items():
            if nom in constatees:
                constatees[nom][ligne] = issue
        return [
            f"{nom}, ligne {ligne} : attendu {voulues.get(ligne)}, constaté {constatees[nom].get(ligne)}"
            for nom, voulues in self.issues.items()
            for ligne in sorted(voulues.keys() | constatees[nom].keys())
            if voulues.get(ligne) != constatees[nom].get(ligne)
        ]


SOCLE_SEUL = Cas(DOSSIER / "_socle", (2023,), (), frozenset(), {})


def lister() -> list[Cas]:
    """Every scenario, in the order of the folders."""
    return [lire(d) for d in sorted(DOSSIER.iterdir()) if d.is_dir() and d.name[:2].isdigit()]


def lister_attaques() -> list[Cas]:
    """Every hostile drop."""
    return [lire(d) for d in sorted(ATTAQUES.iterdir())]


def _publiee(cellule: str) -> Any:
    return json.loads(cellule) if cellule.startswith('{"') else cellule or None


def _livre(octets: bytes) -> bytes:
    """The file without what its rows say of themselves."""
    if not octets.startswith(ISSUES.encode()):
        return octets
    return b"".join(ligne.split(b";", 2)[2] for ligne in octets.splitlines(keepends=True))


def lire(dossier: Path) -> Cas:
    """A scenario from its `cas.yml`."""
    brut = yaml.safe_load((dossier / "cas.yml").read_text(encoding="utf-8"))
    return Cas(
        dossier,
        tuple(brut["exercices"]),
        tuple(brut.get("regles", ())),
        frozenset(brut.get("controles", ())),
        dict(brut.get("faute", {})),
        tuple(brut.get("absents", ())),
        brut.get("seul", bool(brut.get("absents"))),
        brut.get("mois"),
    )


def sortie_constatee(construction: Construction) -> tuple[int, list[str]]:
    """Exit code that the report gate would give, and the blocking controls that fail (each name once)."""
    noms = sorted({phrase.split()[0] for phrase in construction.bloquants()})
    return (2 if noms else 0), noms
