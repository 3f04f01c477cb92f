"""Name the files that an exercice (at its deadline, before an unasked build: G6) or a semestre to bill (R18) lacks."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

import psycopg

from mutualisation.documents.situation.calendrier import echeances_du_bilan
from mutualisation.entree.ingestion.depot import mois_couverts
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.extraits_csv import lire_pointeurs
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.socle.francais.formats import jour, plusieurs
from mutualisation.usage.operations.session import Session, verifier_exercices

MOIS = re.compile(r"_\d{4}-\d\d$")
CHARGES = "select jeu, periode from journal.fichiers_courants where exercice = %s"
# the exercices are those published, and those after them whose payroll is loaded (S3: a closed one is built again on
# demand only)
OUVERTS = """
with publies as (select exercice from journal.publications), charges as (
  select distinct exercice from journal.fichiers_courants
   where jeu = 'masse_salariale' and exercice > coalesce((select max(exercice) from publies), 0))
select exercice, exercice in (table publies) from (table publies union table charges) as e
 where exercice not in (select exercice from journal.clotures) order by exercice
"""
# the exercices under way, and the last month of their situation
SITUES = """
select distinct f.exercice, coalesce((select max(s.mois) from journal.situations as s where s.exercice = f.exercice), 0)
  from journal.fichiers_courants as f
 where f.jeu = 'temps' and f.exercice not in (select exercice from journal.publications)
 order by 1
"""
# a justified absence no longer blocks (G5)
JUSTIFIES = """
select controle, cle from brut.justifications
 where exercice = %s and controle in ('fichier_manquant', 'mois_manquant') and defauts is null
   and fichier_id in (select fichier_id from journal.fichiers_courants)
"""
# a month of mandats is there too when a PES bordereau of the EPCI is dated in it (G6)
MOIS_PES = """
select distinct extract(month from p.dtebordem)::int
  from brut.pes as p
 where p.sens = 'depense' and extract(year from p.dtebordem) = %s
   and p.fichier_id in (select fichier_id from journal.fichiers_courants)
   and left(regexp_replace(p.idcoll, '\\s', '', 'g'), 9) in (select siren from journal.epci)
"""
# the query gives the semestres after the last publication that have a file and no draft yet, and what a tariff of their
# first day needs
A_FACTURER = """
select e.exercice, s.semestre, t.unites, t.achats
  from (select exercice, semestre from journal.fichiers_courants where jeu = 'unites'
        union select exercice, (mois + 5) / 6 from journal.fichiers_courants where jeu = 'commandes') as s
 inner join (select distinct exercice from journal.fichiers_courants
              where exercice > coalesce((select max(exercice) from journal.publications), 0)) as e using (exercice)
 cross join lateral (
   select bool_or(regle in ('par_unite', 'cout_unitaire')) as unites, bool_or(base = 'achats_ht') as achats
     from brut.tarifs
    where make_date(e.exercice, 6 * s.semestre - 5, 1) between debut and coalesce(fin, 'infinity')
      and mode_recouvrement <> 'gratuit' and defauts is null
      and fichier_id in (select fichier_id from journal.fichiers_courants)) as t
 where (e.exercice, s.semestre) not in (select exercice, semestre from journal.brouillons)
 order by 1, 2
