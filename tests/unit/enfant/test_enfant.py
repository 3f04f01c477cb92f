"""The one child host: a request, an answer; a dead child may be tried again (K12); no child outlives its parent."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mutualisation.socle.enfant.hote import Enfant
from mutualisation.socle.erreurs import PannePassagere

MODULE = """
import os
from mutualisation.socle.enfant.hote import avancer, servir

def preparer():
    print("une bibliothèque bavarde")
    def repondre(demande):
        print("encore")
        for rang in range(demande.get("etapes", 0)):
            avancer(f"étape {rang}")
        return {"recu": demande["valeur"], "pid": os.getpid(), "variable": os.environ.get("ESSAI_ENFANT")}
    return repondre

servir(preparer)
"""


@pytest.fixture
def enfant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Enfant]:
    (tmp_path / "echo_essai.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    suivi: list[str] = []
    ouvert = Enfant(
        "l'essai", "echo_essai", variables={"ESSAI_ENFANT": "oui"}, journal=tmp_path / "enfant.log", suivi=suivi.append
    )
    ouvert.essai_suivi = suivi  # type: ignore[attr-defined]
    yield ouvert
    ouvert.fermer()


def test_une_demande_une_reponse(enfant: Enfant) -> None:
    assert enfant.demander("essai", {"valeur": "é\n"}) == {"recu": "é\n", "pid": enfant.pid, "variable": "oui"}
    assert enfant.demander("essai", {"valeur": 2})["recu"] == 2


def test_ce_qu_il_dit_en_travaillant_n_est_pas_sa_reponse(enfant: Enfant) -> None:
    assert enfant.demander("essai", {"valeur": 1, "etapes": 2})["recu"] == 1
    assert enfant.essai_suivi == ["étape 0", "étape 1"]  # type: ignore[attr-defined]


def test_une_reponse_jamais_attendue_n_est_pas_prise_pour_la_suivante(enfant: Enfant) -> None:
    enfant.commencer("essai", {"valeur": 1})
    assert enfant.commencer("essai", {"valeur": 2})()["recu"] == 2
    assert enfant.demander("essai", {"valeur": 3})["recu"] == 3


def test_un_enfant_qui_meurt_se_relance(enfant: Enfant) -> None:
    for _ in range(2):
        with pytest.raises(PannePassagere, match="essai : l'essai s'est arrêté —"):
            enfant.demander("essai", {"sans": "valeur"})
    assert not enfant.vivant


def test_un_enfant_tue_dit_par_quoi(enfant: Enfant) -> None:
    enfant.demander("essai", {"valeur": 1})
    os.kill(enfant.pid, signal.SIGKILL)
    with pytest.raises(PannePassagere, match=r"s'est arrêté \(SIGKILL\)") as fin:
        enfant.demander("essai", {"valeur": 1})
    assert fin.value.code_sortie == 1


def test_un_enfant_fige_finit_quand_la_veille_le_dit(enfant: Enfant) -> None:
    enfant.demander("essai", {"valeur": 1})
    os.kill(enfant.pid, signal.SIGSTOP)

    def veiller() -> None:
        raise PannePassagere("serveur figé")

    with pytest.raises(PannePassagere, match="serveur figé"):
        enfant.demander("essai", {"valeur": 1}, veiller)
    assert not psutil.pid_exists(enfant.pid)


def test_fermer_deux_fois(enfant: Enfant) -> None:
    enfant.demander("essai", {"valeur": 1})
    enfant.fermer()
    enfant.fermer()
    assert not psutil.pid_exists(enfant.pid)
    with pytest.raises(PannePassagere, match="s'est arrêté"):
        enfant.demander("essai", {"valeur": 1})


def test_apres_un_fork_l_enfant_reste_au_parent(enfant: Enfant, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = os.getpid()
    with monkeypatch.context() as m:
        m.setattr(os, "getpid", lambda: pid + 1)
        assert not enfant.vivant
        enfant.fermer()
    assert enfant.demander("essai", {"valeur": 1})["recu"] == 1


def test_un_parent_tue_avant_que_l_enfant_soit_pret(tmp_path: Path) -> None:
    """Whoever adopted the child is not its parent: it would prepare itself for nobody."""
    lent = (
        "import time\ntime.sleep(2)\n"
        "from mutualisation.socle.enfant.hote import servir\nservir(lambda: time.sleep(600))\n"
    )
    (tmp_path / "lent_essai.py").write_text(lent, encoding="utf-8")
    parent = (
        "import os, signal\nfrom mutualisation.socle.enfant.hote import Enfant\n"
        "print(Enfant('un essai', 'lent_essai').pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    chemins = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    tue = subprocess.run(
        [sys.executable, "-c", parent], env={**os.environ, "PYTHONPATH": chemins}, stdout=subprocess.PIPE, check=False
    )
    assert tue.returncode == -signal.SIGKILL
    orphelins = [psutil.Process(int(tue.stdout))] if psutil.pid_exists(int(tue.stdout)) else []
    vivants = psutil.wait_procs(orphelins, timeout=20)[1]
    for vivant in vivants:
        vivant.kill()
    assert orphelins
    assert vivants == []


@pytest.mark.parametrize(
    "module", ["mutualisation.entree.lecteurs.enfant_lecture", "mutualisation.publication.portes.moteur"]
)
def test_un_enfant_n_herite_d_aucun_secret(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ecrits = ("MUTUALISATION_CLE_PSEUDONYMES", "MUTUALISATION_CLE_SIGNATURE", "ENTREPOT_DSN", "PGPASSWORD")
    airflow = ("AIRFLOW_CONN_ENTREPOT", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN")
    for nom in ecrits + airflow:
        monkeypatch.setenv(nom, "postgresql://secret@ailleurs")
    ouvert = Enfant("l'essai", module, "400", variables={"ESSAI_ENFANT": "oui"})
    environnement = b""
    try:
        # empty for a moment, while the new program takes the place of the copy of ours
        while ouvert.vivant and not environnement:
            environnement = Path(f"/proc/{ouvert.pid}/environ").read_bytes()
    finally:
        ouvert.fermer()
    assert b"ESSAI_ENFANT=oui" in environnement
    assert b"secret@ailleurs" not in environnement


def test_une_demande_qui_n_arrive_pas_ne_laisse_rien_a_dire(enfant: Enfant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.13 says on stderr what a finalizer could not close, which a reference cycle brings about."""
    dites: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", dites.append)
    enfant.demander("essai", {"valeur": 1})
    psutil.Process(enfant.pid).kill()
    psutil.Process(enfant.pid).wait()
    with pytest.raises(PannePassagere) as echec:
        enfant.commencer("essai", {"valeur": 2})
    echec.value.args = (echec.value,)
    del echec
    gc.collect()
    assert dites == []
