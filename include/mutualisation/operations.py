"""Use cases, called alike by the command line and by the Airflow tasks: load, build, check, publish, extract."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version as version_du_paquet
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.construction.dbt import SCHEMA, OuvrierDbt, ResultatDbt
from mutualisation.entrepot.connexion import connecter, verrou_entrepot
from mutualisation.entrepot.migrations import migrer
from mutualisation.entrepot.serveur import dossier_var, serveur_entrepot
from mutualisation.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.ingestion.chargement import Chargement, charger_depot
from mutualisation.publication.extrait import ecrire_extrait
from mutualisation.publication.promotion import preparer_publication, promouvoir
from mutualisation.qualite import prechargement
from mutualisation.qualite.porte_rapport import verifier_bilan
from mutualisation.sources.brut import synchroniser_brut

Suivi = Callable[[str], None]
SQL_BLOQUANTS = """
select c.controle, c.cle, c.exercice, c.statut, c.valeur_attendue, c.valeur_constatee, x.remede
  from construction.controles as c
  join construction.controles_index as x using (controle)
 where c.bloquant and c.statut in ('ecart', 'non_execute') and c.justification is null
 order by c.exercice, c.controle, c.cle
"""
LIMITE_MESSAGES = 50


def _muet(_: str) -> None:
    pass


@dataclass
class Contexte:
    """An open warehouse: address, folder of what runs, dbt child process; `suivi` receives progress in French."""

    dsn: str
    var: Path
    suivi: Suivi = _muet
    embarque: bool = True
    _dbt: OuvrierDbt | None = None
    _pile: ExitStack = field(default_factory=ExitStack)

    @classmethod
    @contextmanager
    def depuis_environnement(cls, suivi: Suivi = _muet) -> Iterator[Contexte]:
        """Open the warehouse of `ENTREPOT_DSN`, else the embedded one, migrated to the newest schema."""
        with serveur_entrepot() as dsn, ExitStack() as pile:
            migrer(dsn)
            contexte = cls(dsn, dossier_var(), suivi, embarque="ENTREPOT_DSN" not in os.environ, _pile=pile)
            yield contexte

    @contextmanager
    def connexion(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that holds the lock of the warehouse while it works."""
        with connecter(self.dsn) as conn, verrou_entrepot(conn):
            yield conn

    def precharger(self) -> None:
        """Start dbt and Great Expectations while files are loaded: both take seconds to import."""
        self.dbt()
        prechargement.precharger()
        self._pile.callback(prechargement.fermer)

    def dbt(self) -> OuvrierDbt:
        """The dbt child process, started once."""
        if self._dbt is None:
            self._dbt = OuvrierDbt(self.dsn, self.var)
            self._pile.callback(self._dbt.fermer)
        return self._dbt


def charger(contexte: Contexte, depot: str, sources: list[str] | None = None) -> list[Chargement]:
    """Load what is new in a drop (file gate included). Raises `FichierRefuse`, `ErreurMutualisation`."""
    with contexte.connexion() as conn:
        return charger_depot(conn, depot, sources, contexte.var, contexte.suivi)


def construire(contexte: Contexte, exercices: list[int], prepare_par: str | None = None) -> int:
    """Build the candidate publication of the exercices and run the model gate; give back its version.

    Raises `ControleEchoue` when dbt or one of its tests failed.
    """
    with contexte.connexion() as conn:
        auteur = _preparateur(contexte, conn, prepare_par)
        version = _ouvrir_construction(conn, exercices, auteur)
        contexte.suivi(f"Construction de la version {version}, exercices {', '.join(map(str, sorted(exercices)))}")
        try:
            resultat = contexte.dbt().construire()
        except ControleEchoue:
            _clore(conn, version, "echouee", {})
            raise
        if resultat.echecs:
            _clore(conn, version, "echouee", {"modele": resultat.en_dict()})
            raise ControleEchoue(_echecs_lisibles(conn, resultat))
        _clore(conn, version, "construite", {"modele": resultat.en_dict()})
    return version


def controler(contexte: Contexte, version: int) -> None:
    """Run the report gate on a build. Raises `ControleEchoue` with every control that fails."""
    with contexte.connexion() as conn:
        exercices = _construction(conn, version, ("construite", "validee"))
        resultat = verifier_bilan(contexte.dsn, SCHEMA, version, exercices)
        _clore(conn, version, "validee" if resultat.reussie else "echouee", {"bilan": resultat.en_dict()})
    if not resultat.reussie:
        raise ControleEchoue(resultat.echecs)


def publier(contexte: Contexte, version: int | None = None) -> str:
    """Promote a validated build (default: the last one); give back `publication_sha256`."""
    with contexte.connexion() as conn:
        preparer_publication(conn)
        conn.commit()
        return promouvoir(conn, version if version is not None else _derniere_validee(conn))


def extraire(contexte: Contexte, exercice: int, sortie: str, version: int | None = None) -> str:
    """Write the extract `bilan_AAAA/` of an exercice; give back its folder."""
    with connecter(contexte.dsn) as conn:
        identite = "declaree" if contexte.embarque else "authentifiee"
        return str(ecrire_extrait(conn, exercice, Path(sortie), version=version, identite=identite))


