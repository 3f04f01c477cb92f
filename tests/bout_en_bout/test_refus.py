"""What goes wrong ends in French, with the exit code of the contract, and changes nothing that is published."""

from pathlib import Path

import pytest
from tests.atelier import petit_depot
from tests.atelier.commande import appeler, empreinte
from tests.atelier.fouille import octets
from tests.atelier.petit_depot import EXERCICE
from tests.bout_en_bout.entrepots import Publie, publication

from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.usage import operations as op


def test_un_controle_qui_echoue_laisse_tout_en_place(publie: Publie, depot: Path, tmp_path: Path) -> None:
    bilans = Path(op.extraire(publie.contexte, EXERCICE, str(tmp_path / "bilans"))).parent
    avant = octets(bilans)
    compte_inconnu = petit_depot.ecriture(556, 5, "9999", "XCEP", "10,00")
    petit_depot.ajouter(depot / "compta" / f"mandats_{EXERCICE}-05.csv", compte_inconnu)
    sortie = appeler(publie.contexte, "bilan", "--depot", depot, "--exercice", EXERCICE, "--sortie", bilans)
    assert sortie.code == 2
    assert "compte_sans_role (9999)" in sortie.erreurs
    assert sortie.texte == ""
    assert octets(bilans) == avant
    assert empreinte(appeler(publie.contexte, "etat")) == publie.bilan.empreinte


def test_un_exercice_sans_fichier_est_un_controle(publie: Publie, petit: Path, tmp_path: Path) -> None:
    dsn = publie.contexte.dsn
    avant = publication(dsn)
    with pytest.raises(ControleEchoue) as echec:
        op.bilan(publie.contexte, str(petit), [EXERCICE, 2018], str(tmp_path))
    noms = {phrase.split(" ")[0] for phrase in echec.value.controles}
    assert "fichier_manquant" in noms
    assert "mois_manquant" in noms
    assert any("masse_salariale" in p and "2018" in p for p in echec.value.controles)
    # one of the two exercices was ready, nothing is published for it either (G8)
    assert publication(dsn) == avant
    with pytest.raises(ErreurMutualisation, match="Aucune construction validée"):
        op.publier(publie.contexte)


def test_un_fichier_refuse_est_nomme(neuf: op.Session, depot: Path) -> None:
    (depot / "rh" / f"temps_{EXERCICE}-03.csv").write_text("Agent;Jour\nx;y\n", encoding="utf-8")
    (depot / "compta" / "mandat_2021-04.csv").write_text("x\n", encoding="utf-8")
    sortie = appeler(neuf, "bilan", "--depot", depot, "--exercice", EXERCICE, "--sortie", depot.parent / "s")
    assert sortie.code == 3
    assert f"rh/temps_{EXERCICE}-03.csv" in sortie.erreurs
    assert "compta/mandat_2021-04.csv" in sortie.erreurs
    assert not list((depot.parent / "s").glob("bilan_*"))
    assert "Construction" not in sortie.erreurs


MAUVAIS_USAGES = {
    "depot absent": (["--depot", "{tmp}/rien", "--exercice", "2021", "--sortie", "{tmp}/s"], "n'existe pas"),
    "url inconnue": (["--depot", "zzz://seau/depot", "--exercice", "2021", "--sortie", "{tmp}/s"], "dépôt"),
    "sortie interdite": (["--depot", "{depot}", "--exercice", "2021", "--sortie", "/proc/1/s"], "--sortie"),
    "préparateur réservé": (
        ["--depot", "{depot}", "--exercice", "2021", "--sortie", "{tmp}/s", "--prepare-par", "approbateur"],
        "« approbateur »",
    ),
}


def test_un_mauvais_usage_finit_par_une_phrase(neuf: op.Session, petit: Path, tmp_path: Path) -> None:
    lieux = {"tmp": tmp_path, "depot": petit}
    for cas, (arguments, attendu) in MAUVAIS_USAGES.items():
        sortie = appeler(neuf, "bilan", *(a.format(**lieux) for a in arguments))
        assert (sortie.code, sortie.texte) == (1, ""), cas
        assert attendu in sortie.erreurs, cas
