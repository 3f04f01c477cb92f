"""Rows about persons go when their time is over; what was published of them stays, and nothing brings them back."""

from pathlib import Path

import pytest
from tests.atelier.bases import lire
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, publication

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.usage import operations as op

LIGNES = "select (select count(*) from brut.agents) + (select count(*) from brut.temps)"
JEUX = "('agents', 'temps')"
AUTRES = "select (select count(*) from brut.mandats) + (select count(*) from brut.masse_salariale)"


def test_rien_ne_s_efface_avant_cinq_exercices(publie: Publie) -> None:
    session = publie.contexte
    avant = lire(session.dsn, LIGNES)
    with pytest.raises(ErreurMutualisation, match=f"rien ne s'efface après {EXERCICE - 5}"):
        op.effacer(session, EXERCICE - 4)
    assert op.effacer(session, EXERCICE - 5) == {"fichiers": 0, "lignes": 0}
    assert lire(session.dsn, LIGNES) == avant != [(0,)]


def test_ce_qui_est_publie_survit_a_l_effacement(publie: Publie, petit: Path) -> None:
    session = publie.contexte
    montre, autres = publication(session.dsn), lire(session.dsn, AUTRES)
    with connecter(session.dsn, role=None) as conn:
        # five exercices later
        conn.execute(
            "insert into journal.publications (exercice, version)"
            " select exercice + 5, version from journal.publications where exercice = %s",
            (EXERCICE,),
        )
    ((presentes,),) = lire(session.dsn, LIGNES)
    fait = op.effacer(session, EXERCICE)
    assert fait["lignes"] == presentes > 0
    assert lire(session.dsn, LIGNES) == [(0,)]
    assert lire(session.dsn, AUTRES) == autres
    assert [r for r in publication(session.dsn) if r[0] == EXERCICE] == [r for r in montre if r[0] == EXERCICE]
    # what is built from now on does not say that it read them
    assert lire(session.dsn, f"select count(*) from journal.fichiers_comptes(now()) where jeu in {JEUX}") == [(0,)]
    # the same bytes do not come back, and a build says what it lacks
    assert not any(c.fichiers for c in op.charger(session, str(petit)))
    assert lire(session.dsn, LIGNES) == [(0,)]
    version = op.construire(session, [EXERCICE])
    with pytest.raises(ControleEchoue, match=r"fichier_manquant \(agents"):
        op.controler(session, version)