def etat(contexte: Contexte) -> dict[str, Any]:
    """What is loaded, held, rejected and published (keys: publication_sha256, exercices, fichiers, rejets)."""
    with connecter(contexte.dsn) as conn:
        preparer_publication(conn)
        publications = conn.execute(
            "select p.exercice, p.version, c.prepare_par, c.publication_sha256, p.publie_le"
            " from journal.publications p join journal.constructions c using (version) order by p.exercice"
        ).fetchall()
        fichiers = conn.execute(
            "select source, jeu, count(*), sum(lignes) from journal.fichiers_courants group by source, jeu order by 1, 2"
        ).fetchall()
        refuses = conn.execute(
            "select distinct on (chemin) chemin, motif from journal.fichiers where statut = 'refuse'"
            " order by chemin, fichier_id desc"
        ).fetchall()
        rejets = conn.execute(
            "select source, statut, count(*) from publication.rejets group by source, statut order by 1, 2"
        ).fetchall()
        derniere = conn.execute(
            "select publication_sha256 from journal.constructions where statut = 'publiee' order by version desc limit 1"
        ).fetchone()
    return {
        "publication_sha256": derniere[0] if derniere else None,
        "exercices": [
            {"exercice": e, "version": v, "prepare_par": p, "publie_le": q.isoformat()} for e, v, p, _, q in publications
        ],
        "fichiers": [{"source": s, "jeu": j, "fichiers": n, "lignes": int(t or 0)} for s, j, n, t in fichiers],
        "refuses": [{"fichier": c, "motif": m} for c, m in refuses],
        "rejets": [{"source": s, "statut": t, "lignes": n} for s, t, n in rejets],
    }


def _ouvrir_construction(conn: psycopg.Connection[Any], exercices: list[int], prepare_par: str) -> int:
    """A fresh schema, and the one build `en_cours` that dbt reads its exercices from."""
    if not exercices:
        raise ErreurMutualisation("Aucun exercice demandé : ajoutez --exercice AAAA.")
    synchroniser_brut(conn)
    conn.execute("update journal.constructions set statut = 'echouee', fin = now() where statut = 'en_cours'")
    conn.execute(f"drop schema if exists {SCHEMA} cascade")
    conn.execute(f"create schema {SCHEMA}")
    ligne = conn.execute(
        "insert into journal.constructions (exercices, prepare_par, code_version) values (%s, %s, %s) returning version",
        (sorted(set(exercices)), prepare_par, version_du_code()),
    ).fetchone()
    conn.commit()
    if ligne is None:
        raise ErreurMutualisation("La construction n'a pas pu être ouverte dans le journal.")
    return int(ligne[0])


def _clore(conn: psycopg.Connection[Any], version: int, statut: str, portes: dict[str, Any]) -> None:
    conn.execute(
        "update journal.constructions set statut = %s, fin = now(), portes = portes || %s::jsonb where version = %s",
        (statut, json.dumps(portes, ensure_ascii=False), version),
    )
    conn.commit()


def _construction(conn: psycopg.Connection[Any], version: int, statuts: tuple[str, ...]) -> list[int]:
    ligne = conn.execute(
        "select exercices, statut from journal.constructions where version = %s", (version,)
    ).fetchone()
    if ligne is None or ligne[1] not in statuts:
        raise ErreurMutualisation(f"La version {version} n'est pas à contrôler (statut : {ligne and ligne[1]}).")
    return list(ligne[0])


def _derniere_validee(conn: psycopg.Connection[Any]) -> int:
    ligne = conn.execute(
        "select version, statut from journal.constructions order by version desc limit 1"
    ).fetchone()
    if ligne is None or ligne[1] != "validee":
        raise ErreurMutualisation("Aucune construction validée à publier : lancez « mutualisation controler ».")
    return int(ligne[0])


def _echecs_lisibles(conn: psycopg.Connection[Any], resultat: ResultatDbt) -> list[str]:
    """Blocking controls first when they could be built: they say why; then the tests of dbt that failed."""
    existe = conn.execute("select to_regclass('construction.controles') is not null").fetchone()
    bloquants = conn.execute(SQL_BLOQUANTS).fetchall() if existe and existe[0] else []
    phrases = [
        f"{controle}{f' ({cle})' if cle else ''}, exercice {exercice} : attendu {attendu or '—'}, "
        f"constaté {constate or '—'} — {remede}"
        for controle, cle, exercice, _, attendu, constate, remede in bloquants
    ]
    return (phrases + resultat.echecs)[:LIMITE_MESSAGES]


def _preparateur(contexte: Contexte, conn: psycopg.Connection[Any], nom: str | None) -> str:
    """Name recorded with the build; on a named server it is the login and nothing else (K3)."""
    if contexte.embarque:
        return nom or getpass.getuser()
    ligne = conn.execute("select session_user").fetchone()
    login = str(ligne[0]) if ligne else ""
    if nom is not None and nom != login:
        raise ErreurMutualisation(
            f"--prepare-par {nom} : sur un serveur nommé, le préparateur est le compte connecté ({login})."
        )
    return login


def version_du_code() -> str:
    """Version of the package, with the commit when it runs from a checkout."""
    paquet = version_du_paquet("mutualisation")
    racine = Path(__file__).resolve().parents[2]
    if not (racine / ".git").exists():
        return paquet
    commit = subprocess.run(
        ["git", "-C", str(racine), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    return f"{paquet}+{commit.stdout.strip()}" if commit.returncode == 0 else paquet
