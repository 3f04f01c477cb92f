"""What a build left, read by SQL."""

from dataclasses import dataclass
from typing import Any

import psycopg

# the relation that the gate and the command line read; a mutation run puts its own before that of the build
BLOQUANTS = "select controle, cle from controles_bloquants order by exercice, controle, cle"


@dataclass
class Construction:
    """The relations of a drop on the search path of `conn`, and what dbt said of them."""

    conn: psycopg.Connection[Any]
    echecs: list[str]

    def lire(self, requete: str) -> list[tuple[Any, ...]]:
        """Rows of a query, numbers as text without trailing zeros, so that a figure is compared exactly."""
        return [tuple(map(_cellule, r)) for r in self.conn.execute(requete)]  # type: ignore[call-overload]

    def rejets(self) -> dict[tuple[str, int], str]:
        """(file, line) → « statut colonne » of each row of `rejets`; several on one line joined by « + »."""
        sortis: dict[tuple[str, int], str] = {}
        for fichier, ligne, issue in self.conn.execute(
            "select fichier, ligne, trim(concat_ws(' ', statut, colonne)) from rejets order by 1, 2, 3"
        ):
            cle = (fichier, ligne)
            sortis[cle] = f"{sortis[cle]} + {issue}" if cle in sortis else issue
        return sortis

    def bloquants(self) -> list[str]:
        """« contrôle clé » of what stops the publication."""
        return sorted(f"{controle} {cle}".strip() for controle, cle in bloquants(self.conn))

    def en_ecart(self) -> set[str]:
        """Controls that say `ecart`, justified or not."""
        return {nom for (nom,) in self.conn.execute("select controle from controles where statut = 'ecart'")}


def bloquants(conn: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """(control, key) of what stops the publication, as the gate and the command line read it."""
    return [(ligne[0], ligne[1]) for ligne in conn.execute(BLOQUANTS)]  # type: ignore[call-overload]


def _cellule(valeur: Any) -> Any:
    if valeur is None or isinstance(valeur, bool | str):
        return valeur
    texte = format(valeur, "f") if hasattr(valeur, "as_tuple") else str(valeur)
    return texte.rstrip("0").rstrip(".") if "." in texte else texte
