"""Rows that the last build rejects or holds, as they landed, by file that counts."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.erreurs import ErreurMutualisation
from mutualisation.ingestion.correspondances import JEU_CORRESPONDANCES
from mutualisation.sources.brut import table
from mutualisation.sources.jeux import SEPARATEUR_DELIVRE, Registre

SANS_CONSTRUCTION = (
    "Aucune construction ne dit quelles lignes sont à corriger : lancez « mutualisation bilan » ou "
    "« mutualisation controler »."
)
# a file that was delivered again since the build has other lines: its rows wait for the next build
SQL_FAUTES = """
select distinct f.fichier_id, f.source, f.jeu, f.periode, f.version, f.nom, f.chemin, f.sha256, j.correspondances,
       j.extension, j.controle is not null and j.controle <> '{}'
         or exists (select from journal.totaux as t where t.fichier_id = f.fichier_id),
       r.ligne, r.colonne, r.motif, r.statut
  from construction.mart_rejets as r
  join journal.fichiers_courants as f on f.source = r.source and f.chemin = r.fichier
  join journal.fichiers as j using (fichier_id)
 where r.statut in ('rejete', 'retenu', 'a_affecter') and r.ligne is not null
 order by f.source, f.jeu, f.chemin, r.ligne, r.motif
"""
# (jeu) → why its rows are not repaired one by one
NON_REPARABLES = {
    "pes": "un flux PES se redemande au logiciel comptable : ses totaux de bordereau sont ceux de ses lignes",
    "decp": "les données essentielles se republient : elles ne font que recouper les marchés",
    JEU_CORRESPONDANCES: "cette table décide de la lecture des autres fichiers : corriger le fichier et le redéposer",
}


@dataclass(frozen=True)
class FichierCourant:
    """A file that counts. `atteste`: a `.controle.json` or a row `Total` says what it holds."""

    fichier_id: int
    source: str
    jeu: str
    periode: str
    version: int
    nom: str
    chemin: str
    sha256: str
    correspondances: str | None
    extension: str
    atteste: bool


@dataclass(frozen=True)
class Faute:
    """Why a row is rejected or held: header of the cell at fault (None for the whole row), reason, statut."""

    colonne: str | None
    motif: str
    statut: str


@dataclass(frozen=True)
class LigneFautive:
    """A row to correct: its file, its line, its faults, its cells as they landed (ASCII column → text)."""

    fichier: FichierCourant
    ligne: int
    fautes: tuple[Faute, ...]
    cellules: dict[str, str]

    @property
    def repere(self) -> str:
        """What ties a row of the workbook to that line of those bytes: 16 hex characters."""
        designation = f"{self.fichier.chemin}|{self.fichier.sha256}|{self.ligne}"
        return hashlib.sha256(designation.encode()).hexdigest()[:16]


def lignes_fautives(conn: psycopg.Connection[Any], reg: Registre) -> list[LigneFautive]:
    """Rows rejected, held or « à affecter » in the last build, in the order of source, jeu, file, line.

    ErreurMutualisation before the first build.
    """
    (construite,) = conn.execute("select to_regclass('construction.mart_rejets') is not null").fetchone() or (False,)
    if not construite:
        raise ErreurMutualisation(SANS_CONSTRUCTION)
    fautes: dict[tuple[FichierCourant, int], list[Faute]] = defaultdict(list)
    for *fichier, ligne, colonne, motif, statut in conn.execute(SQL_FAUTES).fetchall():
        fautes[FichierCourant(*fichier), ligne].append(Faute(colonne, motif, statut))
    cellules = _cellules(conn, reg, fautes)
    return [
        LigneFautive(fichier, ligne, tuple(siennes), cellules.get((fichier.fichier_id, ligne), {}))
        for (fichier, ligne), siennes in fautes.items()
    ]


def _cellules(
    conn: psycopg.Connection[Any], reg: Registre, cles: Iterable[tuple[FichierCourant, int]]
) -> dict[tuple[int, int], dict[str, str]]:
    """(file, line) → cells as landed, of the jeux that a workbook may repair."""
    par_jeu: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for fichier, ligne in cles:
        if fichier.jeu not in NON_REPARABLES:
            par_jeu[fichier.jeu].append((fichier.fichier_id, ligne))
    trouvees = {}
    for jeu, couples in par_jeu.items():
        noms = [c.nom for c in reg.jeu(jeu).colonnes_entrepot]
        requete = sql.SQL(
            "select b.fichier_id, b.ligne, b.delivre from {} as b"
            " join unnest(%s::bigint[], %s::int[]) as v (fichier_id, ligne) using (fichier_id, ligne)"
        ).format(table(reg.jeu(jeu)))
        fichiers, lignes = zip(*couples, strict=True)
        for fichier_id, ligne, delivre in conn.execute(requete, (list(fichiers), list(lignes))):
            trouvees[fichier_id, ligne] = dict(zip(noms, delivre.split(SEPARATEUR_DELIVRE), strict=True))
    return trouvees
