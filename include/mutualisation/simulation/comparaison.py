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
from mutualisation.construction.fichiers_choisis import SIMULATION, choisir_ensemble, fichiers_en_vigueur
from mutualisation.entrepot.exercices import exercices_publies
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.extrait import produits
from mutualisation.francais.neutralisation import neutraliser
from mutualisation.mise_en_forme.modele import Document
from mutualisation.operations import Session, clore, construire, verifier_exercices
from mutualisation.publication.contexte import lire_contexte, version_publiee
from mutualisation.rapport.publie import Bilan
from mutualisation.simulation import page_simulee
from mutualisation.simulation.changements import lire_changements
from mutualisation.simulation.essai import deposer_essai, retirer_essai

# both sides, null-safe: a line that appears or goes is a difference from or to 0
SQL_DUS = """
select exercice, semestre, dispositif, siret_adherent, a.nom, a.type_adherent, a.code_insee,
       coalesce(p.montant_du, 0) as publie, coalesce(s.montant_du, 0) as simule,
       coalesce(s.montant_du, 0) - coalesce(p.montant_du, 0) as ecart
  from (select * from publication.recouvrement where exercice = any(%(exercices)s)) as p
  full join (select * from construction.recouvrement) as s using (exercice, semestre, dispositif, siret_adherent)
  left join construction.adherent as a using (exercice, siret_adherent)
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
  full join (
    select exercice, dispositif, sum(p.montant_du) as publie, sum(s.montant_du) as simule
      from (select * from publication.recouvrement where exercice = any(%(exercices)s)) as p
      full join (select * from construction.recouvrement) as s using (exercice, semestre, dispositif, siret_adherent)
     group by exercice, dispositif) as d using (exercice, dispositif)
 where p.cout_net is not null or s.cout_net is not null or coalesce(d.publie, 0) <> 0 or coalesce(d.simule, 0) <> 0
 order by exercice, dispositif
"""
SQL_COMMUNES = """
select exercice, code_insee, nom, population
  from construction.adherent
 where type_adherent = 'commune' and code_insee is not null
 order by exercice, code_insee
"""

COLONNES = {
    "adherents": (
        "exercice", "semestre", "dispositif", "siret_adherent", "nom", "type_adherent", "code_insee", "publie",
        "simule", "ecart",
    ),
    "dispositifs": (
        "exercice", "dispositif", "cout_publie", "cout_simule", "ecart_cout", "du_publie", "du_simule", "ecart_du",
    ),
}  # fmt: skip
Rangees = list[dict[str, Any]]


@dataclass(frozen=True)
class Simulation:
    """`adherents`: {exercice, semestre, dispositif, siret_adherent, nom, type_adherent, code_insee, publie, simule,
    ecart} in €, changed rows only; `dispositifs`: {exercice, dispositif, cout_publie, cout_simule, ecart_cout,
    du_publie, du_simule, ecart_du} in €; `documents`: a page for the council by exercice.
    """

    adherents: Rangees
    dispositifs: Rangees
    documents: Sequence[Document] = ()

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
        choisir_ensemble(conn, SIMULATION, fichiers_en_vigueur(conn) | set(essai))
        ouvrier = EnfantDbt(session.dsn, session.var, SIMULATION)
        try:
            version = construire(session, annees, ouvrier=ouvrier)
            clore(conn, version, "echouee", {"simulation": True})
            return _comparer(conn, annees, essai)
        finally:
            ouvrier.fermer()
            conn.rollback()
            choisir_ensemble(conn, SIMULATION, ())
            retirer_essai(conn)


def ecrire_simulation(simulation: Simulation, sortie: Path) -> list[Path]:
    """Write `simulation_adherents.csv` and `simulation_dispositifs.csv` (UTF-8, `;`), then the pages; their paths.

    Each `simulation_AAAA.pdf` stands before its page: the last path is a page to open.
    """
    ecrits = []
    for nom, lignes in (("adherents", simulation.adherents), ("dispositifs", simulation.dispositifs)):
        chemin = sortie / f"simulation_{nom}.csv"
        with chemin.open("w", encoding="utf-8", newline="") as fichier:
            ecrivain = csv.DictWriter(fichier, COLONNES[nom], delimiter=";", lineterminator="\n")
            ecrivain.writeheader()
            ecrivain.writerows(_neutralisee(ligne) for ligne in lignes)
        ecrits.append(chemin)
    for document in simulation.documents:
        ecrits += reversed(produits.ecrire(document, sortie))
    return ecrits


def _neutralisee(ligne: dict[str, Any]) -> dict[str, Any]:
    return {cle: neutraliser(valeur) if isinstance(valeur, str) else valeur for cle, valeur in ligne.items()}


def _exiger_publies(dsn: str, exercices: list[int]) -> None:
    publies = exercices_publies(dsn)
    if manquants := [str(e) for e in exercices if e not in publies]:
        raise ErreurMutualisation(
            f"L'exercice {', '.join(manquants)} n'est pas publié : lancez d'abord « mutualisation bilan »."
        )


def _comparer(conn: psycopg.Connection[Any], exercices: list[int], essai: list[int]) -> Simulation:
    with conn.cursor(row_factory=psycopg.rows.dict_row) as curseur:
        dus, dispositifs, communes = (
            curseur.execute(requete, {"exercices": exercices}).fetchall()
            for requete in (SQL_DUS, SQL_DISPOSITIFS, SQL_COMMUNES)
        )
    documents = [_page(conn, e, essai, (dus, dispositifs, communes)) for e in exercices]
    conn.commit()
    return Simulation([r for r in dus if r["ecart"]], dispositifs, documents)


def _page(
    conn: psycopg.Connection[Any], exercice: int, essai: list[int], relations: tuple[Rangees, Rangees, Rangees]
) -> Document:
    bilan = Bilan(conn, lire_contexte(conn, exercice, version_publiee(conn, exercice)))
    dus, dispositifs, communes = ([r for r in rangees if r["exercice"] == exercice] for rangees in relations)
    noms = {r["siret_adherent"]: r["nom"] for r in dus if r["nom"]}
    changements = lire_changements(conn, essai, bilan.libelle, lambda siret: str(noms.get(siret) or siret))
    return page_simulee.dire(page_simulee.Essai(bilan, dus, dispositifs, communes, changements))
