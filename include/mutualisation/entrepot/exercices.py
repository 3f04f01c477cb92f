"""What the warehouse knows of its own exercices."""

from mutualisation.entrepot.connexion import connecter


def exercices_publies(dsn: str) -> list[int]:
    """The exercices that `publication` shows, in order."""
    with connecter(dsn) as conn:
        return [e for (e,) in conn.execute("select exercice from journal.publications order by exercice")]
