"""SQL that reads a cell of `brut` as the registry says: dbt takes it from the generated sources, the file gate here.

Rules C1, C3, C6 to C8, C11, C13. NULL when the cell is not stated or can't be read.
"""

from __future__ import annotations

from mutualisation.sources.jeux import Colonne

LECTURES = {
    "nombre": "lecture.nombre({cellule}, 6)",
    "annee": "nullif(lecture.annee({cellule}), 0)",
    "duree": "lecture.minutes({cellule})",
    "siret_libre": "lecture.sans_espaces({cellule})",
} | {
    propre: "lecture." + propre + "({cellule})"
    for propre in ("montant", "pourcentage", "entier", "date", "compte", "numero", "siret", "siren")
}


def cellule_lue(colonne: Colonne) -> str:
    """SQL of a cell (alias b) by the type of its column: minutes for a duration, digits alone for a SIRET.

    An enumeration as the contract writes it, however it is delivered (C7).
    """
    if colonne.type == "enumeration":
        return _enumeration(colonne)
    if colonne.type == "code" and colonne.gardee:
        return f"lecture.code(b.{colonne.nom})"
    if colonne.type == "nombre" and colonne.pourcent_si:
        temoin, valeur = colonne.pourcent_si
        return (
            f"case when lecture.repli(b.{temoin}) = lecture.repli({litteral(valeur)}) "
            f"then {lire('pourcentage', colonne.nom)} else {lire('nombre', colonne.nom)} end"
        )
    return lire(colonne.type, colonne.nom)


def cellule_jugee(colonne: Colonne) -> str:
    """As `cellule_lue`; an unknown value of an enumeration is its text, for `expect_column_values_to_be_in_set`."""
    lue = cellule_lue(colonne)
    return f"coalesce({lue}, {lire('texte', colonne.nom)})" if colonne.type == "enumeration" else lue


def lire(type_: str, nom: str) -> str:
    """SQL of a cell (alias b) read as that type of the registry; a text when the type has no reader of its own."""
    return LECTURES.get(type_, "lecture.texte({cellule})").format(cellule=f"b.{nom}")


def _enumeration(colonne: Colonne) -> str:
    """Most cells are written as in the contract already: those are compared first."""
    cellule = f"b.{colonne.nom}"
    valeurs = [litteral(valeur) for valeur in colonne.valeurs]
    replis = " ".join(f"when lecture.repli({valeur}) then {valeur}" for valeur in valeurs)
    return (
        f"case when {cellule} in ({', '.join(valeurs)}) then {cellule} "
        f"when {cellule} is not null then case lecture.repli({cellule}) {replis} end end"
    )


def litteral(texte: str) -> str:
    """A text as SQL writes it; the engine of the gates sees to the « :mot » in it."""
    return "'" + texte.replace("'", "''") + "'"
