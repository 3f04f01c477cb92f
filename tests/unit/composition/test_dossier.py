"""Folders of documents take their places together; what a killed run left is ended or swept by the next one."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mutualisation.documents.composition import dossier as module
from mutualisation.documents.composition.dossier import TRAVAIL, mise_en_place, remplacer_dossier
from mutualisation.socle.erreurs import ErreurMutualisation

REFUS = "L'essai ne peut pas être écrit"


def ecrire(dossier: Path, **fichiers: str) -> None:
    """Files, and the manifest that names them."""
    for nom, texte in fichiers.items():
        (dossier / f"{nom}.txt").write_text(texte)
    sorties = [
        {"fichier": f"{nom}.txt", "sha256": hashlib.sha256(texte.encode()).hexdigest()}
        for nom, texte in fichiers.items()
    ]
    (dossier / "manifeste.json").write_text(json.dumps({"sorties": sorties}))


def lire(sortie: Path) -> dict[str, list[str]]:
    """{folder: words of its files, manifest apart}, working folders too."""
    return {d.name: sorted(f.read_text() for f in d.rglob("*.txt")) for d in sorted(sortie.iterdir()) if d.is_dir()}


@pytest.fixture
def sortie(tmp_path: Path) -> Path:
    """A folder with the extracts of two exercices."""
    for exercice in (2020, 2021):
        dossier = tmp_path / f"bilan_{exercice}"
        dossier.mkdir()
        ecrire(dossier, page=f"ancien {exercice}")
    return tmp_path


ANCIENS = {"bilan_2020": ["ancien 2020"], "bilan_2021": ["ancien 2021"]}
NOUVEAUX = {"bilan_2020": ["nouveau 2020"], "bilan_2021": ["nouveau 2021"]}


def _composer(pose: module.MiseEnPlace) -> None:
    for exercice in (2020, 2021):
        ecrire(pose.preparer(f"bilan_{exercice}"), page=f"nouveau {exercice}")


def _mettre_en_place(sortie: Path) -> None:
    with mise_en_place(sortie, REFUS) as pose:
        _composer(pose)
        pose.mettre_sur_disque()
        pose.poser()


def test_prennent_la_place_ensemble(sortie: Path) -> None:
    with mise_en_place(sortie, REFUS) as pose:
        _composer(pose)
        pose.mettre_sur_disque()
        assert {n: v for n, v in lire(sortie).items() if n in ANCIENS} == ANCIENS
        pose.poser()
    assert lire(sortie) == NOUVEAUX


def test_un_dossier_seul(sortie: Path) -> None:
    with remplacer_dossier(sortie / "bilan_2021", REFUS) as dossier:
        ecrire(dossier, page="nouveau 2021")
    assert lire(sortie) == ANCIENS | {"bilan_2021": ["nouveau 2021"]}


def _echouer(sortie: Path, erreur: Exception) -> None:
    with mise_en_place(sortie, REFUS) as pose:
        _composer(pose)
        raise erreur


@pytest.mark.parametrize(
    ("erreur", "dite"), [(OSError(28, "plus de place"), ErreurMutualisation), (ValueError("x"), ValueError)]
)
def test_un_echec_laisse_les_anciens(sortie: Path, erreur: Exception, dite: type[Exception]) -> None:
    with pytest.raises(dite):
        _echouer(sortie, erreur)
    assert lire(sortie) == ANCIENS


def test_le_refus_du_disque_est_dit_en_francais(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    with pytest.raises(ErreurMutualisation, match=r"^L'essai ne peut pas être écrit dans .*vérifiez les droits"):
        _echouer(tmp_path / "fichier" / "sous", AssertionError("rien ne doit être écrit"))


# ---------------------------------------------------------------- killed runs
TUE = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {racine!r})
from tests.unit.composition.test_dossier import _mettre_en_place
vrai, faits = Path.rename, []
def rename(chemin, vers):
    faits.append(vers)
    if len(faits) == {rang}: os.kill(os.getpid(), signal.SIGKILL)
    return vrai(chemin, vers)
Path.rename = rename
_mettre_en_place(Path({sortie!r}))
"""


def _tuer(sortie: Path, rang: int) -> None:
    """Kill a run before its rename of this rank: two per folder."""
    code = TUE.format(racine=str(Path(__file__).resolve().parents[3]), sortie=str(sortie), rang=rang)
    fini = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert fini.returncode == -9, fini.stderr


@pytest.mark.parametrize("rang", [1, 2, 3, 4])
def test_un_traitement_tue_pendant_les_renommages_est_fini(sortie: Path, rang: int) -> None:
    _tuer(sortie, rang)
    with remplacer_dossier(sortie / "factures_2021-S1", REFUS) as dossier:
        ecrire(dossier, page="facture")
    assert lire(sortie) == NOUVEAUX | {"factures_2021-S1": ["facture"]}


def test_un_traitement_tue_avant_les_renommages_est_balaye(sortie: Path) -> None:
    with mise_en_place(sortie, REFUS) as pose:
        _composer(pose)
        (laisse,) = sortie.glob(f"{TRAVAIL}*")
        laisse.rename(sortie / "copie")
    (sortie / "copie").rename(laisse)
    with mise_en_place(sortie, REFUS):
        assert not laisse.exists()
    assert lire(sortie) == ANCIENS


