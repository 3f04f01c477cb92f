"""What is loaded, held, rejected and published."""

from __future__ import annotations

from typing import Any

from mutualisation.entrepot.connexion import connecter
from mutualisation.operations.session import Session

SQL_ETAT = {
    "derniere": "select publication_sha256 from journal.constructions where statut = 'publiee'"
    " order by version desc limit 1",
    "sceau": "select max(numero) from journal.sceaux",
    "publies": "select p.exercice, p.version, c.prepare_par, p.publie_le, f.approuve_par"
    " from journal.publications p join journal.constructions c using (version)"
    " left join journal.clotures f using (exercice, version) order by p.exercice",
    "fichiers": "select source, jeu, count(*), coalesce(sum(lignes), 0) from journal.fichiers_courants"
    " group by source, jeu order by 1, 2",
    # a file that was mended and loaded since is no longer refused
    "refuses": "select chemin, motif from (select distinct on (chemin) chemin, motif, statut from journal.fichiers"
    " order by chemin, fichier_id desc) as derniers where statut = 'refuse' order by 1",
    "rejets": "select source, statut, count(*) from publication.rejets group by source, statut order by 1, 2",
}


def etat(session: Session) -> dict[str, Any]:
    """What is loaded, held, rejected and published (keys: publication_sha256, sceau, exercices, fichiers, refuses,
    rejets)."""
    with connecter(session.dsn) as conn:
        lus = {nom: conn.execute(requete).fetchall() for nom, requete in SQL_ETAT.items()}
    return {
        "publication_sha256": lus["derniere"][0][0] if lus["derniere"] else None,
        "sceau": lus["sceau"][0][0],
        "exercices": [
            {"exercice": e, "version": v, "prepare_par": p, "publie_le": q.isoformat(), "approuve_par": a}
            for e, v, p, q, a in lus["publies"]
        ],
        "fichiers": [{"source": s, "jeu": j, "fichiers": n, "lignes": int(t)} for s, j, n, t in lus["fichiers"]],
        "refuses": [{"fichier": c, "motif": m} for c, m in lus["refuses"]],
        "rejets": [{"source": s, "statut": t, "lignes": n} for s, t, n in lus["rejets"]],
    }


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
