"""`initier`: answers judged as cells are, a drop that its own door takes, nothing guessed, nothing overwritten."""

import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.atelier.petit_epci import COMMUNES, REPONSES
from tests.atelier.tables import cas

from mutualisation.entree.ingestion.depot import decouvrir
from mutualisation.entree.sources.registre import registre
from mutualisation.entree.sources.vocabulaire import vocabulaire
from mutualisation.socle.chemins import RACINE
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage import cli
from mutualisation.usage.initiation import Reponses, ecrire_squelette, interroger, lire_reponses
from mutualisation.usage.initiation.notice import notice
from mutualisation.usage.initiation.reponses import questions
from mutualisation.usage.initiation.squelette import fichiers_du_depot, lignes_du_referentiel

SIRET_EPCI, SIRET = "20099950600013", "21989901000017"
MINIMALES = Path(__file__).with_name("minimales.toml").read_text(encoding="utf-8")
Lire = Callable[..., Reponses]


@pytest.fixture
def lire(tmp_path: Path) -> Lire:
    """Answers from the smallest file, some of its text replaced."""

    def _lire(remplace: str = "", par: str = "") -> Reponses:
        assert remplace in MINIMALES
        fichier = tmp_path / "reponses.toml"
        fichier.write_text(MINIMALES.replace(remplace, par) if remplace else MINIMALES, encoding="utf-8")
        return lire_reponses(fichier)

    return _lire


@cas
def test_une_reponse_fausse_est_nommee(lire: Lire, remplace: str, par: str, attendu: str) -> None:
    with pytest.raises(ErreurMutualisation) as e:
        lire(remplace, par)
    assert attendu in str(e.value)


def test_un_fichier_de_communes_absent_ou_faux_est_nomme(tmp_path: Path) -> None:
    fichier = tmp_path / "r.toml"
    fichier.write_text(f'nom = "E"\nsiret = "{SIRET_EPCI}"\nexercices = 2024\ncommunes = "c.csv"\n', encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match=r"c\.csv : le fichier ne peut pas être lu"):
        lire_reponses(fichier)
    (tmp_path / "c.csv").write_text("Nom;SIRET;Code INSEE;Population totale\nA\n", encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match=r"communes, n° 1, siret : une réponse est attendue"):
        lire_reponses(fichier)
    (tmp_path / "c.csv").write_text("Nom;SIRET;Code INSEE;Population totale\nA;1;2;3;4\n", encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match=r"c\.csv : ligne 2 : 5 cellules pour 4 colonnes"):
        lire_reponses(fichier)
    (tmp_path / "c.csv").write_text("Nom;Population\nA;1\n", encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match=r"c\.csv : .*SIRET"):
        lire_reponses(fichier)
    with pytest.raises(ErreurMutualisation, match="introuvable"):
        lire_reponses(tmp_path / "absent.toml")


def test_les_memes_reponses_donnent_les_memes_octets(tmp_path: Path) -> None:
    reponses = lire_reponses(REPONSES)
    assert [c["nom"] for c in reponses.communes] == COMMUNES
    ecrit = ecrire_squelette(tmp_path / "depot", reponses)
    redites = lire_reponses(Path(ecrit.notice) / "reponses.toml")
    assert redites == reponses
    assert fichiers_du_depot(redites) == fichiers_du_depot(reponses)


def test_le_depot_ecrit_est_connu_de_la_porte(tmp_path: Path) -> None:
    ecrit = ecrire_squelette(tmp_path / "mon dépôt", lire_reponses(REPONSES))
    depot = decouvrir(ecrit.depot)
    assert depot.refus == {}
    assert {f.jeu.nom for f in depot.de("referentiel")} == {j.nom for j in registre().source("referentiel").jeux}
    assert [f.chemin for f in depot.fichiers if f.source != "referentiel"] == [
        "compta/etat_actif_2024.csv",
        "rh/temps_2024.csv",
    ]
    a_lire = (Path(ecrit.notice) / "A_LIRE.md").read_text(encoding="utf-8")
    jeux = [j for s in registre() if s.nom != "referentiel" for j in s.jeux]
    assert [j.nom for j in jeux if f"`{j.nom}" not in a_lire] == []
    assert f"mutualisation charger --depot '{ecrit.depot}'" in a_lire
    modeles = {f.stem for f in (Path(ecrit.notice) / "modeles").rglob("*.csv")}
    assert {j.forme_du_nom for j in jeux if j.format == "tabulaire"} == modeles
    parametres = (Path(ecrit.notice) / "parametres.md").read_text(encoding="utf-8")
    assert [p for p in vocabulaire().parametres if f"`{p}" not in parametres] == []


@cas
def test_la_notice_ne_demande_que_ce_qui_manque(lire: Lire, tarif: str, dit: str | None) -> None:
    texte = notice(lire('code = "ADS"', f'code = "ADS"\n{tarif}'), Path("depot"), Path("depot_notice"))
    assert (dit or "`mandats_2024-TN`") in texte
    assert ("coût unitaire de ADS" in texte) is (dit == "`actualisation:ADS`")


