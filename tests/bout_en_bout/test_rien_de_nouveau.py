"""Nothing is done twice: what is the same is said, an extract that is missing is written, the rest is done again."""

import shutil
from pathlib import Path

import pytest
from tests.atelier.bases import lire
from tests.atelier.commande import appeler
from tests.atelier.fouille import octets
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout import entrepots
from tests.bout_en_bout.entrepots import Publie

from mutualisation.publication.portes import execution
from mutualisation.publication.versions import inchange
from mutualisation.usage import operations as op

CONSTRUCTIONS = "select count(*) from journal.constructions"
POINTEUR = "select version from journal.publications"


@pytest.fixture
def a_jour(publie: Publie, bilans: Path, petit: Path) -> tuple[str, ...]:
    """The command that has just been run: drop, exercice, folder of the extracts."""
    return ("bilan", "--depot", str(petit), "--exercice", str(EXERCICE), "--sortie", str(bilans))


def test_le_meme_bilan_ne_refait_rien(
    publie: Publie, a_jour: tuple[str, ...], bilans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "precharger", lambda: pytest.fail("aucune porte n'a à s'ouvrir"))
    dsn, avant = publie.contexte.dsn, {f: f.stat().st_mtime_ns for f in bilans.rglob("*")}
    constructions = lire(dsn, CONSTRUCTIONS)
    sortie = appeler(publie.contexte, *a_jour)
    assert (sortie.code, "Rien de nouveau : la version 1 reste publiée" in sortie.erreurs) == (0, True), sortie.erreurs
    assert sortie.texte.splitlines()[0] == f"publication {publie.bilan.empreinte}"
    assert str(bilans / f"bilan_{EXERCICE}" / f"bilan_etape_{EXERCICE}.html") in sortie.texte
    assert lire(dsn, CONSTRUCTIONS) == constructions
    assert {f: f.stat().st_mtime_ns for f in bilans.rglob("*")} == avant


@pytest.mark.parametrize("manque", [f"bilan_{EXERCICE}", f"bilan_{EXERCICE}/rejets.csv"])
def test_ce_qui_manque_est_reecrit_aux_memes_octets(
    publie: Publie, a_jour: tuple[str, ...], bilans: Path, manque: str
) -> None:
    avant, constructions = octets(bilans), lire(publie.contexte.dsn, CONSTRUCTIONS)
    chemin = bilans / manque
    shutil.rmtree(chemin) if chemin.is_dir() else chemin.unlink()
    sortie = appeler(publie.contexte, *a_jour)
    assert (sortie.code, "Rien de nouveau" in sortie.erreurs) == (0, True), sortie.erreurs
    assert octets(bilans) == avant
    assert lire(publie.contexte.dsn, CONSTRUCTIONS) == constructions


def test_un_sceau_qui_ne_tient_plus_arrete_la_commande(publie: Publie, a_jour: tuple[str, ...]) -> None:
    lire(publie.contexte.dsn, "update versions.synthese_financiere set recettes = recettes + 1 returning 1")
    sortie = appeler(publie.contexte, *a_jour)
    assert (sortie.code, "versions.synthese_financiere" in sortie.erreurs) == (2, True)


def test_un_autre_logiciel_construit_et_garde_la_version(
    publie: Publie, a_jour: tuple[str, ...], bilans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inchange, "empreinte_logiciel", lambda: "0" * 64)
    avant = octets(bilans)
    sortie = appeler(publie.contexte, *a_jour)
    assert (sortie.code, "Rien de nouveau" in sortie.erreurs) == (0, False), sortie.erreurs
    assert f"Exercice {EXERCICE} inchangé : la version 1 reste publiée" in sortie.erreurs
    # an extract is of its version: what stands whole is not written again
    assert f"Extrait de l'exercice {EXERCICE}" not in sortie.erreurs
    assert lire(publie.contexte.dsn, POINTEUR) == [(1,)]
    assert octets(bilans) == avant
    # and that is what is known from then on
    encore = appeler(publie.contexte, *a_jour)
    assert (encore.code, "Rien de nouveau" in encore.erreurs) == (0, True), encore.erreurs


def test_refaire_publie_une_version(publie: Publie, a_jour: tuple[str, ...]) -> None:
    sortie = appeler(publie.contexte, *a_jour, "--refaire")
    assert sortie.code == 0, sortie.erreurs
    assert sortie.texte.splitlines()[0] == f"publication {publie.bilan.empreinte}"
    assert lire(publie.contexte.dsn, POINTEUR) == [(2,)]


def test_un_exercice_de_plus_n_est_pas_ce_qui_etait_publie(publie: Publie) -> None:
    with publie.contexte.connexion() as conn:
        assert inchange.deja_publiee(conn, [EXERCICE]) == [1]
        assert inchange.deja_publiee(conn, [EXERCICE - 1, EXERCICE]) == []


def test_revenir_aux_memes_fichiers_n_est_pas_rien_de_nouveau(
    publie: Publie, petit: Path, depot_corrige: Path, tmp_path: Path
) -> None:
    """Another version was published since: what the same inputs gave once is shown no longer."""
    avant = entrepots.publication(publie.contexte.dsn)
    entrepots.publier(publie.contexte, depot_corrige)
    revenue = op.bilan(publie.contexte, str(petit), [EXERCICE], str(tmp_path / "bilans"))
    assert revenue.version == 3
    assert entrepots.publication(publie.contexte.dsn) == [(EXERCICE, 3), *avant[1:]]


def test_une_version_validee_et_pas_publiee_ne_compte_pas(publie: Publie, depot_corrige: Path) -> None:
    op.charger(publie.contexte, str(depot_corrige))
    op.controler(publie.contexte, op.construire(publie.contexte, [EXERCICE]))
    with publie.contexte.connexion() as conn:
        assert inchange.deja_publiee(conn, [EXERCICE]) == []
