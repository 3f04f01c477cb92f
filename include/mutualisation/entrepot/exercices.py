"""What the warehouse knows of its own exercices."""

from mutualisation.entrepot.connexion import connecter


def exercices_publies(dsn: str) -> list[int]:
    """The exercices that `publication` shows, in order."""
    with connecter(dsn) as conn:
        return [e for (e,) in conn.execute("select exercice from journal.publications order by exercice")]


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
