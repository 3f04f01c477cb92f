"""The child process: early, harmless, and a failed gate when it dies or skips a check."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from mutualisation.portes.attentes import Attente
from mutualisation.portes.prechargement import documenter, evaluer, fermer, precharger

from mutualisation.erreurs import ControleEchoue
from mutualisation.portes import prechargement
from mutualisation.portes.bilan import verifier_bilan

LOT = "select 1 as un"


def _attente(nom: str, requete: str) -> Attente:
    return Attente(nom, "Essai", ("G1",), requete, "valeur {v}", "corriger")


def _python(code: str) -> str:
    fini = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return fini.stdout.strip()


def test_le_moteur_n_entre_jamais_dans_le_processus_appelant() -> None:
    code = (
        "import sys; from mutualisation.portes import fichier, bilan, prechargement; "
        "prechargement.precharger(); print('great_expectations' in sys.modules, 'scipy' in sys.modules)"
    )
    assert _python(code) == "False False"


def test_inutilise_il_finit_avec_son_parent() -> None:
    code = "from mutualisation.portes import prechargement as p; p.precharger(); print(p._ouvrier.pid)"
    pid = int(_python(code))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_un_module_differe_reste_utilisable() -> None:
    code = (
        "from mutualisation.portes.ouvrier import differer; differer(); from scipy import stats; import sys; "
        "assert 'scipy.optimize' not in sys.modules; print(round(float(stats.norm.cdf(0)), 3))"
    )
    assert _python(code) == "0.5"


def test_une_attente_non_evaluee_est_un_echec(entrepot: str) -> None:
    double = [_attente("a", "select un as v from {batch} where un = 2"), _attente("a", "select un as v from {batch}")]
    with pytest.raises(ControleEchoue, match="porte essai : 1 contrôles exécutés sur 2 déclarés"):
        evaluer("essai", entrepot, "essai", LOT, double)


def test_un_moteur_qui_meurt_est_un_echec_puis_renait(entrepot: str) -> None:
    precharger()
    ouvrier = prechargement._ouvrier
    assert ouvrier is not None
    ouvrier.kill()
    ouvrier.wait()
    attentes = [_attente("a", "select pg_terminate_backend(pg_backend_pid())::text as v from {batch}")]
    constats = evaluer("essai", entrepot, "essai", LOT, attentes)
    assert constats[0].erreur is not None
    assert not constats[0].reussi


def test_un_moteur_tue_pendant_l_evaluation_est_un_echec(entrepot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prechargement, "_echanger", lambda _ouvrier, _ligne: "")
    with pytest.raises(ControleEchoue, match="porte essai : le moteur de contrôle s'est arrêté"):
        evaluer("essai", entrepot, "essai", LOT, [_attente("a", "select 1 as v from {batch}")])


def test_un_verrou_tenu_finit_en_echec(base_vierge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prechargement, "ATTENTE_VERROU_MS", 200)
    with psycopg.connect(base_vierge) as conn:
        conn.execute("create table public.t (v int)")
        conn.commit()
        conn.execute("lock table public.t in access exclusive mode")
        constats = evaluer("essai", base_vierge, "essai", LOT, [_attente("a", "select v from public.t, {batch} l")])
    assert constats[0].erreur == "LockNotAvailable"


def test_une_erreur_ne_montre_pas_de_valeur(entrepot: str) -> None:
    constats = evaluer("essai", entrepot, "essai", LOT, [_attente("a", "select 'DUPONT'::numeric as v from {batch}")])
    assert constats[0].erreur == "InvalidTextRepresentation"


def test_plus_de_lignes_que_le_moteur_n_en_rend(entrepot: str) -> None:
    requete = "select g as v from generate_series(1, 500) g, {batch} l"
    (constat,) = evaluer("essai", entrepot, "essai", LOT, [_attente("a", requete)])
    assert (constat.nombre, len(constat.lignes)) == (500, 200)


def test_documentation_sans_donnee_personnelle(candidat: str, tmp_path: Path) -> None:
    with psycopg.connect(candidat) as conn:
        conn.execute("update construction.rejets set valeur = 'DUPONT-0042', fichier = 'rh/MARTIN.csv'")
    assert "MARTIN" in str(verifier_bilan(candidat, "construction", 1, [2024]).echecs)
    # the server's own message quotes the cell
    plante = _attente("plante", "select valeur::numeric as v from construction.rejets, {batch} l")
    assert evaluer("essai", candidat, "essai", LOT, [plante])[0].erreur == "InvalidTextRepresentation"
    index = documenter(tmp_path / "data_docs")
    assert index.exists()
    pages = "".join(page.read_text(encoding="utf-8") for page in index.parent.rglob("*.html"))
    assert "rejets_sans_donnee_personnelle" in pages
    assert "plante : Essai" in pages
    assert "MARTIN" not in pages
    assert "DUPONT-0042" not in pages


def test_fermer_deux_fois() -> None:
    precharger()
    fermer()
    fermer()
    precharger()
