"""A tried file lands as a load lands it, in a server that goes with the command, and is judged by the rules of the
registry and by the *file* gate. A file that is refused before its first row starts no server."""

from __future__ import annotations

import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg import sql
from upath import UPath

from mutualisation.entree.ingestion.atterrissage import envoyer
from mutualisation.entree.ingestion.cellules_lues import ColonneLue
from mutualisation.entree.ingestion.confidentialite import Confidentialite, Pseudonymes
from mutualisation.entree.ingestion.controle import lire_controle, octets_controle
from mutualisation.entree.ingestion.correspondances import Correspondance, compiler
from mutualisation.entree.ingestion.depot import SUFFIXE_CONTROLE, FichierDepose, lire_nom
from mutualisation.entree.ingestion.typage import Lecture
from mutualisation.entree.lecteurs.bloc import BLANCS
from mutualisation.entree.lecteurs.entete import SANS_TRADUCTION
from mutualisation.entree.lecteurs.limites import LectureRefusee, Limites, motif_refus
from mutualisation.entree.lecteurs.octets import empreinte
from mutualisation.entree.sources.brut import ddl_brut, table
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.entrepot.base.roles import TRAITEMENT
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.publication.portes.fichier import refus_des_annonces
from mutualisation.socle.francais.formats import enumerer
from mutualisation.usage.examen.reconnaissance import EN_ANNEES

Motif = tuple[str, str]
# the key is that of this command: what lands in a throwaway server can be compared from a file to another, and told by
# nobody
CLE = secrets.token_bytes(32)
# the function gives a connection to the throwaway server; its first call starts it
Connexions: TypeAlias = "Callable[[], psycopg.Connection[Any]]"
ACCEPTE, REJETS, REFUSE = 0, 2, 3
_LIGNES_DITES = 5
NON_LUES = (
    "ligne{s} {dites} : une cellule n'y est pas ce que dit sa colonne : la corriger ; seuls un total, une rupture, un "
    "pied de page ou un en-tête répété sont à retirer de l'export (F4, F5)"
)
SANS_LIGNE = "l'en-tête est seul, sans une ligne de données : vérifier le filtre et la période de l'export (F6)"


@dataclass
class Verdict:
    """A file would be refused, for the reason `refus`, or read, with `lignes` rows.

    `motifs` and `retenues` count (header, reason) of the rows rejected and held; `colonnes` are those read (none of a
    PES or a DECP, whose rows are not judged); `ignorees` are headers; `avis` is to be known of its rows, which call for
    `periode`; `valeurs_inconnues` are by column distinct cells that no value of their enumeration is, nor a number of
    years; `matricules` counts rows not rejected by (pseudonym, that without leading zeros)."""

    refus: str | None = None
    lignes: int = 0
    motifs: Counter[Motif] = field(default_factory=Counter)
    retenues: Counter[Motif] = field(default_factory=Counter)
    colonnes: Mapping[str, ColonneLue] = field(default_factory=dict)
    ignorees: Sequence[str] = ()
    avis: Sequence[str] = ()
    periode: str | None = None
    valeurs_inconnues: Mapping[str, list[str]] = field(default_factory=dict)
    matricules: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def code(self) -> int:
        """Return the exit code of the command: 0 accepted whole, 2 with rejected rows, 3 refused."""
        if self.refus is not None:
            return REFUSE
        return REJETS if self.rejets else ACCEPTE

    @property
    def rejets(self) -> int:
        """Count the rows that would be rejected."""
        return self.motifs.total()


@contextmanager
def brouillon() -> Iterator[Connexions]:
    """Give a PostgreSQL in a folder that goes with the command, once it is asked for: nothing is loaded anywhere."""
    with ExitStack() as pile:
        yield cache(lambda: pile.enter_context(_serveur()))


