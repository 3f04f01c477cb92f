"""The bytes that are hashed are those that are read; what a killed run left is swept; only regular files are opened."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from upath import UPath

from mutualisation.entree.ingestion.copies import DOSSIER, Copies, dossier_de_copies
from mutualisation.entree.ingestion.depot import FichierDepose, decouvrir, ouvrir_ordinaire
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.socle.erreurs import ErreurMutualisation

TEMPS = "rh/temps_2020-01.csv"


def _depot(racine: Path, octets: bytes = b"a;b\n") -> FichierDepose:
    (racine / "rh").mkdir(parents=True)
    (racine / TEMPS).write_bytes(octets)
    return decouvrir(racine).fichiers[0]


def test_un_echange_de_meme_taille_et_de_meme_heure_ne_change_rien(tmp_path: Path) -> None:
    f = _depot(tmp_path / "depot", b"un\n")
    chemin = tmp_path / "depot" / TEMPS
    heure = chemin.stat().st_mtime_ns
    with dossier_de_copies(tmp_path) as dossier:
        copies = Copies(dossier)
        copie = copies.de(f)
        chemin.write_bytes(b"2x\n")
        os.utime(chemin, ns=(heure, heure))
        assert copies.de(f) == copie
        assert copie.empreinte.sha256 == hashlib.sha256(b"un\n").hexdigest()
        assert copie.chemin.read_bytes() == b"un\n"


def test_une_copie_n_est_lue_que_de_nous_et_ne_reste_pas(tmp_path: Path) -> None:
    f = _depot(tmp_path / "depot")
    with dossier_de_copies(tmp_path) as dossier:
        copies = Copies(dossier)
        copie = copies.de(f).chemin
        assert copie.stat().st_mode & 0o777 == 0o600
        assert dossier.stat().st_mode & 0o777 == 0o700
        copies.oublier(f)
        assert not copie.exists()
        copies.de(f)
    assert list((tmp_path / DOSSIER).iterdir()) == []


def test_une_copie_oubliee_ne_donne_pas_son_nom_a_une_autre(tmp_path: Path) -> None:
    """A file « déjà chargé » is forgotten while the others of its source are copied."""
    (tmp_path / "depot/rh").mkdir(parents=True)
    for mois, octets in enumerate((b"un\n", b"deux\n", b"trois\n"), start=1):
        (tmp_path / f"depot/rh/temps_2020-0{mois}.csv").write_bytes(octets)
    fichiers = decouvrir(tmp_path / "depot").fichiers
    with dossier_de_copies(tmp_path) as dossier:
        copies = Copies(dossier)
        copies.de(fichiers[0])
        deuxieme = copies.de(fichiers[1])
        copies.oublier(fichiers[0])
        troisieme = copies.de(fichiers[2])
        assert [c.chemin.read_bytes() for c in (deuxieme, troisieme)] == [b"deux\n", b"trois\n"]


def test_un_fichier_qui_grandit_pendant_sa_copie_est_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    f = _depot(tmp_path / "depot", b"x" * 10)
    monkeypatch.setattr("mutualisation.entree.ingestion.copies._TRANCHE", 4)
    lire = os.fstat

    def grandir(descripteur: int) -> os.stat_result:
        vu = lire(descripteur)
        with (tmp_path / "depot" / TEMPS).open("ab") as fichier:
            fichier.write(b"y")
        return vu

    monkeypatch.setattr("mutualisation.entree.ingestion.copies.os.fstat", grandir)
    with dossier_de_copies(tmp_path) as dossier, pytest.raises(LectureRefusee, match="changé pendant sa lecture"):
        Copies(dossier).de(f)


def test_une_copie_distante_est_celle_que_l_on_condense(tmp_path: Path) -> None:
    racine = UPath("memory://copies")
    (racine / "rh").mkdir(parents=True, exist_ok=True)
    (racine / TEMPS).write_bytes(b"loin\n")
    with dossier_de_copies(tmp_path) as dossier:
        copie = Copies(dossier).de(decouvrir(racine).fichiers[0])
        assert copie.empreinte.sha256 == hashlib.sha256(b"loin\n").hexdigest()


def test_les_copies_d_un_processus_tue_sont_balayees_pas_celles_d_un_vivant(tmp_path: Path) -> None:
    programme = (
        "import os, sys; from pathlib import Path\n"
        "from mutualisation.entree.ingestion.copies import dossier_de_copies\n"
        "with dossier_de_copies(sys.argv[1]) as d:\n"
        "    (d / 'rh').mkdir(); (d / 'rh' / '0.csv').write_text('DUPONT'); os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", programme, str(tmp_path)], check=False).returncode == 9
    (laisse,) = (tmp_path / DOSSIER).iterdir()
    with dossier_de_copies(tmp_path) as vivant:
        assert not laisse.exists()
        with dossier_de_copies(tmp_path) as autre:
            assert {*(tmp_path / DOSSIER).iterdir()} == {vivant, autre}
    assert list((tmp_path / DOSSIER).iterdir()) == []


def test_un_dossier_de_travail_impossible_est_une_phrase(tmp_path: Path) -> None:
    (tmp_path / DOSSIER).write_text("", encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match="Le dossier de travail"), dossier_de_copies(tmp_path):
        pass


def _tube(chemin: Path) -> None:
    os.mkfifo(chemin)


def _dehors(chemin: Path) -> None:
    ailleurs = chemin.parents[2] / "ailleurs.csv"
    ailleurs.write_text("x", encoding="utf-8")
    chemin.symlink_to(ailleurs)


def test_un_lien_dans_le_depot_se_lit(tmp_path: Path) -> None:
    _depot(tmp_path / "vrai")
    (tmp_path / "vrai" / "rh" / "temps_2020-02.csv").symlink_to("temps_2020-01.csv")
    (tmp_path / "depot").symlink_to(tmp_path / "vrai")
    depot = decouvrir(tmp_path / "depot")
    with dossier_de_copies(tmp_path) as dossier:
        copies = Copies(dossier)
        assert len({copies.de(f).empreinte for f in depot.fichiers}) == 1
        assert len(depot.fichiers) == 2


def test_ce_qui_devient_un_tube_apres_le_premier_regard_n_arrete_pas(tmp_path: Path) -> None:
    f = _depot(tmp_path / "depot")
    (tmp_path / "depot" / TEMPS).unlink()
    _tube(tmp_path / "depot" / TEMPS)
    with dossier_de_copies(tmp_path) as dossier, pytest.raises(LectureRefusee, match="pas un fichier ordinaire"):
        Copies(dossier).de(f)
    (tmp_path / "depot" / TEMPS).unlink()
    _dehors(tmp_path / "depot" / TEMPS)
    with dossier_de_copies(tmp_path) as dossier, pytest.raises(LectureRefusee, match="hors du dépôt"):
        Copies(dossier).de(f)
    with pytest.raises(LectureRefusee, match="pas un fichier ordinaire"):
        ouvrir_ordinaire(tmp_path / "depot" / TEMPS, lien=False).close()
