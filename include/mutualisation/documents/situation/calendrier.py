"""Say what the year asks, and when: deadlines of the law, and those of the rows that the last build has counted."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import psycopg

from mutualisation.documents.factures.facturation import limite_du_budget
from mutualisation.socle.francais.formats import enumerer, jour
from mutualisation.socle.francais.typographie import ordre

# L5217-10-4: the debate is held within ten weeks before the budget is examined
DEBAT = timedelta(weeks=10)
A_PUBLIER = " à publier"
HORIZON = timedelta(days=92)
# each kind of deadline, in the order of a page: `mart_echeances` gives these keys
GENRES = {
    "annee": "budget et bilan", "facture": "factures à émettre", "convention": "fin de convention",
    "marche": "fin de marché", "action": "action attendue", "avis": "avis réputé favorable sans délibération",
}  # fmt: skip
# nothing is due of a year that this EPCI never had
CONNU = """
select exists (select from journal.fichiers_courants where exercice <= %(exercice)s)
    or exists (select from journal.publications where exercice <= %(exercice)s)"""
VOTE = "select le from journal.echeances where genre = 'vote' and qui = %s"
# what is published, and the invoices that were written: those of a published year go out with its bilan
FAITS = """
select format('bilan %s', exercice) from journal.publications
union select format('%s-S%s', exercice, s) from journal.publications cross join generate_series(1, 2) as s
union select format('%s-S%s', exercice, semestre) from journal.brouillons"""
LIGNES = """
select le, genre, objet, count(distinct qui) from journal.echeances
 where le between %(jour)s and %(fin)s and %(jour)s between du and au and genre <> 'vote'
 group by le, genre, objet
"""


class Echeance(NamedTuple):
    """On a day one thing is due: its kind (`GENRES`), and what it is of how many."""

    le: date
    genre: str
    objet: str
    nombre: int = 1

    def __str__(self) -> str:
        return self.objet + (f" ({self.nombre})" if self.nombre > 1 else "")


def vote_du_budget(conn: psycopg.Connection[Any], annee: int) -> date:
    """Return the day on which a budget is voted: the parameter `vote_budget:AAAA`, else the last that the law gives."""
    vote = conn.execute(VOTE, (str(annee),)).fetchone()
    return vote[0] if vote else limite_du_budget(annee)


def echeances_du_bilan(conn: psycopg.Connection[Any], exercice: int) -> list[tuple[date, str]]:
    """Return when the bilan of an exercice is due, in order, and for what (L5211-39-1); [] before the first known."""
    if conn.execute(CONNU, {"exercice": exercice}).fetchone() == (False,):
        return []
    vote, fin = vote_du_budget(conn, exercice + 1), date(exercice + 1, 6, 30)
    debat = f"pour le débat d'orientation budgétaire, avant le vote du budget du {jour(vote)}"
    return [(vote - DEBAT, debat), (fin, f"au {jour(fin)}")]


def echeances(conn: psycopg.Connection[Any], le: date, fin: date) -> list[Echeance]:
    """Return what comes due between two days and is not done, in order of date."""
    faits = {fait for (fait,) in conn.execute(FAITS)}
    lues = map(Echeance._make, conn.execute(LIGNES, {"jour": le, "fin": fin}).fetchall())
    dates = (*(x for annee in range(le.year, fin.year + 2) for x in _de_l_annee(conn, annee)), *lues)
    dues = (x for x in dates if le <= x.le <= fin and x.objet.removesuffix(A_PUBLIER) not in faits)
    return sorted(dues, key=lambda x: (x.le, x.genre, ordre(x.objet)))


def calendrier(conn: psycopg.Connection[Any], le: date) -> list[tuple[date, str]]:
    """Return what the three months after a day ask, a sentence for each day and kind."""
    par_jour: dict[tuple[date, str], list[str]] = {}
    for x in echeances(conn, le, le + HORIZON):
        par_jour.setdefault((x.le, x.genre), []).append(str(x))
    return [(quand, f"{GENRES[genre]} : {enumerer(objets)}") for (quand, genre), objets in par_jour.items()]


def _de_l_annee(conn: psycopg.Connection[Any], annee: int) -> Iterator[Echeance]:
    vote = vote_du_budget(conn, annee)
    yield Echeance(vote, "annee", f"vote du budget {annee}, coûts unitaires à notifier avant (L1612-2)")
    if dues := echeances_du_bilan(conn, annee - 1):
        ouvert = f"le débat d'orientation budgétaire {annee} s'ouvre, avant le {jour(vote)}, y communiquer le bilan"
        yield Echeance(dues[0][0], "annee", ouvert)
        yield Echeance(dues[1][0], "annee", f"bilan {annee - 1}{A_PUBLIER}")
        yield Echeance(date(annee, 1, 15), "facture", f"{annee - 1}-S2")
    yield Echeance(date(annee, 7, 15), "facture", f"{annee}-S1")