@contextmanager
def _serveur() -> Iterator[psycopg.Connection[Any]]:
    with (
        tempfile.TemporaryDirectory(prefix="essayer-") as dossier,
        serveur_entrepot(Path(dossier) / "var", jetable=True) as dsn,
        # after a reading that is refused on its way, the next one is possible
        psycopg.connect(dsn, autocommit=True) as conn,
    ):
        # nothing here outlives the command
        conn.execute("alter system set fsync = off")
        conn.execute("select pg_reload_conf()")
        conn.execute("set synchronous_commit = off")
        conn.execute(sql.SQL("create role {}").format(sql.Identifier(TRAITEMENT)))
        yield conn


def juger(connexions: Connexions, fichier: Path, genre: str, jeu: Jeu, lignes: Sequence[Correspondance]) -> Verdict:
    """Read the whole file with those rows: every row, then what is announced (F3, F4)."""
    traduction = compiler(lignes).get(jeu.nom, SANS_TRADUCTION)
    controle = Path(f"{fichier}{SUFFIXE_CONTROLE}")
    limites = Limites.de_l_environnement()
    try:
        annonce: Mapping[str, Any] = {}
        if controle.exists():
            annonce = lire_controle(octets_controle(controle), jeu, empreinte(fichier).sha256, traduction)
        garde = Confidentialite(Pseudonymes(CLE))
        lecture = Lecture(fichier, jeu, genre, garde, limites, traduction)
        conn = connexions()
        conn.execute("drop schema if exists brut cascade; create schema brut")
        conn.execute(sql.SQL(";").join(ddl_brut(jeu)))
        envoyer(conn, jeu, lecture.copie(0))
        verdict = Verdict(
            lignes=lecture.lignes,
            colonnes=lecture.typage.colonnes,
            ignorees=lecture.entete.ignorees,
            avis=[a.removesuffix(".") for a in lecture.dialecte.get("avertissements", ())],
            valeurs_inconnues=_valeurs_inconnues(lecture.typage.colonnes.values()),
        )
        if not verdict.lignes:
            verdict.avis = [*verdict.avis, SANS_LIGNE]
        _compter(conn, jeu, fichier, verdict)
        verdict.periode, annees = _periode_des_lignes(conn, jeu)
        if annees > 1:
            verdict.avis = [*verdict.avis, f"ses lignes sont de {annees} années : un fichier par année au moins (F17)"]
        nomme, *_ = periode_du_nom(jeu, fichier)
        lecture_du_journal = {
            "exercice": nomme,
            "lignes": verdict.lignes,
            "controle": annonce,
            "totaux": lecture.totaux,
        }
        if motifs := refus_des_annonces(conn, jeu, **lecture_du_journal):
            return Verdict(" ; ".join(motifs))
        fautives = sql.SQL("select ligne from {} where defauts is not null order by ligne").format(table(jeu))
        if autres := [n for (n,) in conn.execute(fautives) if n not in lecture.typage.lignes_de_total]:
            numeros = enumerer([*map(str, autres)], _LIGNES_DITES)
            verdict.avis = [*verdict.avis, NON_LUES.format(s="s" * (len(autres) > 1), dites=numeros)]
    except (LectureRefusee, psycopg.DataError) as e:
        return Verdict(motif_refus(e))
    return verdict


def _valeurs_inconnues(colonnes: Iterable[ColonneLue]) -> dict[str, list[str]]:
    listes = (c for c in colonnes if c.colonne.type == "enumeration" or c.colonne.unite == EN_ANNEES)
    cellules_fautives = {c.colonne.nom: [v for x in c.fautes if (v := x.strip(BLANCS))] for c in listes}
    return {nom: cellules for nom, cellules in cellules_fautives.items() if cellules}


