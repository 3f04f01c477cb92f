"""The deadline of a bilan: an exercice is published on the day, or a sentence names the files that are missing (G6)."""

from datetime import date
from typing import Any

import psycopg

from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import ControleEchoue
from mutualisation.francais.formats import jour, plusieurs
from mutualisation.ingestion.depot import mois_couverts
from mutualisation.operations.session import Session, verifier_exercices
from mutualisation.publication.extraits_csv import lire_pointeurs
from mutualisation.sources.registre import registre

CHARGES = "select jeu, periode from journal.fichiers_courants where exercice = %s"
# a month of mandats is there too when a PES bordereau of the EPCI is dated in it (G6)
MOIS_PES = """
select distinct extract(month from p.dtebordem)::int
  from brut.pes as p
 where p.sens = 'depense' and extract(year from p.dtebordem) = %s
   and p.fichier_id in (select fichier_id from journal.fichiers_courants)
   and left(regexp_replace(p.idcoll, '\\s', '', 'g'), 9) in (select siren from journal.epci)
"""


def exiger_bilan(session: Session, exercice: int, au: date) -> str:
    """A sentence when an exercice is published.

    Raises `ControleEchoue` when it is not: which expected files are missing, or what is left to do when none is.
    """
    (annee,) = verifier_exercices([exercice])
    with connecter(session.dsn) as conn:
        if version := lire_pointeurs(conn).get(annee):
            return f"Le bilan {annee} est publié, version {version}."
        manquants = fichiers_manquants(conn, annee)
    if manquants:
        il_manque = (
            f"il manque {plusieurs(len(manquants), 'fichier')} : {', '.join(manquants)}. Déposez-les, le bilan suivra"
        )
    else:
        il_manque = "aucun fichier attendu ne manque. Lancez « bilan_etape », ou répondez à « publication_bilan »"
    raise ControleEchoue([f"Pas de bilan {annee} au {jour(au)} : {il_manque}."])


def fichiers_manquants(conn: psycopg.Connection[Any], exercice: int) -> list[str]:
    """Expected files of an exercice that are not loaded, `source/nom` without extension (G6)."""
    couverts: dict[str, set[int]] = {}
    attendus = [j for j in registre().jeux if j.attendu]
    par_nom = {j.nom: j for j in attendus}
    for nom, periode in conn.execute(CHARGES, (exercice,)):
        if nom in par_nom:
            couverts.setdefault(nom, set()).update(mois_couverts(par_nom[nom], periode))
    if "mandats" in par_nom and conn.execute("select to_regclass('brut.pes') is not null").fetchone() == (True,):
        couverts.setdefault("mandats", set()).update(m for (m,) in conn.execute(MOIS_PES, (exercice,)))
    manquants = []
    for jeu in attendus:
        if jeu.attendu == "annuel":
            manquants += [] if jeu.nom in couverts else [f"{jeu.source}/{jeu.nom}_{exercice}"]
        else:
            absents = sorted(set(range(1, 13)) - couverts.get(jeu.nom, set()))
            manquants += [f"{jeu.source}/{jeu.nom}_{exercice}-{mois:02}" for mois in absents]
    return manquants
