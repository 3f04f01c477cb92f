"""Documents composed while another command publishes or closes: what takes its place is still true, or nothing does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.atelier.fouille import manifeste, octets
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, publication, publier

from mutualisation.documents.composition.dossier import TRAVAIL
from mutualisation.documents.factures import ecriture
from mutualisation.entrepot.base.connexion import verrou_entrepot
from mutualisation.socle.erreurs import PannePassagere
from mutualisation.usage import operations as op
from mutualisation.usage.operations import livraison

Faire = Callable[[], object]


def _apres(monkeypatch: pytest.MonkeyPatch, objet: object, nom: str, faire: Faire) -> None:
    """Run another command once, when `objet.nom` has composed its documents."""
    vrai, restent = getattr(objet, nom), [faire]

    def compose(*arguments: Any, **options: Any) -> Any:
        rendu = vrai(*arguments, **options)
        if restent:
            restent.pop()()
        return rendu

    monkeypatch.setattr(objet, nom, compose)


@pytest.mark.parametrize("version", [None, 1])
def test_un_extrait_clos_pendant_l_ecriture_reste_clos(
    publie: Publie, bilans: Path, monkeypatch: pytest.MonkeyPatch, version: int | None
) -> None:
    session, extrait = publie.contexte, bilans / f"bilan_{EXERCICE}"
    _apres(monkeypatch, livraison, "composer_extrait", lambda: op.cloturer(session, EXERCICE, "bob"))
    with pytest.raises(PannePassagere, match=rf"L'exercice {EXERCICE} a été clos pendant l'écriture.*relancez"):
        op.extraire(session, EXERCICE, str(bilans), version)
    assert manifeste(extrait)["statut"] == "clos"
    clos = octets(extrait)
    assert op.extraire(session, EXERCICE, str(bilans), version) == str(extrait)
    assert octets(extrait) == clos
    assert not list(bilans.glob(f"{TRAVAIL}*"))


def test_un_extrait_d_avant_la_cloture_n_est_pas_le_clos(publie: Publie, bilans: Path, tmp_path: Path) -> None:
    session, extrait = publie.contexte, bilans / f"bilan_{EXERCICE}"
    copie = Path(shutil.copytree(extrait, tmp_path / "copie" / extrait.name))
    assert op.verifier(session, [EXERCICE], [copie])[0] == []
    op.cloturer(session, EXERCICE, "bob")
    (ecart,) = op.verifier(session, [EXERCICE], [extrait, copie])[0]
    assert ecart.startswith(f"extrait {copie} : la version 1 de l'exercice {EXERCICE} est close")
    assert op.verifier(session, extraits=[extrait, copie])[1] == []


def test_un_extrait_publie_pendant_l_ecriture_reste_le_nouveau(
    publie: Publie, bilans: Path, depot_corrige: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, extrait = publie.contexte, bilans / f"bilan_{EXERCICE}"
    suivant = lambda: op.bilan(session, str(depot_corrige), [EXERCICE], str(bilans))  # noqa: E731
    _apres(monkeypatch, livraison, "composer_extrait", suivant)
    with pytest.raises(PannePassagere, match=rf"L'exercice {EXERCICE} a été publié de nouveau pendant l'écriture"):
        op.extraire(session, EXERCICE, str(bilans))
    assert publication(session.dsn)[0] == (EXERCICE, manifeste(extrait)["version"]) == (EXERCICE, 2)
    nouveau = octets(extrait)
    op.extraire(session, EXERCICE, str(bilans))
    assert octets(extrait) == nouveau


def test_des_factures_publiees_pendant_l_ecriture_restent_les_nouvelles(
    publie: Publie, bilans: Path, depot_corrige: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = publie.contexte
    dossier = Path(op.facturer(session, EXERCICE, 1, str(bilans)))

    def autre() -> None:
        publier(session, depot_corrige)
        op.facturer(session, EXERCICE, 1, str(bilans))

    _apres(monkeypatch, ecriture._Redaction, "manifeste", autre)
    with pytest.raises(PannePassagere, match="publié de nouveau pendant l'écriture"):
        op.facturer(session, EXERCICE, 1, str(bilans))
    assert manifeste(dossier)["version"] == 2
    assert not list(bilans.glob(f"{TRAVAIL}*"))


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
