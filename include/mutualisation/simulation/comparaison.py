"""`simuler`: what another tariff, key, membership or parameter would change, before a council votes it.

The files count for this build only; the publication, its versions and the drop are untouched.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.construction.dbt import EnfantDbt
from mutualisation.entrepot.exercices import exercices_publies
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.operations import Session, clore, construire, verifier_exercices
from mutualisation.simulation.essai import deposer_essai, retirer_essai

# both sides, null-safe: a line that appears or goes is a difference from or to 0
SQL_ADHERENTS = """
select exercice, semestre, dispositif, siret_adherent,
       coalesce(p.montant_du, 0) as publie, coalesce(s.montant_du, 0) as simule,
       coalesce(s.montant_du, 0) - coalesce(p.montant_du, 0) as ecart
  from (select * from publication.recouvrement where exercice = any(%(exercices)s)) as p
  full join (select * from construction.recouvrement) as s using (exercice, semestre, dispositif, siret_adherent)
 where coalesce(s.montant_du, 0) <> coalesce(p.montant_du, 0)
 order by exercice, semestre, dispositif, siret_adherent
"""
SQL_DISPOSITIFS = """
select exercice, dispositif,
       p.cout_net as cout_publie, s.cout_net as cout_simule,
       coalesce(s.cout_net, 0) - coalesce(p.cout_net, 0) as ecart_cout,
       coalesce(d.publie, 0) as du_publie, coalesce(d.simule, 0) as du_simule,
       coalesce(d.simule, 0) - coalesce(d.publie, 0) as ecart_du
  from (select * from publication.synthese_financiere where exercice = any(%(exercices)s) and not est_total) as p
  full join (select * from construction.synthese_financiere where not est_total) as s using (exercice, dispositif)
  left join (
    select exercice, dispositif, sum(p.montant_du) as publie, sum(s.montant_du) as simule
      from (select * from publication.recouvrement where exercice = any(%(exercices)s)) as p
      full join (select * from construction.recouvrement) as s using (exercice, semestre, dispositif, siret_adherent)
     group by exercice, dispositif) as d using (exercice, dispositif)
 order by exercice, dispositif
"""

COLONNES = {
    "adherents": ("exercice", "semestre", "dispositif", "siret_adherent", "publie", "simule", "ecart"),
    "dispositifs": (
        "exercice", "dispositif", "cout_publie", "cout_simule", "ecart_cout", "du_publie", "du_simule", "ecart_du",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Simulation:
    """`adherents`: {exercice, semestre, dispositif, siret_adherent, publie, simule, ecart} in €, changed rows only;
    `dispositifs`: {exercice, dispositif, cout_publie, cout_simule, ecart_cout, du_publie, du_simule, ecart_du} in €.
    """

    adherents: list[dict[str, Any]]
    dispositifs: list[dict[str, Any]]

    @property
    def ecart_total(self) -> Decimal:
        """What the adherents would owe more (or less), €."""
        return sum((ligne["ecart"] for ligne in self.adherents), Decimal(0))


def simuler(session: Session, exercices: Sequence[int], fichiers: Mapping[str, Path]) -> Simulation:
    """Build the exercices with `{jeu of the referentiel: file}` in place of the loaded ones, and compare.

    Raises `FichierRefuse` (3), `ControleEchoue` (2) when the build fails, `ErreurMutualisation` (1) when no file is
    given or an exercice is not published yet.
    """
    annees = verifier_exercices(exercices)
    if not fichiers:
        raise ErreurMutualisation(
            "Rien à simuler : donnez au moins un fichier (--tarifs, --cles, --adhesions, --parametres)."
        )
    _exiger_publies(session.dsn, annees)
    with session.connexion() as conn:
        essai = deposer_essai(conn, fichiers, session.var)
        ouvrier = EnfantDbt(session.dsn, session.var, essai)
        try:
            version = construire(session, annees, ouvrier=ouvrier)
            clore(conn, version, "echouee", {"simulation": True})
            return _comparer(conn, annees)
        finally:
            ouvrier.fermer()
            conn.rollback()
            retirer_essai(conn)


def ecrire_simulation(simulation: Simulation, sortie: Path) -> list[Path]:
    """Write `simulation_adherents.csv` and `simulation_dispositifs.csv` (UTF-8, `;`); give back their paths."""
    ecrits = []
    for nom, lignes in (("adherents", simulation.adherents), ("dispositifs", simulation.dispositifs)):
        chemin = sortie / f"simulation_{nom}.csv"
        with chemin.open("w", encoding="utf-8", newline="") as fichier:
            ecrivain = csv.DictWriter(fichier, COLONNES[nom], delimiter=";", lineterminator="\n")
            ecrivain.writeheader()
            ecrivain.writerows(lignes)
        ecrits.append(chemin)
    return ecrits


def _exiger_publies(dsn: str, exercices: list[int]) -> None:
    publies = exercices_publies(dsn)
    if manquants := [str(e) for e in exercices if e not in publies]:
        raise ErreurMutualisation(
            f"L'exercice {', '.join(manquants)} n'est pas publié : lancez d'abord « mutualisation bilan »."
        )


def _comparer(conn: psycopg.Connection[Any], exercices: list[int]) -> Simulation:
    with conn.cursor(row_factory=psycopg.rows.dict_row) as curseur:
        adherents = curseur.execute(SQL_ADHERENTS, {"exercices": exercices}).fetchall()
        dispositifs = curseur.execute(SQL_DISPOSITIFS, {"exercices": exercices}).fetchall()
    conn.commit()
    return Simulation(adherents, dispositifs)
