"""Every expectation of every source, read from the suites themselves, is seen failing on a row made for it."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from mutualisation.entree.sources.registre import registre
from mutualisation.publication.portes.fichier import verifier_fichiers
from mutualisation.publication.portes.suites import Attente, lire_point

Poser = Callable[..., int]
Rangee = dict[str, str]
_JUSTES = {
    "date": "05/03/2024", "duree": "7,00", "montant": "10,00", "enumeration": "zzz", "annee": "2024",
    "siret": "21590001000012", "siren": "215900010", "compte": "611",
}  # fmt: skip


def _au_dela(attente: Attente, type_: str) -> str:
    """A cell out of the bounds of `expect_column_values_to_be_between`."""
    if "max_value" in attente.kwargs:
        haut = attente.kwargs["max_value"] * 2
        return f"{haut // 60}:00" if type_ == "duree" else f"{haut}"
    return f"{attente.kwargs['min_value'] - 1}"


def _rangees(attente: Attente, types: dict[str, str]) -> list[Rangee]:
    """The rows that the expectation must not let through."""
    colonne = attente.kwargs.get("column", "")
    genre = attente.type.removeprefix("expect_")
    if genre == "column_values_to_be_null":
        return [{"defauts": "|x"}]
    if genre == "column_values_to_not_be_null":
        return [{colonne: "" if types[colonne] in ("texte", "libelle", "code", "pseudonyme") else "?"}]
    if genre == "column_values_to_be_between":
        return [{colonne: _au_dela(attente, types[colonne])}]
    if genre in ("column_values_to_be_in_set", "column_values_to_match_regex", "column_value_lengths_to_equal"):
        return [{colonne: "zzz"}]
    if genre == "column_pair_values_a_to_be_greater_than_b":
        a, b = attente.kwargs["column_A"], attente.kwargs["column_B"]
        avant, apres = ("01/01/2024", "02/01/2024") if types[a] == "date" else ("1", "2")
        return [{a: avant, b: apres}]
    assert genre == "compound_columns_to_be_unique", f"{attente.nom} : un genre d'attente sans défaut semé, {genre}"
    return [{c: _JUSTES.get(types[c], "1") for c in attente.kwargs["column_list"] if c != "fichier_id"}] * 2


@pytest.mark.parametrize("source", registre().noms)
def test_chaque_attente_voit_sa_rangee(base_vierge: str, poser: Poser, source: str) -> None:
    suites, chargement = {s.nom: s for s in lire_point("fichier", source)}, None
    attendues: set[str] = set()
    for jeu in registre().source(source).jeux:
        types: dict[str, Any] = {c.nom: c.type for c in jeu.colonnes}
        attentes = suites[f"{source}.{jeu.nom}"].attentes
        rangees = [r for a in attentes for r in _rangees(a, types)]
        chargement = poser(jeu.nom, "", rangees, source=source, chargement_id=chargement)
        attendues |= {a.nom for a in attentes}
    assert chargement is not None
    with psycopg.connect(base_vierge) as conn:
        _, resultat = verifier_fichiers(conn, chargement)()
    vues = {c.attente.nom for c in resultat.constats if not c.reussi}
    assert attendues - vues == set()
    assert len(attendues) > 3
