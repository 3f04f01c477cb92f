"""Nothing is done twice: what is the same is said, an extract that is missing is written, the rest is done again."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.atelier.bases import lire
from tests.atelier.commande import appeler
from tests.atelier.fouille import manifeste, octets
from tests.atelier.petit_depot import COMMUNES, EXERCICE
from tests.bout_en_bout import entrepots
from tests.bout_en_bout.entrepots import Publie

from mutualisation.documents.extrait import reprises
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


# ---------------------------------------------------------------- documents of communes
BILAN = f"bilan_{EXERCICE}"
TITREE, AUTRE = COMMUNES


def _titrer(depot: Path) -> Path:
    """One euro more titled to a commune."""
    titres = depot / "compta" / f"titres_{EXERCICE}-06.csv"
    titres.write_text(titres.read_text(encoding="utf-8").replace("1 500,00", "1 501,00"), encoding="utf-8")
    return depot


def _de(commune: str, fichiers: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a commune: page, print, note, draft."""
    return {nom: octets for nom, octets in fichiers.items() if commune in nom}


def _publier(publie: Publie, depot: Path, bilans: Path, *, refaire: bool = False) -> tuple[op.BilanPublie, str]:
    """Publish; what was said of it."""
    dits: list[str] = []
    session = replace(publie.contexte, suivi=dits.append, detail=dits.append)
    return op.bilan(session, str(depot), [EXERCICE], str(bilans), refaire=refaire), "\n".join(dits)


def _composes(dits: str) -> int:
    """How many documents were composed, by what is said of each."""
    return max(int(n) for n in re.findall(r"document \d+ sur (\d+)", dits))


def test_un_titre_d_une_commune_ne_recompose_que_ses_documents(
    publie: Publie, bilans: Path, depot: Path, tmp_path: Path
) -> None:
    tous = _composes(_publier(publie, depot, bilans, refaire=True)[1])
    avant = octets(bilans)
    faite, dits = _publier(publie, _titrer(depot), bilans)
    apres = octets(bilans)
    # page, print, note and the draft in two forms of the other; the draft of this one tells no title
    memes = _de(AUTRE, avant) | {n: o for n, o in _de(TITREE, avant).items() if "deliberations" in n}
    assert (faite.version, len(memes)) == (3, 7)
    assert {nom: octets for nom, octets in avant.items() if apres[nom] == octets and "communes" in nom} == memes
    assert _composes(dits) == tous - 5, dits
    assert f"documents à composer, {tous - 5} ; repris sans changement, 5" in dits
    versions = manifeste(bilans / BILAN)["contenu_de_la_version"]
    assert versions == dict.fromkeys((nom.partition("/")[2] for nom in memes), 1)
    # elsewhere nothing is there to be taken again
    op.extraire(publie.contexte, EXERCICE, str(tmp_path / "ailleurs"))
    assert octets(tmp_path / "ailleurs") == apres


@pytest.mark.parametrize("depuis", ["clos", "un autre logiciel"])
def test_un_document_n_est_repris_que_de_ce_logiciel_et_tel_qu_il_est_a_approuver(
    publie: Publie, bilans: Path, depot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depuis: str
) -> None:
    """It is composed, and says the same, its number too."""
    avant = _de(AUTRE, octets(bilans / BILAN))
    if depuis == "clos":
        op.cloturer(publie.contexte, EXERCICE, "bob", str(bilans))
        assert not {*avant.values()} & {*_de(AUTRE, octets(bilans / BILAN)).values()}
    else:
        monkeypatch.setattr(reprises, "empreinte_logiciel", lambda: "0" * 64)
    faite, dits = _publier(publie, _titrer(depot), bilans)
    assert "repris sans changement, 0" in dits
    assert _de(AUTRE, octets(Path(faite.extraits[0]))) == avant
    op.extraire(publie.contexte, EXERCICE, str(tmp_path / "ailleurs"))
    assert octets(tmp_path / "ailleurs" / BILAN) == octets(Path(faite.extraits[0]))
