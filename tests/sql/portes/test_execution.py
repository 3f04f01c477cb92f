"""Checkpoints run by Great Expectations: severities, tolerances, counts, and never a cell."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.atelier import bases
from tests.atelier.atelier import VIDE
from tests.atelier.tables import cas
from tests.sql.portes.projet_gx import ecrire_projet

from mutualisation.publication.portes import execution
from mutualisation.publication.portes.bilan import verifier_bilan
from mutualisation.publication.portes.execution import documenter, executer, retenir
from mutualisation.publication.portes.resultat import Constat, ResultatPorte
from mutualisation.publication.portes.suites import SQL_EXACT, Attente, Suite
from mutualisation.socle.erreurs import ControleEchoue, PannePassagere

Passer = Callable[..., list[Constat]]

LOT = "select * from (values (1, 'Émis'), (2, 'Payé'), (2, 'émis')) as v (numero, statut)"
STATUT_CONNU = ("expect_column_values_to_be_in_set", {"column": "statut", "value_set": ["Émis", "Payé"]})


def _attente(type_: str, kwargs: dict[str, Any], nom: str = "a", **meta: str) -> dict[str, Any]:
    return {
        "type": type_, "kwargs": kwargs, "severity": "critical", "description": "Essai", "notes": "Essai",
        "meta": {"nom": nom} | meta,
    }  # fmt: skip


def _sql(requete: str) -> dict[str, Any]:
    return _attente(SQL_EXACT, {"unexpected_rows_query": requete})


@pytest.fixture
def passer(entrepot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Passer:
    """Run a suite of these expectations on `LOT`."""
    monkeypatch.setenv("MUTUALISATION_EXPECTATIONS", str(tmp_path))

    def _passer(*attentes: dict[str, Any], montre: tuple[str, ...] = (), dsn: str = entrepot) -> list[Constat]:
        ecrire_projet(tmp_path, LOT, list(attentes), montre)
        return executer("essai", dsn, "essai")

    return _passer


def test_les_lignes_ne_se_montrent_que_la_ou_le_point_de_controle_le_permet(passer: Passer) -> None:
    (constat,) = passer(_attente(*STATUT_CONNU))
    assert constat.lignes == []
    (constat,) = passer(_attente(*STATUT_CONNU, message="{numero} : statut inconnu"), montre=("numero",))
    assert [ligne["numero"] for ligne in constat.lignes] == ["2"]
    assert constat.phrases() == ["2 : statut inconnu"]


@pytest.mark.parametrize(("tolerance", "reussi"), [(0.6, True), (0.7, False)])
def test_la_tolerance_est_celle_de_la_suite(passer: Passer, tolerance: float, reussi: bool) -> None:
    (constat,) = passer(_attente(STATUT_CONNU[0], STATUT_CONNU[1] | {"mostly": tolerance}))
    assert (constat.reussi, constat.nombre, constat.elements) == (reussi, 1, 3)


def test_seul_warning_avertit(passer: Passer) -> None:
    attentes = [_attente(*STATUT_CONNU, nom=s) | {"severity": s} for s in ("critical", "warning", "info")]
    resultat = ResultatPorte("essai", passer(*attentes), [])
    (avertissement,) = resultat.en_dict()["avertissements"]
    assert avertissement == {"attente": "warning", "phrase": "Essai", "nombre": 1, "elements": 3}


def test_great_expectations_n_entre_jamais_dans_le_processus_appelant() -> None:
    """Neither does what it brings: the command would wait for its import."""
    code = (
        "import sys; from mutualisation.publication.portes import fichier, bilan, relecture, execution; "
        "execution.precharger(); print('great_expectations' in sys.modules, 'scipy' in sys.modules)"
    )
    fini = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    assert fini.stdout.strip() == "False False"


@cas
def test_une_attente_mal_ecrite_dit_ou_la_corriger(
    passer: Passer, type_: str, kwargs: dict[str, Any], faute: str
) -> None:
    with pytest.raises(ControleEchoue) as echec:
        passer(_attente(*STATUT_CONNU), _attente(type_, kwargs, nom="fautive"))
    assert str(echec.value).startswith(f"porte essai, attente « fautive » de expectations/essai.json : {faute}")


def test_une_colonne_inconnue_dit_ou_la_corriger(passer: Passer) -> None:
    with pytest.raises(ControleEchoue) as echec:
        passer(_attente("expect_column_values_to_not_be_null", {"column": "absente"}))
    assert str(echec.value) == (
        "porte essai, attente « a » de expectations/essai.json : aucune colonne « absente » dans le lot — la corriger"
    )


def test_ce_que_great_expectations_n_a_pas_evalue_se_compte(passer: Passer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was run is counted against the files, not against what Great Expectations made of them."""
    lire, autre = execution.lire_point, Attente("b", *STATUT_CONNU, "critical", "Essai")
    monkeypatch.setattr(execution, "lire_point", lambda *ou: [*lire(*ou), Suite("essai", (autre,))])
    with pytest.raises(ControleEchoue, match=r"porte essai : 1 contrôles exécutés sur 2 déclarés \(manquent : b\)"):
        passer(_attente(*STATUT_CONNU))