def test_rien_n_est_ecrase(tmp_path: Path) -> None:
    reponses = lire_reponses(REPONSES)
    ecrire_squelette(tmp_path / "depot", reponses)
    avant = sorted(tmp_path.rglob("*"))
    for lieu in (tmp_path / "depot", tmp_path / "depot_notice"):
        with pytest.raises(ErreurMutualisation, match="n'est pas un dossier vide"):
            ecrire_squelette(lieu, reponses)
    with pytest.raises(ErreurMutualisation, match="un dossier de cette machine"):
        ecrire_squelette(Path("s3://seau/depot"), reponses)
    assert sorted(tmp_path.rglob("*")) == avant


@cas
def test_les_lignes_suivent_des_reponses(
    lire: Lire, remplace: str, par: str, jeu: str, attendues: list[list[str]]
) -> None:
    lignes = lignes_du_referentiel(lire(remplace, par))[jeu]
    assert [[ligne[c.nom] for c in registre().jeu(jeu).colonnes[:2]] for ligne in lignes] == attendues


def test_les_parametres_sont_ceux_de_la_methode(lire: Lire) -> None:
    def lus(*arguments: str) -> dict[str, str]:
        return {p["parametre"]: p["valeur"] for p in lignes_du_referentiel(lire(*arguments))["parametres"]}

    assert set(lus()) == {p.nom for p in vocabulaire().parametres.values() if p.depart}
    assert (lus()["methode_etp"], lus()["seuil_titre"]) == ("Q", "15,00")
    assert lus('nom = "Essai"', 'nom = "E"\nsuivi_du_temps = true')["methode_etp"] == "R"
    vote = lus('code = "ADS"', 'code = "ADS"\nregle = "cout_unitaire"\nmontant = "152,40"')
    assert vote["cout_unitaire:ADS"] == "152,40"


def test_un_exemple_n_est_en_vigueur_qu_en_1900(lire: Lire) -> None:
    lignes = lignes_du_referentiel(lire())
    exemples = [ligne for de_jeu in lignes.values() for ligne in de_jeu if any("EXEMPLE" in v for v in ligne.values())]
    assert len(exemples) == 6
    assert {ligne.get("fin") or ligne["date"] for ligne in exemples} == {"31/12/1900"}
    assert {ligne["exercice"] for ligne in exemples if "exercice" in ligne} == {"1900"}


def test_le_terminal_repose_la_question_d_une_reponse_refusee() -> None:
    tapees = iter(
        (
            *("Essai", "", "12", SIRET_EPCI, "", "", "", "2024", "", "peut-être", "non", "non", "", "", "", "", ""),
            *("", "", "Aubeval", SIRET, "98001", "312", "", "", "", ""),
            *("ADS", "Droit des sols", *[""] * (len(questions("dispositifs")) - 2), ""),
        )
    )
    dites: list[str] = []
    reponses = interroger(lambda _: next(tapees), dites.append)
    assert next(tapees, None) is None
    assert [d.strip() for d in dites] == [
        "SIRET dont la clé est fausse (C6)",
        "valeur inconnue (attendu : oui, non) (C7)",
        "il en faut au moins une ligne",
    ]
    assert (reponses.epci["suivi_du_temps"], reponses.exercices) == ("non", [2024])
    assert [d["part_communes"] for d in reponses.dispositifs] == ["100"]


def test_la_commande(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ancien = signal.getsignal(signal.SIGTERM)

    def taper(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["mutualisation", "initier", *map(str, arguments)])
        try:
            cli.main()
        except SystemExit as fin:
            return int(fin.code or 0)
        finally:
            signal.signal(signal.SIGTERM, ancien)
        return 0

    assert taper(tmp_path / "depot") == 1
    assert "--depuis FICHIER" in capsys.readouterr().err
    assert taper(tmp_path / "depot", "--depuis", REPONSES) == 0
    derniere = capsys.readouterr().out.splitlines()[-1]
    assert derniere == f"À lire d'abord : {tmp_path}/depot_notice/A_LIRE.md"
    assert taper(tmp_path / "depot", "--depuis", REPONSES) == 1


def test_l_exemple_de_la_documentation_se_lit(tmp_path: Path) -> None:
    page = (RACINE / "docs" / "initier.md").read_text(encoding="utf-8")
    (toml,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (communes,) = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    (tmp_path / "communes.csv").write_text(communes, encoding="utf-8")
    (tmp_path / "reponses.toml").write_text(toml, encoding="utf-8")
    assert len(lire_reponses(tmp_path / "reponses.toml").communes) == 2
    dites = set(re.findall(r"^\| `([a-z_]+)`", page, re.MULTILINE))
    assert dites >= {nom for t in ("epci", "communes", "dispositifs") for nom in questions(t)}
