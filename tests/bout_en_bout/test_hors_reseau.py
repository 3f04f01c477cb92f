"""The whole job in a network namespace without any interface, not even a loopback that answers."""

import subprocess
import sys

import pytest
from tests.atelier.commande import empreinte, sans_reseau
from tests.bout_en_bout.entrepots import EnLigne, Publie

pytestmark = [
    pytest.mark.systeme,
    pytest.mark.skipif(not sans_reseau(), reason="no network namespace can be made here"),
]

CONNEXION = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"


def test_ce_cadre_n_a_pas_de_reseau() -> None:
    essai = subprocess.run([*sans_reseau(), sys.executable, "-c", CONNEXION], capture_output=True, text=True)
    assert "Network is unreachable" in essai.stderr


def test_le_bilan_se_fait_sans_reseau_avec_les_memes_chiffres(en_ligne: EnLigne, publie: Publie) -> None:
    assert en_ligne.resultat.code == 0
    assert empreinte(en_ligne.resultat) == publie.bilan.empreinte
    assert (en_ligne.var / "data_docs" / "index.html").exists()
