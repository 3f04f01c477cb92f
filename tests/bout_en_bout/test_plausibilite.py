"""A bound of finance is a dated row: it blocks, it is justified, it is commented; without it nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.atelier import petit_depot
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, lire

from mutualisation import operations as op
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.bilan import points_a_commenter

ENTETE = "Mesure;Dispositif;Minimum;Maximum;Variation %;Gravité;Début;Fin;Référence"


def _borner(depot: Path, *lignes: str) -> None:
    petit_depot.ecrire_csv(depot / "referentiel" / "bornes.csv", ENTETE, *lignes)


def _construire(contexte: op.Session, depot: Path) -> int:
    op.charger(contexte, str(depot))
    version = op.construire(contexte, [EXERCICE])
    op.controler(contexte, version)
    return version


def test_une_borne_critique_bloque_puis_se_justifie(publie: Publie, depot: Path) -> None:
    _borner(depot, "cout_net;CEP;;1;;critique;2019-01-01;;Délib. 12")
    with pytest.raises(ControleEchoue) as echec:
        _construire(publie.contexte, depot)
    (phrase,) = echec.value.controles
    assert phrase.startswith(f"plausibilite (cout_net/CEP), exercice {EXERCICE} : attendu au plus 1, constaté ")

    petit_depot.ecrire_csv(
        depot / "referentiel" / "justifications.csv",
        "Exercice;Contrôle;Clé;Justification;Auteur;Date",
        f"{EXERCICE};plausibilite;cout_net/CEP;Reprise du service;Finances;{EXERCICE}-12-31",
    )
    version = _construire(publie.contexte, depot)
    controle = "select cle, statut, bloquant, justification from construction.controles where controle = 'plausibilite'"
    assert lire(publie.contexte.dsn, controle) == [("cout_net/CEP", "ecart", True, "Reprise du service")]
    assert version


def test_une_borne_d_alerte_se_commente(publie: Publie, depot: Path) -> None:
    _borner(
        depot,
        "cout_net;;;1;;alerte;2019-01-01;;Réf",
        "cout_net_total;;;1;;alerte;2019-01-01;;Réf",
        "recettes;CEP;;1;;alerte;2019-01-01;2020-12-31;Périmée",
        "cout_nette;CEP;;1;;alerte;2019-01-01;;Mesure inconnue : rejetée",
        "cout_net;CEP;;;;alerte;2019-01-01;;Ni borne ni variation : rejetée",
    )
    version = _construire(publie.contexte, depot)
    ((portes,),) = lire(publie.contexte.dsn, f"select portes from journal.constructions where version = {version}")
    cles = {p["cle"] for p in points_a_commenter(portes, EXERCICE) if p["attente"] == "borne_alerte"}
    assert cles == {"cout_net/CEP", "cout_net/ADS", "cout_net_total"}
    # the control looks at critical bounds only: none is in force
    controle = "select statut from construction.controles where controle = 'plausibilite'"
    assert lire(publie.contexte.dsn, controle) == [("sans_donnee",)]
    rejetees = "select count(*) from construction.rejets where fichier = 'referentiel/bornes.csv'"
    assert lire(publie.contexte.dsn, rejetees) == [(2,)]
