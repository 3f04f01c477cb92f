"""An extract and its publication change together, or neither does; what is not ours is never replaced (K11)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.atelier.bases import lire
from tests.atelier.fouille import manifeste, octets
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, publication, publier

from mutualisation.documents.composition import dossier as module_dossier
from mutualisation.documents.composition.dossier import TRAVAIL
from mutualisation.documents.extrait import produits
from mutualisation.entree.lecteurs.bloc import visible
from mutualisation.publication.signatures import ancrage
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere
from mutualisation.usage import operations as op

# emoji, bullet of Word, byte order mark, CJK, a mark that composes with nothing, direction, control, private use
ECRITURES = "Conseil 🏛️ \uf0b7 éner\ufeffgie 中文 e\u20dd \u202epar\x1ftagé \ue000"


@pytest.fixture(scope="module")
def ecritures(petit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small drop with characters in its names that no font of ours draws."""
    depot = Path(shutil.copytree(petit, tmp_path_factory.mktemp("ecritures") / "depot"))
    for fichier, avant, apres in (
        ("dispositifs", "Conseil en énergie partagé", ECRITURES),
        ("adherents", "Commune 59001", "Commune 🏘 59001\x0b"),
        ("tarifs", "=Délib. 7", "Délib. 7 🎉\x02"),
    ):
        chemin = depot / "referentiel" / f"{fichier}.csv"
        chemin.write_text(chemin.read_text(encoding="utf-8").replace(avant, apres), encoding="utf-8")
    return depot


def _casser(*_: object) -> None:
    raise OSError(28, "No space left on device")


def _ancrage_impossible(
    publie: Publie, monkeypatch: pytest.MonkeyPatch, faire: Callable[[], object], version: int
) -> None:
    """The statement can't be kept beside: what is published is said to be, and what is left to run."""
    with monkeypatch.context() as panne:
        panne.setattr(ancrage.disque, "ecrire", _casser)
        dite = rf"La version {version} est publiée, mais .*sceaux.*plus de place.*« mutualisation extraire »"
        with pytest.raises(PannePassagere, match=dite):
            faire()
    assert publication(publie.contexte.dsn)[0] == (EXERCICE, version)


def _s_extrait(publie: Publie, bilans: Path, version: int) -> None:
    extrait = Path(op.extraire(publie.contexte, EXERCICE, str(bilans)))
    assert manifeste(extrait)["version"] == version
    assert op.verifier(publie.contexte, [EXERCICE], [extrait])[0] == []
    assert not list(bilans.glob(f"{TRAVAIL}*"))


