"""Great Expectations as the judge: each native family seen failing, severities, counts, and never a cell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mutualisation.erreurs import ControleEchoue, PannePassagere
from mutualisation.portes import juge
from mutualisation.portes.bilan import verifier_bilan
from mutualisation.portes.juge import documenter, juger
from mutualisation.portes.resultat import Constat, ResultatPorte
from mutualisation.portes.suites import Attente, Lot, Suite
from mutualisation.publication.relations import relations_promues

LOT = """
select * from (values
  (1, 'Émis', '21590009300018', date '2024-01-01', date '2024-01-02', 10.5, null::text, 'x'),
  (2, 'Payé', '2159000930001', date '2024-01-03', date '2024-01-02', 120.0, 'défaut', 'y'),
  (2, 'émis', null, null, date '2024-01-02', -1.0, null, 'y')
) as v (numero, statut, siret, fin, debut, taux, defauts, origine)
"""
# (type, kwargs, rows at fault)
FAMILLES: list[tuple[str, dict[str, Any], int]] = [
    ("expect_column_values_to_be_in_set", {"column": "statut", "value_set": ["Émis", "Payé"]}, 1),
    ("expect_column_values_to_not_be_in_set", {"column": "statut", "value_set": ["Payé"]}, 1),
    ("expect_column_values_to_be_between", {"column": "taux", "min_value": 0, "max_value": 100}, 2),
    ("expect_column_values_to_not_be_null", {"column": "siret"}, 1),
    ("expect_column_values_to_be_null", {"column": "defauts"}, 1),
    ("expect_column_values_to_match_regex", {"column": "statut", "regex": "^[A-ZÉ]"}, 1),
    ("expect_column_value_lengths_to_equal", {"column": "siret", "value": 14}, 1),
    ("expect_column_value_lengths_to_be_between", {"column": "statut", "min_value": 5, "max_value": 9}, 3),
    ("expect_column_values_to_be_unique", {"column": "numero"}, 2),
    ("expect_compound_columns_to_be_unique", {"column_list": ["numero", "origine"]}, 2),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "fin", "column_B": "debut", "or_equal": True, "ignore_row_if": "either_value_is_missing"},
        1,
    ),
    ("expect_column_pair_values_to_be_equal", {"column_A": "numero", "column_B": "taux"}, 3),
    ("expect_table_row_count_to_be_between", {"min_value": 4}, 1),
    ("expect_table_columns_to_match_set", {"column_set": ["numero"]}, 1),
    ("expect_table_column_count_to_equal", {"value": 3}, 1),
    ("unexpected_rows_expectation", {"unexpected_rows_query": "select origine from {batch} where numero = 2"}, 2),
]


def _suite(*attentes: Attente, montre: tuple[str, ...] = (), lot: str = LOT) -> Suite:
    return Suite("essai", "Essai", (Lot("lot", attentes, lot, montre),), {})


def _attente(type_: str, kwargs: dict[str, Any], severity: str = "critical", nom: str = "a", **reste: str) -> Attente:
    return Attente(nom, type_, kwargs, severity, "Essai", **reste)  # type: ignore[arg-type]


def _sql(requete: str, nom: str = "a") -> Attente:
    return _attente("unexpected_rows_expectation", {"unexpected_rows_query": requete}, nom=nom)


def _constat(dsn: str, attente: Attente, **reste: Any) -> Constat:
    (constat,) = juger("essai", dsn, _suite(attente, **reste))
    return constat


def _python(code: str) -> str:
    fini = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    return fini.stdout.strip()


def test_chaque_famille_voit_son_defaut(entrepot: str) -> None:
    attentes = [_attente(type_, kwargs, nom=str(rang)) for rang, (type_, kwargs, _) in enumerate(FAMILLES)]
    constats = juger("essai", entrepot, _suite(*attentes))
    assert {c.erreur for c in constats} == {None}
    assert not any(c.reussi for c in constats)
    assert [(type_, c.nombre) for (type_, _, _), c in zip(FAMILLES, constats, strict=True)] == [
        (type_, nombre) for type_, _, nombre in FAMILLES
    ]


def test_les_lignes_ne_se_montrent_que_la_ou_le_lot_le_permet(entrepot: str) -> None:
    attente = _attente(*FAMILLES[0][:2], message="{numero} : statut inconnu")
    assert _constat(entrepot, attente).lignes == []
    constat = _constat(entrepot, attente, montre=("numero",))
    assert [ligne["numero"] for ligne in constat.lignes] == ["2"]
    assert constat.phrases() == ["2 : statut inconnu"]


@pytest.mark.parametrize(("tolerance", "reussi"), [(0.6, True), (0.7, False)])
def test_la_tolerance_est_celle_du_yaml(entrepot: str, tolerance: float, reussi: bool) -> None:
    constat = _constat(entrepot, _attente(FAMILLES[0][0], {**FAMILLES[0][1], "mostly": tolerance}))
    assert (constat.reussi, constat.nombre, constat.elements) == (reussi, 1, 3)


@pytest.mark.parametrize(
    ("condition", "nombre"),
    [
        ({"numero": 2}, 1),
        ({"numero": 1}, 0),
        ({"numero": [1, 2], "defauts": None}, 1),
        ({"origine": "y", "defauts": "défaut"}, 0),
    ],
)
def test_row_condition(entrepot: str, condition: dict[str, Any], nombre: int) -> None:
    attente = _attente(FAMILLES[0][0], {**FAMILLES[0][1], "row_condition": condition})
    assert _constat(entrepot, attente).nombre == nombre


def test_seul_warning_avertit(entrepot: str) -> None:
    attentes = [_attente(*FAMILLES[0][:2], severity=s, nom=s) for s in ("critical", "warning", "info")]
    resultat = ResultatPorte("essai", juger("essai", entrepot, _suite(*attentes)), [])
    (avertissement,) = resultat.en_dict()["avertissements"]
    assert avertissement == {"attente": "warning", "phrase": "Essai", "nombre": 1, "elements": 3}


def test_le_moteur_n_entre_jamais_dans_le_processus_appelant() -> None:
    code = (
        "import sys; from mutualisation.portes import fichier, bilan, relecture, juge; "
        "juge.precharger(); print('great_expectations' in sys.modules, 'scipy' in sys.modules)"
    )
    assert _python(code) == "False False"


def test_un_module_differe_reste_utilisable() -> None:
    code = (
        "from mutualisation.portes.moteur import differer; differer(); from scipy import stats; import sys; "
        "assert 'scipy.optimize' not in sys.modules; print(round(float(stats.norm.cdf(0)), 3))"
    )
    assert _python(code) == "0.5"


def test_une_suite_sans_attente_est_un_echec(entrepot: str) -> None:
    with pytest.raises(ControleEchoue, match="porte essai : la suite vide n'a rien à exécuter"):
        juger("essai", entrepot, Suite("vide", "", (), {}))


def test_un_lot_sans_requete_est_un_echec(entrepot: str) -> None:
    with pytest.raises(ControleEchoue, match="le lot « lot » n'a pas de requête"):
        juger("essai", entrepot, _suite(_sql("select 1"), lot=""))


@pytest.mark.parametrize(
    ("type_", "kwargs", "faute"),
    [
        ("expect_rien", {}, "type expect_rien inconnu"),
        (
            "expect_column_values_to_be_between",
            {"column": "taux", "minimum": 0},
            "arguments de expect_column_values_to_be_between : ",
        ),
        (
            "expect_column_values_to_be_in_set",
            {"column": "statut", "value_set": 3},
            "arguments de expect_column_values_to_be_in_set : value_set",
        ),
        ("expect_column_values_to_not_be_null", {}, "arguments de expect_column_values_to_not_be_null : column"),
    ],
)
def test_une_attente_mal_ecrite_dit_ou_la_corriger(
    entrepot: str, type_: str, kwargs: dict[str, Any], faute: str
) -> None:
    lots = (Lot("lot", (_attente(type_, kwargs, nom="fautive", fichier="essai/suite.yml"),), LOT),)
    with pytest.raises(ControleEchoue) as echec:
        juger("essai", entrepot, Suite("essai", "", lots, {}))
    assert str(echec.value).startswith(f"porte essai, attente « fautive » de expectations/essai/suite.yml : {faute}")


def test_une_colonne_inconnue_dit_ou_la_corriger(entrepot: str) -> None:
    attente = _attente("expect_column_values_to_not_be_null", {"column": "absente"}, fichier="essai/suite.yml")
    lots = (Lot("lot", (attente,), LOT),)
    (constat,) = juger("essai", entrepot, Suite("essai", "", lots, {}))
    assert not constat.reussi
    assert constat.erreur == (
        "porte essai, attente « a » de expectations/essai/suite.yml : aucune colonne « absente » dans le lot — "
        "la corriger"
    )


def test_une_attente_non_evaluee_est_un_echec(entrepot: str) -> None:
    double = _suite(_sql("select numero from {batch}"), _sql("select numero from {batch}"))
    with pytest.raises(ControleEchoue, match="porte essai : 1 contrôles exécutés sur 2 déclarés"):
        juger("essai", entrepot, double)


def test_un_moteur_qui_meurt_est_un_echec_puis_renait(entrepot: str) -> None:
    juge.precharger()
    assert juge._etat.enfant is not None
    juge._etat.enfant._processus.kill()
    juge._etat.enfant._processus.wait()
    constat = _constat(entrepot, _sql("select pg_terminate_backend(pg_backend_pid())::text as v from {batch}"))
    assert constat.erreur is not None
    assert not constat.reussi


def test_un_verrou_tenu_se_relance(base_vierge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known against what was to be judged: exit 1, not 2 (K12)."""
    monkeypatch.setenv("MUTUALISATION_DELAI_VERROU", "1")
    with psycopg.connect(base_vierge) as conn:
        conn.execute("create table public.t (v int)")
        conn.commit()
        conn.execute("lock table public.t in access exclusive mode")
        with pytest.raises(PannePassagere, match="une autre session tient ce qu'il faut"):
            _constat(base_vierge, _sql("select v from public.t, {batch} l"))


