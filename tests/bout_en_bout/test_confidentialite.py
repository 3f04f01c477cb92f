"""Names, matricules, bank details and absence reasons stay in the drop (K7, S2); the key stays in its file (K1)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.atelier import petit_depot
from tests.atelier.commande import appeler
from tests.atelier.fouille import contenu, fichiers, vider
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import EnLigne, Publie, lire

from mutualisation import operations as op

SECRETS = tuple(secret.encode() for secret in petit_depot.SECRETS)


def test_le_depot_porte_bien_ce_que_l_on_cherche(petit: Path) -> None:
    livre = b"".join(f.read_bytes() for f in petit.rglob("*") if f.is_file())
    assert all(secret in livre for secret in SECRETS)


def test_rien_dans_les_fichiers_ni_dans_ce_qui_est_affiche(en_ligne: EnLigne) -> None:
    affiche = (en_ligne.resultat.texte + en_ligne.resultat.erreurs).encode()
    assert not [s for s in SECRETS if s in affiche]
    # journals, dbt, data docs, PostgreSQL's own files, extracts
    vus = 0
    cle = (en_ligne.var / "cle_pseudonymes").read_bytes().strip()
    for chemin in fichiers(en_ligne.var, en_ligne.sortie):
        lu = contenu(chemin)
        vus += 1
        assert not [s for s in SECRETS if s in lu], chemin
        assert chemin.name == "cle_pseudonymes" or cle not in lu, chemin
    assert vus > 500
    assert (en_ligne.var / "data_docs" / "index.html").exists()
    assert (en_ligne.var / "cle_pseudonymes").stat().st_mode & 0o777 == 0o600


@pytest.mark.systeme
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="paquet système poppler-utils absent")
def test_rien_dans_ce_qui_s_imprime(en_ligne: EnLigne) -> None:
    """What is read of each PDF, words cut at the end of a line put together again."""
    pdf = [chemin for chemin in fichiers(en_ligne.sortie) if chemin.suffix == ".pdf"]
    assert len(pdf) > 5
    for chemin in pdf:
        lu = subprocess.run(["pdftotext", "-raw", str(chemin), "-"], capture_output=True, text=True, check=True).stdout
        texte = " ".join(lu.split())
        assert f"{EXERCICE}" in texte, chemin
        assert not [s for s in petit_depot.SECRETS if s in texte or s in texte.replace("- ", "")], chemin


def test_rien_dans_les_messages_d_un_refus(neuf: op.Session, depot: Path) -> None:
    matricule, nom, prenom, *_ = petit_depot.AGENTS[0]
    petit_depot.ajouter(depot / "rh" / f"temps_{EXERCICE}-03.csv", f"Total;{nom};{prenom};;;;;99,00;;")
    entete = (depot / "rh" / f"agents_{EXERCICE}.csv").read_text(encoding="utf-8").splitlines()[0]
    (depot / "rh" / f"agents_{EXERCICE}_v2.csv").write_bytes(f"{entete}\n{matricule};{nom}\0;x\n".encode())
    sortie = appeler(neuf, "charger", "--depot", depot, "--bavard")
    assert sortie.code == 3
    assert not [s for s in petit_depot.SECRETS if s in sortie.erreurs + sortie.texte]
    assert f"temps_{EXERCICE}-03.csv" in sortie.erreurs
    assert f"agents_{EXERCICE}_v2.csv" in sortie.erreurs
    assert not [t for t, lu in vider(neuf.dsn) if nom.encode() in lu]


def test_les_lignes_rejetees_taisent_les_personnes(publie: Publie) -> None:
    rejets = lire(
        publie.contexte.dsn,
        "select fichier, colonne, valeur, motif, a_corriger from publication.rejets where source = 'rh' order by ligne",
    )
    assert len(rejets) == 2
    texte = " ".join(str(cellule) for rejet in rejets for cellule in rejet)
    assert not [s for s in petit_depot.SECRETS if s in texte]


def test_deux_cles_publient_les_memes_chiffres(
    publie: Publie, petit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    pseudonymes = "select distinct matricule from brut.agents"
    premiers = set(lire(publie.contexte.dsn, pseudonymes))
    monkeypatch.setenv("MUTUALISATION_CLE_PSEUDONYMES", "une tout autre clé, assez longue")
    autre = request.getfixturevalue("neuf")
    resultat = op.bilan(autre, str(petit), [EXERCICE], str(tmp_path))
    assert resultat.empreinte == publie.bilan.empreinte
    assert premiers.isdisjoint(lire(autre.dsn, pseudonymes))
