"""A text as SQL writes it."""


def litteral(texte: str) -> str:
    """Quoted; the engine of the gates sees to the « :mot » in it."""
    return "'" + texte.replace("'", "''") + "'"