"""


def semestres_a_facturer(conn: psycopg.Connection[Any]) -> list[str]:
    """Say of each semestre to invoice before its exercice is published which files it lacks, else the command."""
    # a warehouse that never loaded has no table of rows
    if conn.execute("select to_regclass('brut.tarifs') is null").fetchone() == (True,):
        return []
    return [_a_facturer(conn, *semestre) for semestre in conn.execute(A_FACTURER).fetchall()]


def _a_facturer(conn: psycopg.Connection[Any], exercice: int, semestre: int, unites: bool, achats: bool) -> str:
    charges = conn.execute(CHARGES, (exercice,)).fetchall()
    mois = {m for jeu, p in charges if jeu == "commandes" for m in mois_couverts(registre().jeu(jeu), p)}
    attendus = set(range(6 * semestre - 5, 6 * semestre + 1)) if achats else set[int]()
    manquants = [f"cam/commandes_{exercice}-{m:02}" for m in sorted(attendus - mois)]
    if unites and ("unites", f"{exercice}-S{semestre}") not in charges:
        manquants.insert(0, f"activite/unites_{exercice}-S{semestre}")
    suite = (
        f"{_il_manque(manquants)}."
        if manquants
        else f"« mutualisation facturer --exercice {exercice} --semestre {semestre} --sortie DOSSIER » les écrit."
    )
    return f"Factures {exercice}-S{semestre} : {suite}"


def fichiers_tardifs(session: Session) -> dict[int, str]:
    """Return {published exercice: how many files arrived since, that no build of it has counted (S3)}."""
    with connecter(session.dsn) as conn:
        tardifs = conn.execute("select * from journal.fichiers_tardifs()").fetchall()
    dire = "Exercice {} : {} depuis la version {} n'y compte{} pas : « mutualisation bilan --exercice {} »."
    arrives = "fichier arrivé", "fichiers arrivés"
    return {e: dire.format(e, plusieurs(n, *arrives), v, "nt" if n > 1 else "", e) for e, v, n in tardifs}


def exiger_bilan(session: Session, exercice: int, le: date, au: date | None = None, tous_les: int = 1) -> str:
    """Say that an exercice is published; nothing before it is due, on the day `au`, else on those that the law gives.
    Raises `ControleEchoue` when it is due and is not: which expected files are missing, or what is left to do. It does
    so on the day, then every so many days, `tous_les`; between them the same is said, and nothing raised."""
    (annee,) = verifier_exercices([exercice])
    with connecter(session.dsn) as conn:
        dues = [(au, f"au {jour(au)}")] if au else echeances_du_bilan(conn, annee)
        echues = [due for due in dues if due[0] <= le]
        if not echues:
            return ""
        if version := lire_pointeurs(conn).get(annee):
            return f"Le bilan {annee} est publié, version {version}."
        manquants = fichiers_manquants(conn, annee)
    if manquants:
        il_manque = f"{_il_manque(manquants)}. Déposez-les, le bilan suivra"
    else:
        il_manque = "aucun fichier attendu ne manque. Lancez « bilan_etape », ou répondez à « publication_bilan »"
    due, pour = echues[-1]
    constat = f"Pas de bilan {annee} {pour} : {il_manque}."
    if (le - due).days % tous_les:
        return constat
    raise ControleEchoue([constat])


def exercices_a_construire(dsn: str) -> tuple[list[int], dict[int, str]]:
    """Return the exercices that an unasked build takes: those published, and later ones that are complete. The second
    value is {a later one that would stop the others: the sentence that says why}."""
    with connecter(dsn) as conn:
        ouverts = conn.execute(OUVERTS).fetchall()
        manques = {e: fichiers_manquants(conn, e) for e, publie in ouverts if not publie}
    incomplets = {e: f"Exercice {e} laissé de côté : {_il_manque(noms)}." for e, noms in manques.items() if noms}
    return [e for e, _ in ouverts if e not in incomplets], incomplets


def mois_a_situer(session: Session) -> list[tuple[int, int]]:
    """Return (exercice, month) for each exercice that is not published and has a whole month more than its situation:
    agents, time and mandats of every month up to it are loaded, or justified (R22a). Of one that lacks nothing, a bilan
    says more."""
    with connecter(session.dsn) as conn:
        complets = [(e, _dernier_mois(conn, e), situe) for e, situe in conn.execute(SITUES).fetchall()]
    return [(exercice, mois) for exercice, mois, situe in complets if mois > situe]


def _dernier_mois(conn: psycopg.Connection[Any], exercice: int) -> int:
    """Return the last month up to which all that a situation needs is there, 0 for none and for a whole year."""
    manquants = [nom.rpartition(f"_{exercice}") for nom in fichiers_manquants(conn, exercice)]
    if not manquants or any(jeu == "rh/agents" for jeu, _, _ in manquants):
        return 0
    return min((int(mois[1:]) for _, _, mois in manquants if mois), default=13) - 1


def _il_manque(noms: list[str]) -> str:
    return f"il manque {plusieurs(len(noms), 'fichier')} : {', '.join(_plier(noms))}"


def _plier(noms: list[str]) -> Iterator[str]:
    """Fold the months of a jeu that follow each other: « compta/mandats_2024-01 à 2024-12 »."""

    def suite(place: tuple[int, str]) -> tuple[str, int]:
        rang, nom = place
        return (nom[:-2], int(nom[-2:]) - rang) if MOIS.search(nom) else (nom, 0)

    for _, groupe in groupby(enumerate(noms), suite):
        premier, *suivants = [nom for _, nom in groupe]
        yield f"{premier} à {suivants[-1].rpartition('_')[2]}" if suivants else premier


def fichiers_manquants(conn: psycopg.Connection[Any], exercice: int) -> list[str]:
    """Return the expected files of an exercice neither loaded nor justified, as `source/nom` (G5, G6)."""
    couverts: dict[str, set[int]] = {}
    attendus = [j for j in registre().jeux if j.attendu]
    par_nom = {j.nom: j for j in attendus}
    for nom, periode in conn.execute(CHARGES, (exercice,)):
        if nom in par_nom:
            couverts.setdefault(nom, set()).update(mois_couverts(par_nom[nom], periode))
    justifies: set[tuple[str, str | None]] = set()
    # a warehouse that never loaded has no table of rows
    if conn.execute("select to_regclass('brut.pes') is not null").fetchone() == (True,):
        couverts.setdefault("mandats", set()).update(m for (m,) in conn.execute(MOIS_PES, (exercice,)))
        justifies = set(conn.execute(JUSTIFIES, (exercice,)).fetchall())
    return [
        f"{jeu.source}/{nom}"
        for jeu in attendus
        for controle, cle, nom in _absences_du_jeu(jeu, exercice, couverts.get(jeu.nom))
        if not {(controle, None), (controle, cle)} & justifies
    ]


def _absences_du_jeu(jeu: Jeu, exercice: int, couverts: set[int] | None) -> list[tuple[str, str, str]]:
    """Return (control, its key, name) of each file of a jeu that is not loaded."""
    if jeu.attendu == "annuel":
        return [("fichier_manquant", jeu.nom, f"{jeu.nom}_{exercice}")] if couverts is None else []
    noms = (f"{jeu.nom}_{exercice}-{mois:02}" for mois in sorted(set(range(1, 13)) - (couverts or set())))
    return [("mois_manquant", nom, nom) for nom in noms]
