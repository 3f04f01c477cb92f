"""The table of cells, read by what dbt compiles for each type of the registry (C1 to C13, P1)."""

import psycopg
import pytest
from jinja2 import Environment
from tests.atelier.cellules import CELLULES, ENUMERATIONS, NON_RENSEIGNE, REPLIS, Lu

from mutualisation.chemins import PROJET_DBT
from mutualisation.sources.cellules_sql import cellule_lue
from mutualisation.sources.jeux import TYPES, Colonne


class _Dbt:
    """What the macros ask of dbt."""

    @staticmethod
    def string_literal(texte: str) -> str:
        return "'" + texte.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def macros():
    texte = (PROJET_DBT / "macros" / "lire_jeu.sql").read_text(encoding="utf-8")
    return Environment(extensions=["jinja2.ext.do"]).from_string(texte, {"dbt": _Dbt}).module  # noqa: S701 - SQL


@pytest.fixture(scope="module")
def conn(entrepot: str):
    with psycopg.connect(entrepot, autocommit=True) as connexion:
        yield connexion


def _colonne(meta: dict) -> Colonne:
    return Colonne("c", meta["lecture"], valeurs=tuple(meta.get("valeurs", ())), pourcent_si=meta.get("pourcent_si"))


def lire(conn: psycopg.Connection, macros, meta: dict, cellule: str, **autres: str) -> Lu:
    """What the columns of a jeu say of a cell; the reader lands an empty one as NULL."""
    cellules = {"c": cellule or None, **autres}
    colonnes = ", ".join(f"%({nom})s::text as {nom}" for nom in cellules)
    lecture, vide = cellule_lue(_colonne(meta)), macros.cellule_vide("c", meta["lecture"])
    lu, non_renseigne = conn.execute(f"select {lecture}, {vide} from (select {colonnes}) as b", cellules).fetchone()
    if non_renseigne:
        assert lu is None or lu == "-"
        return NON_RENSEIGNE
    return lu


@pytest.mark.parametrize(("type_", "cellule", "attendu"), CELLULES)
def test_cellule(conn, macros, type_, cellule, attendu):
    lu = lire(conn, macros, {"lecture": type_}, cellule)
    assert lu == attendu
    assert type(lu) is type(attendu)


@pytest.mark.parametrize(("type_", "cellule"), [(t, c) for t, c, attendu in CELLULES if attendu is None])
def test_une_cellule_illisible_rejette_sa_ligne(macros, type_, cellule):
    """Without a reason to give, `lire_jeu` would take it for a cell that states nothing."""
    assert str(macros.motif_illisible({"lecture": type_})).strip(), cellule


def test_chaque_type_est_dans_la_table():
    assert {t for t, _, _ in CELLULES} == set(TYPES) - {"enumeration", "pseudonyme", "empreinte", "personnel"}


@pytest.mark.parametrize(("valeurs", "cellule", "attendu"), ENUMERATIONS)
def test_enumeration(conn, macros, valeurs, cellule, attendu):
    assert lire(conn, macros, {"lecture": "enumeration", "valeurs": list(valeurs)}, cellule) == attendu


def test_une_valeur_inconnue_se_dit_sauf_la_taille_d_une_entreprise(macros):
    meta = {"lecture": "enumeration", "valeurs": ["TPE", "PME"]}
    assert "attendu : TPE, PME" in macros.motif_illisible(meta)
    assert str(macros.motif_illisible({**meta, "inconnue_vide": True})).strip() == ""


@pytest.mark.parametrize(
    ("regle", "lu"), [("pourcentage", "8"), ("POURCENTAGE", "8"), ("forfait", None), ("par_unite", None)]
)
def test_le_montant_d_un_pourcentage_seul_porte_un_signe(conn, macros, regle, lu):
    meta = {"lecture": "nombre", "pourcent_si": ("regle", "pourcentage")}
    constate = lire(conn, macros, meta, "8 %", regle=regle)
    assert (None if constate is None else str(constate)) == lu
    assert str(lire(conn, macros, meta, "8", regle=regle)) == "8"


@pytest.mark.parametrize(("un", "autre", "pareils"), REPLIS)
def test_repli(conn, un, autre, pareils):
    assert conn.execute("select lecture.repli(%s) = lecture.repli(%s)", (un, autre)).fetchone()[0] is pareils
