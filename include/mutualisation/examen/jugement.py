"""A file read as a load reads it: typed rows in a table of this command alone, judged by the rules of the registry."""

from __future__ import annotations

import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.ingestion.confidentialite import Confidentialite
from mutualisation.ingestion.pseudonymes import Pseudonymes
from mutualisation.ingestion.typage import ILLISIBLE, ColonneLue, Typage
from mutualisation.lecteurs.bloc import BLANCS, sans_total
from mutualisation.lecteurs.entete import Traduction
from mutualisation.lecteurs.lecture import Lecteur
from mutualisation.lecteurs.limites import LectureRefusee
from mutualisation.sources.jeux import Jeu, Regle

Motif = tuple[str, str]
# exercice, mois, semestre that the name of the file says
Periode = tuple[int | None, int | None, int | None]
ACCEPTE, REJETS, REFUSE = 0, 2, 3


@dataclass
class Verdict:
    """What would become of a file: refused, with the reason, or read: rows, (header, reason) of those rejected and of
    those held, columns as read (none of a PES or a DECP, whose rows are not judged), headers that are ignored."""

    refus: str | None = None
    lignes: int = 0
    motifs: Counter[Motif] = field(default_factory=Counter)
    retenues: Counter[Motif] = field(default_factory=Counter)
    colonnes: Mapping[str, ColonneLue] = field(default_factory=dict)
    ignorees: Sequence[str] = ()

    @property
    def code(self) -> int:
        """Exit code of the command: 0 accepted whole, 2 with rejected rows, 3 refused."""
        if self.refus is not None:
            return REFUSE
        return REJETS if self.rejetees else ACCEPTE

    @property
    def rejetees(self) -> int:
        """Rows that would be rejected."""
        return self.motifs.total()

    @property
    def part(self) -> float:
        """Share of the rows that would be rejected, in percent."""
        return 100 * self.rejetees / self.lignes if self.lignes else 0.0

    @property
    def inconnues(self) -> dict[str, list[str]]:
        """Distinct cells that no value of their enumeration is, by column."""
        enumerations = (c for c in self.colonnes.values() if c.colonne.type == "enumeration")
        vues = {c.colonne.nom: [v for x in c.fautes if (v := x.strip(BLANCS))] for c in enumerations}
        return {nom: cellules for nom, cellules in vues.items() if cellules}


@contextmanager
def brouillon() -> Iterator[psycopg.Connection[Any]]:
    """A PostgreSQL in a folder that goes with the command: nothing is loaded anywhere."""
    with (
        tempfile.TemporaryDirectory(prefix="essayer-") as dossier,
        serveur_entrepot(Path(dossier) / "var") as dsn,
        # a reading that is refused on its way leaves the next one possible
        psycopg.connect(dsn, autocommit=True) as conn,
    ):
        yield conn


def juger(
    conn: psycopg.Connection[Any],
    lecteur: Lecteur,
    jeu: Jeu,
    traduction: Traduction,
    periode: Periode,
    controle: Mapping[str, Any],
) -> Verdict:
    """Read every row. LectureRefusee when the file can't be read to its end, or an announced sum is wrong (F3, F4)."""
    if lecteur.entete is None:
        raise LectureRefusee("ce fichier n'est pas un tableau.")
    garde = Confidentialite(Pseudonymes(secrets.token_bytes(32)))
    typage = Typage(jeu, lecteur.entete, garde, traduction)
    totaux: list[Sequence[str]] = []
    typees = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(c.nom), sql.SQL(c.type_sql)) for c in jeu.colonnes_lues
    )
    technique = sql.SQL(
        "create temporary table essai (fichier_id bigint, ligne integer, defauts text, delivre text, {})"
    )
    conn.execute("drop table if exists essai")
    conn.execute(technique.format(typees))
    with conn.cursor() as curseur, curseur.copy("copy essai from stdin (format text, null '')") as copie:
        for bloc in sans_total(lecteur.blocs(), totaux.append):
            copie.write(typage.texte(0, bloc))
    verdict = Verdict(colonnes=typage.colonnes, ignorees=lecteur.entete.ignorees)
    _compter(conn, jeu, periode, verdict)
    _verifier_sommes(conn, jeu, typage.totaux(totaux[0]) if totaux else {}, controle, verdict.lignes)
    return verdict


def _compter(conn: psycopg.Connection[Any], jeu: Jeu, periode: Periode, verdict: Verdict) -> None:
    """Rows by what rejects them, first what their cells say, then the rules; those that are held are counted apart."""
    requete = sql.SQL(
        "select coalesce(defauts, {rejet}) as rejet, {retenue} as retenue, count(*) from ("
        " select *, {}::int as exercice_fichier, {}::int as mois_fichier, {}::int as semestre_fichier from essai) as l"
        " group by 1, 2 order by 3 desc, 1, 2"
    ).format(
        *map(sql.Literal, periode),
        rejet=_premiere(jeu, [r for r in jeu.regles if r.issue != "retenu"]),
        retenue=_premiere(jeu, [r for r in jeu.regles if r.issue == "retenu"]),
    )
    for rejet, retenue, nombre in conn.execute(requete).fetchall():
        verdict.lignes += nombre
        if rejet is not None:
            verdict.motifs[_motif(rejet)] += nombre
        elif retenue is not None:
            verdict.retenues[_motif(retenue)] += nombre


def _premiere(jeu: Jeu, regles: Sequence[Regle]) -> sql.Composable:
    """« header|reason » of the first rule that a row breaks."""
    if not regles:
        return sql.SQL("null::text")
    cas = [
        sql.SQL("when {} then {}").format(
            sql.SQL(r.si), sql.Literal(f"{jeu.colonne(r.colonne).entete or r.colonne}|{r.motif}")
        )
        for r in regles
    ]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(cas))


def _motif(faute: str) -> Motif:
    entete, _, motif = faute.partition("|")
    return entete, motif


def _verifier_sommes(
    conn: psycopg.Connection[Any], jeu: Jeu, totaux: Mapping[str, str], controle: Mapping[str, Any], lignes: int
) -> None:
    if controle.get("lignes", lignes) != lignes:
        raise LectureRefusee(f"le .controle.json annonce {controle['lignes']} lignes, le fichier en a {lignes} (F3).")
    for nom, valeur in totaux.items():
        if _differe(conn, nom, valeur):
            raise LectureRefusee(f"la ligne Total et la somme de « {jeu.colonne(nom).entete} » diffèrent (F4).")
    annoncee = next((c for c in jeu.colonnes if c.entete == controle.get("colonne")), None)
    if annoncee is not None and _differe(conn, annoncee.nom, controle["total"]):
        raise LectureRefusee(f"le total annoncé par le .controle.json pour « {annoncee.entete} » diffère (F3).")


def _differe(conn: psycopg.Connection[Any], nom: str, valeur: str | None) -> bool:
    somme = conn.execute(sql.SQL("select coalesce(sum({}), 0) from essai").format(sql.Identifier(nom))).fetchone()
    return valeur in (None, ILLISIBLE) or somme is None or Decimal(str(valeur)) != Decimal(somme[0])
