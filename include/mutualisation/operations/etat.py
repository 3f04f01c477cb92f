"""What is loaded, held, rejected and published."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row

from mutualisation.entrepot.connexion import connecter
from mutualisation.operations.session import Session
from mutualisation.publication.inchange import publication_en_vigueur

SQL_ETAT = {
    "exercices": "select p.exercice, p.version, c.prepare_par, p.publie_le, f.approuve_par"
    " from journal.publications p join journal.constructions c using (version)"
    " left join journal.clotures f using (exercice, version) order by p.exercice",
    "fichiers": "select source, jeu, count(*) as fichiers, coalesce(sum(lignes), 0)::bigint as lignes"
    " from journal.fichiers_courants group by source, jeu order by 1, 2",
    # a file that was mended and loaded since is no longer refused
    "refuses": "select chemin as fichier, motif from (select distinct on (chemin) chemin, motif, statut"
    " from journal.fichiers order by chemin, fichier_id desc) as derniers where statut = 'refuse' order by 1",
    "rejets": "select source, statut, count(*) as lignes from publication.rejets group by source, statut order by 1, 2",
}
SQL_SCEAU = "select max(numero) as sceau from journal.sceaux"


def etat(session: Session) -> dict[str, Any]:
    """What is loaded, held, rejected and published (keys: publication_sha256, sceau, exercices, fichiers, refuses,
    rejets)."""
    with connecter(session.dsn) as conn, conn.cursor(row_factory=dict_row) as curseur:
        lus: dict[str, Any] = {"publication_sha256": publication_en_vigueur(conn) or None}
        lus |= curseur.execute(SQL_SCEAU).fetchone() or {}
        for nom, requete in SQL_ETAT.items():
            lus[nom] = curseur.execute(requete).fetchall()
    for publie in lus["exercices"]:
        publie["publie_le"] = publie["publie_le"].isoformat()
    return lus


def exercices_ouverts(dsn: str) -> list[int]:
    """The exercices that `publication` shows and nobody closed: a closed one is built again on demand only (S3)."""
    requete = (
        "select exercice from journal.publications where exercice not in (select exercice from journal.clotures)"
        " order by exercice"
    )
    with connecter(dsn) as conn:
        return [e for (e,) in conn.execute(requete)]


def reste_a_construire(dsn: str) -> bool:
    """Whether files were accepted since the build that was last published began: an announcement may have been lost."""
    requete = (
        "select exists (select from journal.fichiers where statut = 'accepte' and charge_le > coalesce("
        "(select max(debut) from journal.constructions where statut = 'publiee'), '-infinity'))"
    )
    with connecter(dsn) as conn:
        return conn.execute(requete).fetchone() == (True,)