def test_un_rendu_puis_une_ancre_qui_echouent(
    publie: Publie, bilans: Path, depot_corrige: Path, empreinte_corrigee: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `bilan`: nothing is published that could not be rendered."""
    avant, extrait = publication(publie.contexte.dsn), octets(bilans)

    def bilan() -> str:
        return op.bilan(publie.contexte, str(depot_corrige), [EXERCICE], str(bilans)).empreinte

    with monkeypatch.context() as panne:
        panne.setattr(produits, "documents", _casser)
        with pytest.raises(ErreurMutualisation, match="plus de place sur le disque"):
            bilan()
    assert publication(publie.contexte.dsn) == avant
    assert octets(bilans) == extrait
    _ancrage_impossible(publie, monkeypatch, bilan, 3)
    assert op.etat(publie.contexte)["publication_sha256"] == empreinte_corrigee
    _s_extrait(publie, bilans, 3)


def test_pas_a_pas_ce_qui_ne_se_compose_pas_ne_se_publie_pas(
    publie: Publie, bilans: Path, depot_corrige: Path, empreinte_corrigee: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Airflow does: composing fails, and nothing is published; run again, it does the rest."""
    avant, extrait = publication(publie.contexte.dsn), octets(bilans)
    with monkeypatch.context() as panne:
        panne.setattr(produits, "documents", _casser)
        with pytest.raises(ErreurMutualisation, match="plus de place sur le disque"):
            publier(publie.contexte, depot_corrige, sortie=bilans)
    assert (publication(publie.contexte.dsn), octets(bilans)) == (avant, extrait)
    (compose,) = op.composer(publie.contexte, 2, str(bilans))
    assert op.composer(publie.contexte, 2, str(bilans)) == [compose]
    assert manifeste(Path(compose))["publication_sha256"] == empreinte_corrigee
    assert publication(publie.contexte.dsn) == avant
    _ancrage_impossible(publie, monkeypatch, lambda: op.publier(publie.contexte, 2), 2)
    _s_extrait(publie, bilans, 2)


def test_un_document_change_entre_la_relecture_et_la_publication_l_arrete(
    publie: Publie, bilans: Path, depot_corrige: Path
) -> None:
    avant = publication(publie.contexte.dsn)
    op.charger(publie.contexte, str(depot_corrige))
    op.controler(publie.contexte, op.construire(publie.contexte, [EXERCICE]))
    (compose,) = op.composer(publie.contexte, 2, str(bilans))
    for nom in ("rejets.csv", "manifeste.json"):
        lu = (Path(compose) / nom).read_bytes()
        (Path(compose) / nom).write_bytes(lu + b" ")
        with pytest.raises(ErreurMutualisation, match=rf"ne sont plus ceux qui ont été relus \({nom}"):
            op.publier(publie.contexte)
        assert publication(publie.contexte.dsn) == avant
        (Path(compose) / nom).write_bytes(lu)
    op.publier(publie.contexte)
    _s_extrait(publie, bilans, 2)


def test_ce_qui_ne_prend_pas_sa_place_attend_et_le_dit(
    publie: Publie, bilans: Path, depot_corrige: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place that the disk refuses: said by each command, kept when another version is composed, taken when it can."""
    session, dites = publie.contexte, []
    monkeypatch.setattr(session, "suivi", dites.append)
    with monkeypatch.context() as panne:
        panne.setattr(module_dossier.MiseEnPlace, "poser", _casser)
        with pytest.raises(
            PannePassagere, match="La version 2 est publiée, mais ses extraits n'ont pas pris leur place"
        ):
            publier(session, depot_corrige, sortie=bilans)
        op.purger(session)
        assert not any("leur place" in dite for dite in dites), "a command that writes no extract puts none in place"
        version = op.construire(session, [EXERCICE])
        op.controler(session, version)
        op.composer(session, version, str(bilans), refaire=True)
        assert any("ses extraits n'ont pas pris leur place" in dite for dite in dites)
    dites.clear()
    op.extraire(session, EXERCICE, str(bilans))
    assert "La version 2 était publiée : ses extraits ont maintenant pris leur place" in dites
    assert manifeste(bilans / f"bilan_{EXERCICE}")["version"] == 2
    _s_extrait(publie, bilans, 2)


def test_ce_qui_est_en_place_n_attend_plus_quoi_qu_il_arrive_ensuite(
    publie: Publie, bilans: Path, depot_corrige: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, dites = publie.contexte, []
    _ancrage_impossible(publie, monkeypatch, lambda: publier(session, depot_corrige, sortie=bilans), 2)
    monkeypatch.setattr(session, "suivi", dites.append)
    op.purger(session)
    assert dites == []


def test_un_dossier_d_attente_qui_n_est_pas_a_nous_et_un_qui_n_est_plus_la(
    publie: Publie, bilans: Path, depot_corrige: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, dites, attente = publie.contexte, [], bilans / "a_publier_v2"
    attente.mkdir()
    with pytest.raises(ErreurMutualisation, match=r"a_publier_v2 existe déjà, et n'est pas de cet entrepôt"):
        publier(session, depot_corrige, sortie=bilans)
    attente.rmdir()
    op.composer(session, 2, str(bilans))
    with monkeypatch.context() as arret:
        arret.setattr(module_dossier.MiseEnPlace, "poser", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            op.publier(session, 2)
    shutil.rmtree(attente)
    monkeypatch.setattr(session, "suivi", dites.append)
    op.purger(session)
    assert dites == []
    op.extraire(session, EXERCICE, str(bilans))
    assert dites[0] == (f"{attente} n'est plus là : « mutualisation extraire » réécrit les extraits publiés")


def test_un_fichier_qui_n_est_pas_a_nous_arrete_avant_tout(publie: Publie, bilans: Path, depot_corrige: Path) -> None:
    avant = publication(publie.contexte.dsn)
    (bilans / f"bilan_{EXERCICE}" / "avis du maire.docx").write_bytes(b"avis")
    extrait = octets(bilans)
    charges = _chargements(publie)
    for refuser in (
        lambda: op.bilan(publie.contexte, str(depot_corrige), [EXERCICE], str(bilans)),
        lambda: op.extraire(publie.contexte, EXERCICE, str(bilans)),
    ):
        with pytest.raises(ErreurMutualisation, match=r"avis du maire\.docx") as refus:
            refuser()
        assert refus.value.code_sortie == 1
    assert (publication(publie.contexte.dsn), octets(bilans), _chargements(publie)) == (avant, extrait, charges)


def test_un_fichier_pose_parmi_les_factures_reste(publie: Publie, tmp_path: Path) -> None:
    dossier = Path(op.facturer(publie.contexte, EXERCICE, 1, str(tmp_path)).dossier)
    premieres = octets(dossier)
    assert op.facturer(publie.contexte, EXERCICE, 1, str(tmp_path)).dossier == str(dossier)
    assert octets(dossier) == premieres
    (dossier / "à vérifier.txt").write_text("avis", encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match=r"« à vérifier\.txt » n'est pas de la commande"):
        op.facturer(publie.contexte, EXERCICE, 1, str(tmp_path))
    assert octets(dossier) == premieres | {"à vérifier.txt": b"avis"}


def test_ce_qui_est_publie_et_n_a_pas_pris_sa_place_la_prend_ensuite(
    publie: Publie, bilans: Path, ecritures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between the commit and the renames: the former extract stays, and `extraire` ends it."""
    avant = octets(bilans)
    with monkeypatch.context() as arret:
        arret.setattr(module_dossier.MiseEnPlace, "poser", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            op.bilan(publie.contexte, str(ecritures), [EXERCICE], str(bilans))
    assert publication(publie.contexte.dsn)[0] == (EXERCICE, 2)
    assert {n: o for n, o in octets(bilans).items() if not n.startswith("a_publier_v2")} == avant
    with monkeypatch.context() as sans:
        sans.setattr(produits, "documents", lambda *_: pytest.fail("rien n'est à composer de nouveau"))
        refait = op.extraire(publie.contexte, EXERCICE, str(bilans))
    assert [d.name for d in bilans.iterdir()] == [f"bilan_{EXERCICE}"]
    page = (Path(refait) / f"bilan_etape_{EXERCICE}.html").read_text(encoding="utf-8")
    assert "Conseil □ □ énergie □□ e par tagé □" in page
    assert "caractères sans dessin remplacés par «" in page
    # data is data: a CSV keeps what was given, as it was read
    assert visible(ECRITURES) in (Path(refait) / "synthese_financiere.csv").read_text(encoding="utf-8")


def _chargements(publie: Publie) -> int:
    return int(lire(publie.contexte.dsn, "select count(*) from journal.chargements")[0][0])