def test_les_lignes_du_lot_restent_dans_l_entrepot(
    entrepot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUTUALISATION_EXPECTATIONS", str(tmp_path))
    pics = []
    for lignes in (10, 300_000):
        execution.fermer()
        requete = f"select g as numero, repeat('x', 500) as statut from generate_series(1, {lignes}) as g"
        ecrire_projet(tmp_path, requete, [_attente("expect_column_values_to_not_be_null", {"column": "statut"})])
        (constat,) = executer("essai", entrepot, "essai")
        assert (constat.reussi, constat.elements) == (True, lignes)
        assert execution._etat.enfant is not None
        etat = Path(f"/proc/{execution._etat.enfant.pid}/status").read_text()
        pics.append(next(int(x.split()[1]) for x in etat.splitlines() if x.startswith("VmHWM")))
    assert pics[1] < pics[0] + 30_000, pics


def test_un_moteur_tue_renait(passer: Passer) -> None:
    execution.precharger()
    assert execution._etat.enfant is not None
    execution._etat.enfant._processus.kill()
    execution._etat.enfant._processus.wait()
    assert [c.nombre for c in passer(_attente(*STATUT_CONNU))] == [1]


def test_un_entrepot_perdu_n_en_perd_pas_un_autre(
    entrepot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process judges two warehouses in turn, each by its own rows, and one of them goes."""
    monkeypatch.setenv("MUTUALISATION_EXPECTATIONS", str(tmp_path))
    ici = {"column": "base", "value_set": [conninfo_to_dict(entrepot)["dbname"]]}
    ecrire_projet(tmp_path, "select current_database()::text as base", [_attente(STATUT_CONNU[0], ici)])
    execution.fermer()
    with bases.copie(entrepot, VIDE) as perdu:
        assert [executer("essai", dsn, "essai")[0].nombre for dsn in (entrepot, perdu)] == [0, 1]
    assert executer("essai", entrepot, "essai")[0].nombre == 0


def test_un_verrou_tenu_se_relance(base_vierge: str, passer: Passer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known against what was to be judged: exit 1, not 2 (K12)."""
    monkeypatch.setenv("MUTUALISATION_DELAI_VERROU", "1")
    with psycopg.connect(base_vierge) as conn:
        conn.execute("create table public.t (v int)")
        conn.commit()
        conn.execute("lock table public.t in access exclusive mode")
        with pytest.raises(PannePassagere, match="une autre session tient ce qu'il faut"):
            passer(_sql("select v from public.t cross join {batch} l"), dsn=base_vierge)


def test_une_erreur_ne_montre_pas_de_valeur(passer: Passer) -> None:
    saine = _attente(*STATUT_CONNU, nom="b")
    constat, _ = passer(_sql("select 'DUPONT'::numeric as v from {batch}"), saine)
    assert constat.erreur == "InvalidTextRepresentation"


def test_plus_de_lignes_que_le_moteur_n_en_rend(passer: Passer) -> None:
    attente = _sql("select g as v from generate_series(1, 500) g cross join {batch} l where numero = 1")
    (constat,) = passer(attente, montre=("numero",))
    assert (constat.nombre, len(constat.lignes)) == (500, 200)
    assert constat.phrases()[-1] == "Essai : 300\u00a0autres écarts non listés"


def test_la_page_se_lit_sans_reseau_ni_donnee_personnelle(candidat: str, passer: Passer, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as livre, psycopg.connect(candidat) as conn:
        livre.delenv("MUTUALISATION_EXPECTATIONS")
        conn.execute("update construction.rejets set valeur = 'DUPONT-0042', fichier = 'rh/MARTIN.csv'")
        conn.commit()
        assert "MARTIN" in str(verifier_bilan(candidat).echecs)
    plante = _sql("select valeur::numeric as v from construction.rejets cross join {batch} l")
    retenir("essai", "Essai", passer(plante, _attente(*STATUT_CONNU, nom="b"), dsn=candidat))
    index = documenter(tmp_path / "data_docs")
    pages = "".join(chemin.read_text(encoding="utf-8") for chemin in index.parent.rglob("*.*"))
    assert "Les rejets de rh ne portent aucune valeur personnelle" in pages
    assert "n'a pas pu être exécutée" in pages or "n&#39;a pas pu être exécutée" in pages
    assert "MARTIN" not in pages
    assert "DUPONT-0042" not in pages
    assert "http" not in index.read_text(encoding="utf-8")


def test_la_page_garde_ce_que_d_autres_commandes_ont_juge(passer: Passer, tmp_path: Path) -> None:
    retenir("essai", "Essai", passer(_attente(*STATUT_CONNU)))
    documenter(tmp_path)
    execution.fermer()
    assert not execution.a_documenter()
    assert "1 écart sur 3" in documenter(tmp_path).read_text(encoding="utf-8")
