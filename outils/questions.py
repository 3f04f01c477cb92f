"""Answer the queries of `docs/questions.md` and `docs/analyser.md` on the warehouse (`ENTREPOT_DSN`, else embedded).

    python outils/questions.py [--verifier]

Under each query stands its result, at most `LIGNES` rows of it; in a table, in the next cell. `--verifier` writes
nothing, exit 1 when one differs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.socle.francais.formats import exact, plusieurs

PAGE = Path(__file__).resolve().parents[1] / "docs/questions.md"
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


def principal(*, verifier: bool) -> int:
    """0 when the pages say what the warehouse answers."""
    ecrites = {page: page.read_text(encoding="utf-8") for page in (PAGE, ANALYSER)}
    with serveur_entrepot() as dsn, psycopg.connect(dsn) as conn:
        dites = {page: repondre(conn, ecrite) for page, ecrite in ecrites.items()}
    if not verifier:
        for page, dite in dites.items():
            page.write_text(dite, encoding="utf-8")
    return int(verifier and dites != ecrites)


if __name__ == "__main__":
    sys.exit(principal(verifier="--verifier" in sys.argv[1:]))
