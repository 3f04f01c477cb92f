"""Use cases, called alike by the command line and by the Airflow tasks: load, build, check, publish, extract."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.metadata import version as version_du_paquet
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.chemins import RACINE
from mutualisation.construction.dbt import SCHEMA, OuvrierDbt, ResultatDbt
from mutualisation.entrepot.comptes import au_nom_de, compte_systeme
from mutualisation.entrepot.connexion import connecter, verrou_entrepot
from mutualisation.entrepot.migrations import migrer
from mutualisation.entrepot.serveur import dossier_var, serveur_entrepot
from mutualisation.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.factures import ecrire_factures
from mutualisation.ingestion.chargement import Chargement, charger_depot
from mutualisation.portes import prechargement
from mutualisation.portes.bilan import verifier_bilan
from mutualisation.publication.extrait import ecrire_extrait
from mutualisation.publication.promotion import preparer_publication, promouvoir
from mutualisation.sources.brut import synchroniser_brut

Suivi = Callable[[str], None]
SQL_BLOQUANTS = """
select c.controle, c.cle, c.exercice, c.statut, c.valeur_attendue, c.valeur_constatee, x.remede
  from construction.controles as c
  join construction.controles_index as x using (controle)
 where c.bloquant and c.statut in ('ecart', 'non_execute') and c.justification is null
 order by c.exercice, c.controle, c.cle
"""
# The loads whose files count in a build; one made before its gate was kept says so (`sans_resultat`)
SQL_PORTE_FICHIER = """
select jsonb_build_object(
  'porte', 'fichier',
  'reussie', coalesce(bool_and(porte ->> 'statut' = 'conforme'), false),
  'executees', coalesce(sum((porte ->> 'executees')::int), 0),
  'chargements', count(*),
  'sans_resultat', count(*) filter (where porte is null))
  from journal.chargements
 where chargement_id in (
   select f.chargement_id from journal.fichiers as f join journal.fichiers_courants as c using (fichier_id))
"""
SQL_ETAT = {
    "derniere": "select publication_sha256 from journal.constructions where statut = 'publiee'"
    " order by version desc limit 1",
    "publies": "select p.exercice, p.version, c.prepare_par, p.publie_le"
    " from journal.publications p join journal.constructions c using (version) order by p.exercice",
    "fichiers": "select source, jeu, count(*), coalesce(sum(lignes), 0) from journal.fichiers_courants"
    " group by source, jeu order by 1, 2",
    # a file that was mended and loaded since is no longer refused
    "refuses": "select chemin, motif from (select distinct on (chemin) chemin, motif, statut from journal.fichiers"
    " order by chemin, fichier_id desc) as derniers where statut = 'refuse' order by 1",
    "rejets": "select source, statut, count(*) from publication.rejets group by source, statut order by 1, 2",
}
LIMITE_MESSAGES = 50
PREMIER_EXERCICE, DERNIER_EXERCICE = 1900, 2999


def _muet(_: str) -> None:
    pass


@dataclass
class Contexte:
    """An open warehouse: address, folder of what runs, dbt child process.

    `suivi` receives the steps in French, `detail` a line per file; `embarque`: the server is ours (K3).
    """

    dsn: str
    var: Path
    suivi: Suivi = _muet
    detail: Suivi = _muet
    embarque: bool = True
    _dbt: OuvrierDbt | None = None
    _conn: psycopg.Connection[Any] | None = None
    _pile: ExitStack = field(default_factory=ExitStack)

    @classmethod
    @contextmanager
    def depuis_environnement(cls, suivi: Suivi = _muet, detail: Suivi = _muet) -> Iterator[Contexte]:
        """Open the warehouse of `ENTREPOT_DSN`, else the embedded one, migrated to the newest schema."""
        with serveur_entrepot() as dsn, ExitStack() as pile:
            migrer(dsn)
            contexte = cls(dsn, dossier_var(), suivi, detail, not os.environ.get("ENTREPOT_DSN"), _pile=pile)
            try:
                yield contexte
            finally:
                contexte._documenter()

    @contextmanager
    def connexion(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that holds the lock of the warehouse while it works; within it, the same one again.

        Raises `ErreurMutualisation` when another run holds the lock.
        """
        if self._conn is not None:
            yield self._conn
            return
        with connecter(self.dsn) as conn, verrou_entrepot(conn):
            self._conn = conn
            try:
                yield conn
            finally:
                self._conn = None

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

    def _documenter(self) -> None:
        """Write the data docs of the gates that this context passed, `data_docs/` of its folder."""
        if not prechargement.a_evalue():
            return
        try:
            prechargement.documenter(self.var / "data_docs")
        except (ControleEchoue, OSError) as erreur:
            self.suivi(f"La documentation des contrôles n'a pas pu être écrite : {erreur}")