@pytest.mark.parametrize("rang", [1, 2, 3, 4])
def test_interrompu_pendant_les_renommages(sortie: Path, monkeypatch: pytest.MonkeyPatch, rang: int) -> None:
    """SIGTERM or Ctrl-C, not a kill: renames that had begun are ended on the way out."""
    vrai, faits = Path.rename, []

    def rename(chemin: Path, vers: Path) -> Path:
        faits.append(vers)
        if len(faits) == rang:
            raise KeyboardInterrupt
        return vrai(chemin, vers)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        _mettre_en_place(sortie)
    assert lire(sortie) == NOUVEAUX


def test_tout_est_sur_le_disque_avant_de_prendre_sa_place(sortie: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is renamed has been synchronised, each file and folder of it; then the folder where it takes its place."""
    vrai_rename, vrai_fsync, faits = Path.rename, os.fsync, []

    def fsync(descripteur: int) -> None:
        vrai_fsync(descripteur)
        faits.append(os.fstat(descripteur).st_ino)

    def rename(chemin: Path, vers: Path) -> Path:
        if vers.parent == sortie:
            assert {c.stat().st_ino for c in (chemin, *chemin.rglob("*"))} <= set(faits)
        return vrai_rename(chemin, vers)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    _mettre_en_place(sortie)
    assert faits[-1] == sortie.stat().st_ino


def test_un_traitement_qui_vit_garde_son_dossier(sortie: Path) -> None:
    with mise_en_place(sortie, REFUS) as pose:
        _composer(pose)
        with remplacer_dossier(sortie / "factures_2021-S1", REFUS) as dossier:
            ecrire(dossier, page="facture")
        pose.mettre_sur_disque()
        pose.poser()
    assert lire(sortie) == NOUVEAUX | {"factures_2021-S1": ["facture"]}


# ---------------------------------------------------------------- what is not ours
def _lien(dossier: Path) -> None:
    cible = dossier.with_name("ailleurs")
    dossier.rename(cible)
    dossier.symlink_to(cible)


def _fichier(dossier: Path) -> None:
    for contenu in dossier.iterdir():
        contenu.unlink()
    dossier.rmdir()
    dossier.write_text("à moi")


def _lien_dedans(dossier: Path) -> None:
    (dossier / "page.txt").rename(dossier.parent / "page.txt")
    (dossier / "page.txt").symlink_to(dossier.parent / "page.txt")


def _dans_un_sous_dossier(dossier: Path) -> None:
    (dossier / "notes").mkdir()
    (dossier / "notes" / "avis.txt").write_text("à moi")


PRIS: list[tuple[str, Callable[[Path], object]]] = [
    ("« avis.docx » n'est pas de la commande", lambda d: (d / "avis.docx").write_text("à moi")),
    ("« notes/avis.txt » n'est pas de la commande", _dans_un_sous_dossier),
    ("« page.txt » a été modifié depuis que la commande l'a écrit", lambda d: (d / "page.txt").write_text("corrigé")),
    ("« page.txt » n'est pas de la commande", _lien_dedans),
    ("« page.txt » n'est pas de la commande", lambda d: (d / "manifeste.json").unlink()),
    ("« manifeste.json » n'est pas de la commande", lambda d: (d / "manifeste.json").write_text("{}")),
    ("« ~$page.xlsx » dit qu'un document y est ouvert : fermez-le", lambda d: (d / "~$page.xlsx").write_bytes(b"\0")),
    ("« .~lock.page.xlsx# » dit qu'un document y est ouvert", lambda d: (d / ".~lock.page.xlsx#").write_text("")),
    ("est un lien, et non un dossier", _lien),
    ("est un fichier, et non un dossier", _fichier),
]


@pytest.mark.parametrize(("dit", "prendre"), PRIS, ids=[str(i) for i in range(len(PRIS))])
def test_ce_qui_n_est_pas_a_nous_arrete_tout(sortie: Path, dit: str, prendre: Callable[[Path], object]) -> None:
    prendre(sortie / "bilan_2021")
    avant = lire(sortie)
    with (
        pytest.raises(ErreurMutualisation, match=r"[Rr]ien n'a été remplacé") as refus,
        mise_en_place(sortie, REFUS) as p,
    ):
        _composer(p)
    assert dit in str(refus.value)
    assert lire(sortie) == avant


def test_ce_qui_manque_ou_que_le_systeme_pose_ne_gene_pas(sortie: Path) -> None:
    (sortie / "bilan_2021" / "page.txt").unlink()
    (sortie / "bilan_2020" / ".DS_Store").write_bytes(b"\0")
    with mise_en_place(sortie, REFUS) as pose:
        _composer(pose)
        pose.mettre_sur_disque()
        pose.poser()
    assert lire(sortie) == NOUVEAUX


def test_un_traitement_tue_ne_finit_pas_sur_ce_qui_a_ete_corrige_depuis(sortie: Path) -> None:
    """Killed after its first folder; the second, still in place, is then edited by hand: nothing of it is lost."""
    _tuer(sortie, 3)
    (sortie / "bilan_2021" / "page.txt").write_text("corrigé à la main")
    with pytest.raises(ErreurMutualisation, match="a été modifié depuis"), mise_en_place(sortie, REFUS):
        pass
    assert (sortie / "bilan_2021" / "page.txt").read_text() == "corrigé à la main"
