"""Write `situation_AAAA-MM/` from a build of a month: figures, a page, a sheet, a signed manifest (R22b)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from mutualisation.documents.composition.dossier import remplacer_dossier
from mutualisation.documents.extrait import imprimerie
from mutualisation.documents.mise_en_forme.fichier_csv import ecrire_csv
from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.documents.situation.atterrissages import GARDER, dire_depassements
from mutualisation.documents.situation.calendrier import echeances
from mutualisation.documents.situation.page_situation import Situation, dire_sans_cout, page
from mutualisation.publication.versions.contexte import lire_contexte
from mutualisation.publication.versions.manifeste import dire_diffusion, poser
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.formats import majuscule
from mutualisation.socle.poste import Poste

REMPLACER = """
delete from journal.situations where exercice in (select exercice from construction.mart_situation);
insert into journal.situations
select exercice, mois, dispositif, etp, cout_personnel, cout_fonctionnement, amortissements, subventions, reprises,
  cout_net, recettes, libelle,
  (select d.thematique from construction.int_dispositifs_exercice as d
    where (d.exercice, d.dispositif) = (m.exercice, m.dispositif))
  from construction.mart_situation as m
"""
# what a year before had by the end of that month, and has not come: month by month, whatever file gave it (F17, G6)
ABSENTS = """
with arrives (jeu, exercice, mois, periode) as (
  select f.jeu, f.exercice, m, to_char(m, 'FM00')
    from construction.stg_journal__fichiers as f cross join generate_series(f.mois_debut, f.mois) as m
  union
  select jeu, exercice, 6 * semestre, 'S' || semestre
    from construction.stg_journal__fichiers where semestre is not null
  union
  select 'mandats', exercice, mois, to_char(mois, 'FM00') from construction.stg_compta__pes_mois
)
select jeu || '_' || exercice + 1 || '-' || periode as nom
  from arrives where exercice = %(exercice)s - 1 and mois <= %(mois)s
except
select jeu || '_' || exercice || '-' || periode from arrives where exercice = %(exercice)s
except
-- a PES gives titres too, those of January to the exercice before
select 'titres_' || to_char(date_emission, 'YYYY-MM') from construction.stg_compta__ecritures where sens = 'titre'
 order by nom
"""
# R2i, of the exercices whose mean costs it reads
RESTREINTE = "select coalesce(bool_or(restreint), false) from construction.int_groupes_lus where lu"
REFUS = "La situation ne peut pas être écrite"
COLONNES = {
    "situation": (
        "exercice", "mois", "dispositif", "etp", "cout_personnel", "cout_fonctionnement", "amortissements",
        "subventions", "reprises", "cout_net", "recettes",
    ),
    "atterrissage": (
        "exercice", "mois", "dispositif", "cumul_cout", "cumul_cout_n1", "cout_n1", "atterrissage_cout", "prevu_cout",
        "cumul_recettes", "cumul_recettes_n1", "recettes_n1", "atterrissage_recettes", "prevu_du",
    ),
}  # fmt: skip


def ecrire_situation(
    conn: psycopg.Connection[Any],
    exercice: int,
    mois: int,
    sortie: Path,
    version: int,
    *,
    poste: Poste | None = None,
    imprimer: Callable[[Document, Path], object] = imprimerie.ecrire,
) -> tuple[Path, str, str]:
    """Write `situation_AAAA-MM/` under `sortie` from a build of this month: the same files give the same bytes. Return
    its path, then two sentences: whose staff costs 0, and what would end over the forecast. Raises
    `ErreurMutualisation` when the folder can't be written."""
    contexte = lire_contexte(conn, exercice, version)
    destination = sortie / f"situation_{exercice}-{mois:02}"
    lues = {nom: [x for x in lire(conn, nom) if exercice - x["exercice"] in (0, 1)] for nom in COLONNES}
    (restreinte,) = conn.execute(RESTREINTE).fetchone() or (False,)
    absents = [nom for (nom,) in conn.execute(ABSENTS, {"exercice": exercice, "mois": mois}).fetchall()]
    # from the day after, up to the invoices of its second semestre
    dues = echeances(conn, date(exercice + mois // 12, mois % 12 + 1, 1), date(exercice + 1, 1, 15))
    situation = Situation(contexte, mois, **lues, absents=absents, echeances=dues, restreinte=restreinte)
    with remplacer_dossier(destination, REFUS) as dossier:
        for nom, colonnes in COLONNES.items():
            ecrire_csv(dossier / f"{nom}.csv", colonnes, lues[nom])
        imprimer(page(situation), dossier)
        dit = {
            "exercice": exercice, "mois": mois, "version": None, "publication_sha256": None, "provisoire": True,
            "diffusion": dire_diffusion(restreinte), "entrees": contexte.fichiers,
        }  # fmt: skip
        poser(dossier, dit, poste)
    with conn.transaction():
        conn.execute(REMPLACER)
        conn.execute(GARDER)
    return destination, majuscule(dire_sans_cout(lues["situation"])), dire_depassements(lues["atterrissage"])


def lire(conn: psycopg.Connection[Any], nom: str) -> list[dict[str, Any]]:
    """Return the rows of a mart of the build, in the order of their key."""
    with conn.cursor(row_factory=dict_row) as curseur:
        requete = sql.SQL("select * from construction.{}").format(sql.Identifier(f"mart_{nom}"))
        lignes = curseur.execute(requete).fetchall()
    return sorted(lignes, key=lambda r: (-r["exercice"], r["mois"], r.get("dispositif", "")))


def exiger_mois(mois: int) -> None:
    """Raise `ErreurMutualisation` for a month that does not exist."""
    if not 1 <= mois <= 12:
        raise ErreurMutualisation(f"Le mois {mois} n'existe pas : donnez --mois, de 1 à 12.")
