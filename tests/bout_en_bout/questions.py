"""The queries of `docs/questions.md` and `docs/analyser.md`, answered by a warehouse.

Under each query stands its result, at most `LIGNES` rows of it; in a table, in the next cell. `ECRIRE_QUESTIONS=1
pytest tests/bout_en_bout/test_bi.py` writes them again.
"""

import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.socle.francais.formats import exact, plusieurs

PAGE = Path(__file__).resolve().parents[2] / "docs/questions.md"
ANALYSER = PAGE.with_name("analyser.md")
LIGNES = 10
QUESTION = re.compile(
    r"(?P<tete>### \d+\. [^\n]+\n\n```sql\n(?P<requete>.*?)```\n)(?P<reponse>.*?)(?=\n##|\Z)", re.DOTALL
)
CASE = re.compile(r"`(?P<requete>select [^`|]+)` \|[^|\n]*\|")


def questions(texte: str) -> Iterator[tuple[str, str]]:
    """(title, query) of each question of the page."""
    for trouvee in QUESTION.finditer(texte):
        yield trouvee["tete"].partition("\n")[0].removeprefix("### "), trouvee["requete"].strip()


def repondre(conn: psycopg.Connection[Any], texte: str) -> str:
    """The page, each result being that of this warehouse."""
    texte = QUESTION.sub(lambda q: f"{q['tete']}\n{_tableau(conn, q['requete'])}", texte)
    return CASE.sub(lambda c: f"`{c['requete']}` | {_valeur(conn, c['requete'])} |", texte)


def est_a_jour(conn: psycopg.Connection[Any], page: Path) -> bool:
    """Whether a page says what the warehouse answers."""
    ecrite = page.read_text(encoding="utf-8")
    dite = repondre(conn, ecrite)
    if os.environ.get("ECRIRE_QUESTIONS"):
        page.write_text(dite, encoding="utf-8")
    return dite == ecrite


def _tableau(conn: psycopg.Connection[Any], requete: str) -> str:
    curseur = conn.execute(requete)  # type: ignore[call-overload]
    rangees = curseur.fetchall()
    noms = [c.name for c in curseur.description or ()]
    droites = ["---:" if all(isinstance(r[i], int | Decimal) or r[i] is None for r in rangees) and rangees else "---"
               for i in range(len(noms))]  # fmt: skip
    tableau = [noms, droites, *([_cellule(x) for x in r] for r in rangees[:LIGNES])]
    lignes = [f"| {' | '.join(cellules)} |" for cellules in tableau]
    if len(rangees) > LIGNES:
        lignes.append(f"\n… {plusieurs(len(rangees), 'ligne')} en tout.")
    return "\n".join(lignes) + "\n"


def _valeur(conn: psycopg.Connection[Any], requete: str) -> str:
    ((valeur,),) = conn.execute(requete.encode()).fetchall()
    return _cellule(Decimal(valeur))


def _cellule(valeur: Any) -> str:
    if valeur is None:
        return ""
    return exact(valeur) if isinstance(valeur, Decimal) else str(valeur).replace("|", "\\|")