def test_une_erreur_ne_montre_pas_de_valeur(entrepot: str) -> None:
    constat = _constat(entrepot, _sql("select 'DUPONT'::numeric as v from {batch}"))
    assert constat.erreur == "InvalidTextRepresentation"


def test_plus_de_lignes_que_le_moteur_n_en_rend(entrepot: str) -> None:
    attente = _sql("select g as v from generate_series(1, 500) g, {batch} l where numero = 1")
    constat = _constat(entrepot, attente, montre=("numero",))
    assert (constat.nombre, len(constat.lignes)) == (500, 200)
    assert constat.phrases()[-1] == "Essai : 300\u00a0autres écarts non listés"


def test_la_documentation_se_lit_sans_reseau_ni_donnee_personnelle(candidat: str, tmp_path: Path) -> None:
    with psycopg.connect(candidat) as conn:
        conn.execute("update construction.rejets set valeur = 'DUPONT-0042', fichier = 'rh/MARTIN.csv'")
    assert "MARTIN" in str(verifier_bilan(candidat, 1, [2024], relations_promues()).echecs)
    # the server's own message quotes the cell
    plante = _suite(_sql("select valeur::numeric as v from construction.rejets, {batch} l"))
    assert juger("essai", candidat, plante)[0].erreur == "InvalidTextRepresentation"
    index = documenter(tmp_path / "data_docs")
    pages = "".join(chemin.read_text(encoding="utf-8") for chemin in index.parent.rglob("*.*"))
    assert "Les rejets de rh ne portent aucune valeur personnelle" in pages
    assert "n'a pas pu être exécutée" in pages or "n&#39;a pas pu être exécutée" in pages
    assert "MARTIN" not in pages
    assert "DUPONT-0042" not in pages
    assert "http" not in index.read_text(encoding="utf-8")


def test_la_documentation_garde_ce_que_d_autres_commandes_ont_juge(entrepot: str, tmp_path: Path) -> None:
    juger("essai", entrepot, _suite(_attente(*FAMILLES[0][:2])))
    documenter(tmp_path)
    juge.fermer()
    assert not juge.a_juge()
    assert "1 écart sur 3" in documenter(tmp_path).read_text(encoding="utf-8")