@dataclass(frozen=True)
class BilanPublie:
    """What `bilan` did: loads, version, `publication_sha256`, folders of the extracts in order of exercice."""

    chargements: list[Chargement]
    version: int
    empreinte: str
    extraits: list[str]


def bilan(
    contexte: Contexte, depot: str, exercices: Iterable[int], sortie: str, prepare_par: str | None = None
) -> BilanPublie:
    """Load, build, check, publish and extract, under one lock: no other run comes between two steps (S8).

    Raises `FichierRefuse` (3), `ControleEchoue` (2), `ErreurMutualisation` (1).
    """
    annees = verifier_exercices(exercices)
    verifier_sortie(Path(sortie))
    contexte.precharger()
    with contexte.connexion():
        chargements = charger(contexte, depot)
        version = construire(contexte, annees, prepare_par)
        controler(contexte, version)
        empreinte = publier(contexte, version)
        extraits = [extraire(contexte, e, sortie) for e in annees]
    return BilanPublie(chargements, version, empreinte, extraits)


def verifier_exercices(exercices: Iterable[int]) -> list[int]:
    """The exercices in order, each once. Raises `ErreurMutualisation` for none, or one that is no year."""
    annees = sorted(set(exercices))
    if not annees:
        raise ErreurMutualisation("Aucun exercice demandé : ajoutez --exercice AAAA.")
    for annee in annees:
        if not PREMIER_EXERCICE <= annee <= DERNIER_EXERCICE:
            raise ErreurMutualisation(f"L'exercice {annee} n'est pas une année sur quatre chiffres, comme 2021.")
    return annees


def verifier_sortie(sortie: Path) -> None:
    """Before hours of work: the folder of the extracts can be written. Raises `ErreurMutualisation`."""
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=sortie):
            pass
    except (OSError, ValueError) as erreur:
        raise ErreurMutualisation(
            f"Le dossier de sortie {sortie} ne peut pas être écrit ({type(erreur).__name__}) : "
            "vérifiez le chemin et les droits donnés à --sortie."
        ) from erreur


def charger(contexte: Contexte, depot: str, sources: list[str] | None = None) -> list[Chargement]:
    """Load what is new in a drop (file gate included). Raises `FichierRefuse`, `ErreurMutualisation`."""
    with contexte.connexion() as conn:
        return charger_depot(conn, depot, sources, contexte.var, contexte.suivi, detail=contexte.detail)


def construire(
    contexte: Contexte, exercices: list[int], prepare_par: str | None = None, ouvrier: OuvrierDbt | None = None
) -> int:
    """Build the candidate publication of the exercices and run the model gate; give back its version.

    `ouvrier`: the dbt process of a simulation, by default the one of the context.
    Raises `ControleEchoue` when dbt or one of its tests failed.
    """
    annees = verifier_exercices(exercices)
    with contexte.connexion() as conn:
        version = _ouvrir_construction(contexte, conn, annees, prepare_par)
        contexte.suivi(f"Construction de la version {version}, exercices {', '.join(map(str, annees))}")
        try:
            resultat = (ouvrier or contexte.dbt()).construire()
        except ControleEchoue:
            _clore(conn, version, "echouee", {})
            raise
        if resultat.echecs:
            _clore(conn, version, "echouee", {"modele": resultat.en_dict()})
            raise ControleEchoue(_echecs_lisibles(conn, resultat))
        _clore(conn, version, "construite", {"fichier": _porte_fichier(conn), "modele": resultat.en_dict()})
    return version


def _porte_fichier(conn: psycopg.Connection[Any]) -> dict[str, Any]:
    """What the file gate executed on the loads that count: reussie, executees, chargements, sans_resultat."""
    ligne = conn.execute(SQL_PORTE_FICHIER).fetchone()
    return dict(ligne[0]) if ligne else {}


def controler(contexte: Contexte, version: int) -> None:
    """Run the report gate on a build. Raises `ControleEchoue` with every control that fails."""
    with contexte.connexion() as conn:
        exercices = _construction(conn, version, ("construite", "validee"))
        contexte.suivi(f"Contrôle du bilan, version {version}")
        resultat = verifier_bilan(contexte.dsn, SCHEMA, version, exercices)
        _clore(conn, version, "validee" if resultat.reussie else "echouee", {"bilan": resultat.en_dict()})
    if not resultat.reussie:
        raise ControleEchoue(resultat.echecs)


def publier(contexte: Contexte, version: int | None = None) -> str:
    """Promote a validated build (default: the last one); give back `publication_sha256`."""
    with contexte.connexion() as conn:
        preparer_publication(conn)
        choisie = version if version is not None else _derniere_validee(conn)
        contexte.suivi(f"Publication de la version {choisie}")
        return promouvoir(conn, choisie)


