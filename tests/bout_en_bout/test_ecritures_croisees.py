"""Documents and commands at once: who composes holds the warehouse, and what was given out stays what it was."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.atelier.fouille import octets
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie

from mutualisation.entrepot.base.connexion import verrou_entrepot
from mutualisation.socle.erreurs import EntrepotOccupe, PannePassagere
from mutualisation.usage import operations as op
from mutualisation.usage.operations import livraison


def test_un_extrait_d_avant_la_cloture_n_est_pas_le_clos(publie: Publie, bilans: Path, tmp_path: Path) -> None:
    session, extrait = publie.contexte, bilans / f"bilan_{EXERCICE}"
    copie = Path(shutil.copytree(extrait, tmp_path / "copie" / extrait.name))
    assert op.verifier(session, [EXERCICE], [copie])[0] == []
    op.cloturer(session, EXERCICE, "bob")
    (ecart,) = op.verifier(session, [EXERCICE], [extrait, copie])[0]
    assert ecart.startswith(
        f"extrait {copie} : le sceau ou la clôture qu'il porte n'est pas de la version 1, close depuis"
    )
    assert op.verifier(session, extraits=[extrait, copie])[1] == []


def test_qui_compose_tient_l_entrepot(publie: Publie, bilans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other command publishes or closes while documents are written: what they say holds when they take place."""
    vus = []
    compose = livraison.composer_ensemble

    def guetter(*arguments: Any) -> Any:
        with pytest.raises(EntrepotOccupe), verrou_entrepot(publie.contexte.dsn, 0):
            vus.append("pris")
        vus.append("tenu")
        return compose(*arguments)

    monkeypatch.setattr(livraison, "composer_ensemble", guetter)
    op.extraire(publie.contexte, EXERCICE, str(bilans / "ailleurs"))
    assert vus == ["tenu"]


def test_un_traitement_long_fait_attendre_puis_le_dit(
    publie: Publie, bilans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, extrait = publie.contexte, bilans / f"bilan_{EXERCICE}"
    avant, dites = octets(extrait), []
    monkeypatch.setattr(session, "suivi", dites.append)
    monkeypatch.setenv("MUTUALISATION_DELAI_VERROU", "1")
    with verrou_entrepot(session.dsn) as _:
        for ecrire in (
            lambda: op.extraire(session, EXERCICE, str(bilans)),
            lambda: op.facturer(session, EXERCICE, 1, str(bilans)),
        ):
            with pytest.raises(PannePassagere, match=r"Un autre traitement .* rien n'a été remplacé"):
                ecrire()
    assert any("attend" in phrase for phrase in dites)
    assert octets(extrait) == avant
    assert [d.name for d in bilans.iterdir()] == [extrait.name]
    op.extraire(session, EXERCICE, str(bilans))
