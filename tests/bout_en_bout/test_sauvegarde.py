"""The drill: a warehouse is lost, its backup brings it back, its seals hold, its extract has the same bytes."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from tests.atelier.commande import lancer
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne, lire

from mutualisation.entrepot.serveur import serveur_entrepot


@pytest.fixture(scope="module")
def sauvegarde(en_ligne: EnLigne, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the published warehouse in `depot/`, its keys in `cles/`; read only."""
    dossier = tmp_path_factory.mktemp("sauvegarde")
    var = Path(shutil.copytree(en_ligne.var, dossier / "var", ignore=shutil.ignore_patterns("pg.prise")))
    sortie = lancer(var, "sauvegarder", dossier / "depot", "--cles", dossier / "cles")
    assert sortie.code == 0, sortie.erreurs
    return dossier


def empreintes(dossier: Path) -> dict[str, str]:
    """{file: sha256} of a folder."""
    return {
        f.relative_to(dossier).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in dossier.rglob("*")
        if f.is_file()
    }


def test_un_entrepot_perdu_revient_avec_ses_sceaux(sauvegarde: Path, en_ligne: EnLigne, tmp_path: Path) -> None:
    var = tmp_path / "var"
    rendu = lancer(var, "restaurer", sauvegarde / "depot", "--cles", sauvegarde / "cles")
    assert (rendu.code, rendu.texte) == (0, "1\u00a0sceau conforme\n"), rendu.erreurs
    assert lancer(var, "extraire", "--exercice", EXERCICE, "--sortie", tmp_path / "bilans").code == 0
    nom = f"bilan_{EXERCICE}"
    assert empreintes(tmp_path / "bilans" / nom) == empreintes(en_ligne.sortie / nom)
    assert (var / "cle_pseudonymes").stat().st_mode & 0o777 == 0o600


def test_un_entrepot_restaure_va_plus_loin(
    sauvegarde: Path, depot_corrige: Path, tmp_path: Path, empreinte_corrigee: str
) -> None:
    var = tmp_path / "var"
    assert lancer(var, "restaurer", sauvegarde / "depot", "--cles", sauvegarde / "cles").code == 0
    suite = lancer(var, "bilan", "--depot", depot_corrige, "--exercice", EXERCICE, "--sortie", tmp_path / "bilans")
    assert suite.code == 0, suite.erreurs
    assert f"publication {empreinte_corrigee}" in suite.texte


def test_les_cles_ne_vont_pas_avec_l_entrepot(sauvegarde: Path) -> None:
    noms = set(empreintes(sauvegarde / "depot"))
    assert {"entrepot.dump", "comptes.json", "sauvegarde.json"} <= noms
    assert not [nom for nom in noms if "cle_pseudonymes" in nom or nom.endswith("cle_signature")]
    for secret in ("cle_pseudonymes", "cle_signature"):
        octets = (sauvegarde / "cles" / secret).read_bytes().strip()
        assert not [f for f in (sauvegarde / "depot").rglob("*") if f.is_file() and octets in f.read_bytes()]
    refus = lancer(sauvegarde / "var", "sauvegarder", sauvegarde / "autre", "--cles", sauvegarde / "autre" / "cles")
    assert refus.code == 1
    assert "Les clés iraient avec l'entrepôt" in refus.erreurs


def test_une_sauvegarde_changee_ne_se_restaure_pas(sauvegarde: Path, tmp_path: Path) -> None:
    copie = Path(shutil.copytree(sauvegarde / "depot", tmp_path / "copie"))
    with (copie / "entrepot.dump").open("ab") as fichier:
        fichier.write(b"x")
    refus = lancer(tmp_path / "var", "restaurer", copie)
    assert refus.code == 1
    assert "n'est plus celle qui a été écrite (entrepot.dump)" in refus.erreurs
    assert not (tmp_path / "var" / "pg").exists()


def test_rien_ne_se_restaure_sur_un_entrepot(sauvegarde: Path) -> None:
    refus = lancer(sauvegarde / "var", "restaurer", sauvegarde / "depot")
    assert refus.code == 1
    assert "indiquez un dossier vide" in refus.erreurs


def test_la_cle_se_renouvelle_sans_changer_un_chiffre(en_ligne: EnLigne, depot_corrige: Path, tmp_path: Path) -> None:
    """Digests change, figures don't; files loaded after meet those loaded before."""
    var = Path(shutil.copytree(en_ligne.var, tmp_path / "var", ignore=shutil.ignore_patterns("pg.prise")))
    agents = "select distinct matricule from brut.agents where matricule <> '' order by 1"
    with serveur_entrepot(var) as dsn:
        avant = lire(dsn, agents)
    ancienne = (var / "cle_pseudonymes").read_text(encoding="ascii").strip()
    rendu = lancer(var, "renouveler-cle")
    assert rendu.code == 0, rendu.erreurs
    with serveur_entrepot(var) as dsn:
        apres = lire(dsn, agents)
    assert len(apres) == len(avant)
    assert not {*apres} & {*avant}
    temps = next(depot_corrige.glob("rh/temps_*-05.csv"))
    depot = Path(shutil.copytree(depot_corrige, tmp_path / "depot"))
    # the same hours, in a file of new bytes: its matricules must be those of the agents loaded before
    neuf = depot / "rh" / f"{temps.stem}_v2{temps.suffix}"
    neuf.write_bytes(temps.read_bytes().rstrip(b"\r\n") + b"\n\n")
    suite = lancer(var, "bilan", "--depot", depot, "--exercice", EXERCICE, "--sortie", tmp_path / "bilans")
    assert suite.code == 0, suite.erreurs
    assert "rejetée" not in suite.texte.splitlines()[-1] or "rejetée" in en_ligne.resultat.texte.splitlines()[-1]
    sans_la_nouvelle = lancer(var, "charger", "--depot", depot, MUTUALISATION_CLE_PSEUDONYMES=ancienne)
    assert sans_la_nouvelle.code == 1
    assert "n'est pas celle" in sans_la_nouvelle.erreurs


def test_une_rotation_tuee_se_finit(en_ligne: EnLigne, petit: Path, tmp_path: Path) -> None:
    var = Path(shutil.copytree(en_ligne.var, tmp_path / "var", ignore=shutil.ignore_patterns("pg.prise")))
    cle = var / "cle_pseudonymes"
    commencee = cle.read_text(encoding="ascii").strip() + ";" + "0123456789abcdef" * 4
    cle.write_text(commencee + "\n", encoding="ascii")
    refus = lancer(var, "charger", "--depot", petit)
    assert refus.code == 1
    assert "renouveler-cle" in refus.erreurs
    assert lancer(var, "renouveler-cle").code == 0
    assert cle.read_text(encoding="ascii").strip() == commencee
    assert lancer(var, "charger", "--depot", petit).code == 0
