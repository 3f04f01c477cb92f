"""What `controler` says of the two gates together: each gap once, the points to comment when there is a bilan."""

from pathlib import Path

import psycopg
import pytest

from mutualisation.publication.versions.relations import relations_promues
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.usage import operations as op

MART = """
set role mutualisation_traitement;
create table construction.mart_plausibilite (exercice int, dispositif text, mesure text, cle text, borne int,
  valeur numeric, variation_pct numeric, gravite text, reference text, position text, attendu text, constate text,
  justification text);
"""
BORNE = """
insert into construction.mart_plausibilite values
  (2024, 'ADS', 'cout_net', 'cout_net/ADS', 1, 120, null, %s, 'Délib.', 'au_dessus_du_maximum', %s, '120', null)
"""


@pytest.fixture
def dits() -> list[str]:
    return []


@pytest.fixture
def session(candidat: str, tmp_path: Path, dits: list[str]) -> op.Session:
    """The build that is judged holds what the gates read."""
    with psycopg.connect(candidat) as conn:
        conn.execute(MART)
    return op.Session(candidat, tmp_path, dits.append)


def _borner(session: op.Session, gravite: str, attendu: str) -> None:
    with psycopg.connect(session.dsn) as conn:
        conn.execute(BORNE, (gravite, attendu))


def test_deux_bornes_critiques_franchies_se_disent_une_fois_chacune(session: op.Session, dits: list[str]) -> None:
    """The control is one per key, of all its bounds: neither of the two sentences of the gate is its own."""
    _borner(session, "critique", "au plus 100")
    _borner(session, "critique", "au plus 110")
    _borner(session, "alerte", "au plus 90")
    with psycopg.connect(session.dsn) as conn:
        conn.execute(
            "insert into construction.controles_bloquants values "
            "(2024, 'plausibilite', 'cout_net/ADS', 'ecart', 'au plus 100, au plus 110', '120', null, 'vérifier'),"
            "(2024, 'plausibilite', 'cout_net/ADS2', 'ecart', 'au plus 1', '2', null, 'vérifier')"
        )
    with pytest.raises(ControleEchoue) as echec:
        op.controler(session, 1)
    assert [phrase.partition(" — ")[0] for phrase in echec.value.controles] == [
        "plausibilite (cout_net/ADS), exercice 2024 : attendu au plus 100, constaté 120",
        "plausibilite (cout_net/ADS), exercice 2024 : attendu au plus 110, constaté 120",
        "plausibilite (cout_net/ADS2), exercice 2024 : attendu au plus 1, constaté 2",
    ]
    assert dits == ["Contrôle du bilan, version 1"]


def test_les_points_a_commenter_se_comptent_quand_la_version_est_validee(session: op.Session, dits: list[str]) -> None:
    _borner(session, "alerte", "au plus 90")
    with psycopg.connect(session.dsn) as conn:
        # a build that passes its gates stores every relation: those that no gate reads are empty here
        conn.execute("set role mutualisation_traitement")
        for nom in relations_promues():
            conn.execute(f"create table if not exists construction.{nom} (like versions.{nom})")
    op.controler(session, 1)
    assert dits == [
        "Contrôle du bilan, version 1",
        f"un point à commenter : voir le bilan et {session.var / 'data_docs' / 'index.html'}.",
    ]