def extraire(contexte: Contexte, exercice: int, sortie: str, version: int | None = None) -> str:
    """Write the extract `bilan_AAAA/` of an exercice; give back its folder."""
    contexte.suivi(f"Extrait de l'exercice {exercice}")
    with connecter(contexte.dsn) as conn:
        identite = "declaree" if contexte.embarque else "authentifiee"
        return str(ecrire_extrait(conn, exercice, Path(sortie), version=version, identite=identite))


def facturer(contexte: Contexte, exercice: int, semestre: int, sortie: str, adherent: str | None = None) -> str:
    """Write the invoices, the PES draft and the annual statements of a semestre; give back their folder."""
    (annee,) = verifier_exercices([exercice])
    verifier_sortie(Path(sortie))
    contexte.suivi(f"Factures {annee}-S{semestre}")
    with connecter(contexte.dsn) as conn:
        return str(ecrire_factures(conn, annee, semestre, Path(sortie), adherent=adherent))


def etat(contexte: Contexte) -> dict[str, Any]:
    """What is loaded, held, rejected and published (keys: publication_sha256, exercices, fichiers, refuses, rejets)."""
    with connecter(contexte.dsn) as conn:
        preparer_publication(conn)
        lus = {nom: conn.execute(requete).fetchall() for nom, requete in SQL_ETAT.items()}
    return {
        "publication_sha256": lus["derniere"][0][0] if lus["derniere"] else None,
        "exercices": [
            {"exercice": e, "version": v, "prepare_par": p, "publie_le": q.isoformat()} for e, v, p, q in lus["publies"]
        ],
        "fichiers": [{"source": s, "jeu": j, "fichiers": n, "lignes": int(t)} for s, j, n, t in lus["fichiers"]],
        "refuses": [{"fichier": c, "motif": m} for c, m in lus["refuses"]],
        "rejets": [{"source": s, "statut": t, "lignes": n} for s, t, n in lus["rejets"]],
    }


def _ouvrir_construction(
    contexte: Contexte, conn: psycopg.Connection[Any], exercices: list[int], prepare_par: str | None
) -> int:
    """A fresh schema, and the one build `en_cours` that dbt reads its exercices from, in the preparer's name (K2)."""
    signataire = _signataire(contexte, conn, prepare_par)
    conn.commit()
    with conn.transaction():
        synchroniser_brut(conn)
        conn.execute("update journal.constructions set statut = 'echouee', fin = now() where statut = 'en_cours'")
        conn.execute(f"drop schema if exists {SCHEMA} cascade")
        conn.execute(f"create schema {SCHEMA}")
        with au_nom_de(conn, signataire, "preparateur") if contexte.embarque else nullcontext():
            return _inserer_construction(conn, exercices)


def _inserer_construction(conn: psycopg.Connection[Any], exercices: list[int]) -> int:
    try:
        ligne = conn.execute(
            "select journal.ouvrir_construction(%s::int[], %s)", (exercices, version_du_code())
        ).fetchone()
    except psycopg.errors.InsufficientPrivilege as erreur:
        raise ErreurMutualisation(
            "Le compte connecté n'est pas membre du groupe « preparateur » : un administrateur de la base l'y met par "
            "« grant preparateur to <compte> »."
        ) from erreur
    return int(ligne[0]) if ligne else 0


def _clore(conn: psycopg.Connection[Any], version: int, statut: str, portes: dict[str, Any]) -> None:
    conn.execute(
        "update journal.constructions set statut = %s, fin = now(), portes = portes || %s::jsonb where version = %s",
        (statut, json.dumps(portes, ensure_ascii=False), version),
    )
    conn.commit()


def _construction(conn: psycopg.Connection[Any], version: int, statuts: tuple[str, ...]) -> list[int]:
    ligne = conn.execute(
        "select exercices, statut, version = (select max(version) from journal.constructions)"
        " from journal.constructions where version = %s",
        (version,),
    ).fetchone()
    if ligne is None or ligne[1] not in statuts or not ligne[2]:
        raise ErreurMutualisation(
            f"La version {version} n'est plus à contrôler : une autre construction l'a remplacée, ou elle n'a pas "
            "abouti. Lancez « mutualisation controler » de nouveau."
        )
    return list(ligne[0])


def _derniere_validee(conn: psycopg.Connection[Any]) -> int:
    ligne = conn.execute("select version, statut from journal.constructions order by version desc limit 1").fetchone()
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


def _signataire(contexte: Contexte, conn: psycopg.Connection[Any], nom: str | None) -> str:
    """Name recorded with the build; on a named server it is the login and nothing else (K3)."""
    if contexte.embarque:
        return nom if nom is not None else compte_systeme()
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
    if not (RACINE / ".git").exists():
        return paquet
    try:
        commit = subprocess.run(
            ["git", "-C", str(RACINE), "describe", "--always", "--abbrev=12", "--dirty=-modifie"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return paquet
    return f"{paquet}+{commit.stdout.strip()}" if commit.returncode == 0 else paquet