def _compter(conn: psycopg.Connection[Any], jeu: Jeu, fichier: Path, verdict: Verdict) -> None:
    """Count the rows by what rejects them: first what their cells say, then the rules. Those held are counted apart,
    and those left by matricule."""
    agent = "matricule, coalesce(matricule_sans_zeros, matricule)" if jeu.pseudonymise else "null, null"
    requete = sql.SQL(
        "select coalesce(defauts, {rejet}) as rejet, {retenue} as retenue, {agent}, count(*) from ("
        " select *, {}::int as exercice_fichier, {}::int as mois_debut_fichier, {}::int as mois_fichier,"
        " {}::int as semestre_fichier from {brut}) as l"
        " group by 1, 2, 3, 4 order by 5 desc, 1, 2"
    ).format(
        *map(sql.Literal, periode_du_nom(jeu, fichier)),
        agent=sql.SQL(agent),
        brut=table(jeu),
        rejet=_premiere(jeu, retenue=False),
        retenue=_premiere(jeu, retenue=True),
    )
    for rejet, retenue, matricule, sans_zeros, nombre in conn.execute(requete).fetchall():
        compte, faute = (verdict.motifs, rejet) if rejet is not None else (verdict.retenues, retenue)
        if faute is not None:
            entete, _, motif = faute.partition("|")
            compte[entete, motif] += nombre
        if rejet is None and matricule:
            verdict.matricules[matricule, sans_zeros] += nombre


def periode_du_nom(jeu: Jeu, fichier: Path) -> tuple[int | None, ...]:
    """Return the exercice, first and last month, and semestre that the name of a file says."""
    if (nom_lu := lire_nom(jeu, fichier.name)) is None:
        return None, None, None, None
    depose = FichierDepose(jeu, fichier.name, fichier.name, UPath(fichier), *nom_lu)
    return depose.exercice, next(iter(depose.couverts), None), depose.mois, depose.semestre


def _periode_des_lignes(conn: psycopg.Connection[Any], jeu: Jeu) -> tuple[str | None, int]:
    """Return the shortest periode of the jeu that holds its rows (F17), None if they tell none; and their number of
    years. Years are counted where the name of a file says one. A mandat of January may be of the year before (C5): the
    exercice counts, and its last month."""
    noms = {c.nom for c in jeu.colonnes}
    jour = next((n for n in ("date", "date_emission", "date_commande") if n in noms), None)
    annee_jugee = any("<> exercice_fichier" in r.si and r.issue == "rejete" for r in jeu.regles)
    if not annee_jugee and jour != "date_emission":
        return None, 0
    annee = next((n for n in ("exercice", "exer") if n in noms), f"extract(year from {jour})::int")
    mois = {
        "mois": f"case when extract(year from {jour}) > {annee} then 12 else extract(month from {jour})::int end",
        "semestre": "right(semestre, 1)::int",
    }.get(jeu.periode, "1")
    requete = sql.SQL("select array_agg(distinct {0}), min({1}), max({1}) from {2} where {0} is not null")
    bornes: Any = conn.execute(requete.format(sql.SQL(annee), sql.SQL(mois), table(jeu))).fetchone()
    annees, debut, fin = bornes
    if debut is None or len(annees) > 1 or (jeu.periode == "semestre" and debut != fin):
        return None, len(annees or ()) if annee_jugee else 1
    trimestre = f"-T{(fin + 2) // 3}" if (debut + 2) // 3 == (fin + 2) // 3 else ""
    mensuelle = f"-{fin:02}" if debut == fin else trimestre
    suffixes = {"mois": mensuelle, "semestre": f"-S{fin}"}
    return f"{annees[0]}{suffixes.get(jeu.periode, '')}", 1


def _premiere(jeu: Jeu, *, retenue: bool) -> sql.Composable:
    """Write in SQL the « header|reason » of the first rule that holds a row (`retenue`), or that rejects it."""
    regles = [r for r in jeu.regles if (r.issue == "retenu") == retenue]
    if not regles:
        return sql.SQL("null::text")
    cas = [
        sql.SQL("when {} then {}").format(
            sql.SQL(r.si), sql.Literal(f"{jeu.colonne(r.colonne).entete or r.colonne}|{r.motif}")
        )
        for r in regles
    ]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(cas))
