"""Write `situation_AAAA-MM/` from a build of a month: figures, a page, a sheet, a signed manifest (R22b)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from mutualisation.documents.composition.dossier import remplacer_dossier
from mutualisation.documents.extrait import imprimerie
from mutualisation.documents.mise_en_forme.fichier_csv import ecrire_csv
from mutualisation.documents.mise_en_forme.modele import Document
from mutualisation.documents.situation.atterrissages import dire_depassements
from mutualisation.documents.situation.calendrier import echeances
from mutualisation.documents.situation.page_situation import Situation, dire_sans_cout, page
from mutualisation.documents.situation.suivi_budgetaire import dire_credits_depasses
from mutualisation.publication.versions.constructions import lire_mart
from mutualisation.publication.versions.contexte import lire_contexte
from mutualisation.publication.versions.manifeste import dire_diffusion, poser
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.francais.formats import majuscule
from mutualisation.socle.poste import Poste

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
    "budget_suivi": (
        "exercice", "mois", "dispositif", "composante", "vote", "realise", "engage", "disponible", "atterrissage",
        "projete", "auteur", "retenu",
    ),
}  # fmt: skip


class SituationFaite(NamedTuple):
    """The folder of a situation is `destination`; the two sentences say whose staff costs 0, and what would end over
    the forecast or has passed its credits (R23a)."""

    destination: Path
    sans_cout: str
    depassements: str


@contextmanager
def ecrire_situation(
    conn: psycopg.Connection[Any],
    exercice: int,
    mois: int,
    sortie: Path,
    version: int,
    *,
    poste: Poste | None = None,
    imprimer: Callable[[Document, Path], object] = imprimerie.ecrire,
) -> Iterator[SituationFaite]:
    """Write `situation_AAAA-MM/` from a build of this month, and yield it: it takes its place under `sortie` at the
    end. The same files give the same bytes. Raises `ErreurMutualisation` when the folder can't be written."""
    contexte = lire_contexte(conn, exercice, version)
    destination = sortie / f"situation_{exercice}-{mois:02}"
    lues = {nom: [x for x in lire(conn, nom) if exercice - x["exercice"] in (0, 1)] for nom in COLONNES}
    hors = sorted((x for x in lire_mart(conn, "credits_hors")), key=lambda r: (r["composante"], r["motif"]))
    methode = next(iter(lire_mart(conn, "methode")), None)
    absents = sorted(x["nom"] for x in lire_mart(conn, "absents") if x["exercice"] == exercice)
    restreinte = any(x["restreinte"] for x in lues["situation"])
    # from the day after, up to the invoices of its second semestre
    dues = echeances(conn, date(exercice + mois // 12, mois % 12 + 1, 1), date(exercice + 1, 1, 15))
    situation = Situation(
        contexte, mois, **lues, credits_hors=hors, absents=absents, echeances=dues, restreinte=restreinte,
        methode=methode,
    )  # fmt: skip
    with remplacer_dossier(destination, REFUS) as dossier:
        for nom, colonnes in COLONNES.items():
            ecrire_csv(dossier / f"{nom}.csv", colonnes, lues[nom])
        imprimer(page(situation), dossier)
        dit = {
            "exercice": exercice, "mois": mois, "version": None, "publication_sha256": None, "provisoire": True,
            "diffusion": dire_diffusion(restreinte), "entrees": contexte.fichiers,
        }  # fmt: skip
        poser(dossier, dit, poste)
        depassements = dire_depassements(lues["atterrissage"]), dire_credits_depasses(lues["budget_suivi"])
        yield SituationFaite(
            destination, majuscule(dire_sans_cout(lues["situation"])), " ".join(filter(None, depassements))
        )


def lire(conn: psycopg.Connection[Any], nom: str) -> list[dict[str, Any]]:
    """Return the rows of a mart of the build, in the order of their key."""
    return sorted(lire_mart(conn, nom), key=lambda r: (-r["exercice"], r["mois"], r["dispositif"], r.get("composante")))


def exiger_mois(mois: int) -> None:
    """Raise `ErreurMutualisation` for a month that does not exist."""
    if not 1 <= mois <= 12:
        raise ErreurMutualisation(f"Le mois {mois} n'existe pas : donnez --mois, de 1 à 12.")
