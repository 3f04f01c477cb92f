"""`essayer` of a folder: every file judged, one table of `correspondances`, one server (issue 19, build 5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.atelier.assaut import en_csv
from tests.atelier.tables import cas
from tests.unit.examen.verrues import AGENTS, TITRES, M, T, bon, sans

from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage.examen import diagnostic, en_dict, essai_dossier, essayer_dossier, lignes

OUVERTS: list[str] = []


@pytest.fixture(autouse=True)
def _serveurs_comptes(un_seul_brouillon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command would start is counted: a context opened, then asked for a connection."""
    commun = diagnostic.brouillon
    OUVERTS.clear()

    @contextmanager
    def brouillon() -> Iterator[Any]:
        with commun() as connexions:
            yield cache(lambda: OUVERTS.append("un") or connexions())

    for module in (diagnostic, essai_dossier):
        monkeypatch.setattr(module, "brouillon", brouillon)


def _poser(dossier: Path, **fichiers: list[list[str]] | str) -> Path:
    for nom, contenu in fichiers.items():
        chemin = dossier / nom.replace("__", "/").replace("_P", ".")
        chemin.parent.mkdir(parents=True, exist_ok=True)
        chemin.write_text(contenu if isinstance(contenu, str) else en_csv(contenu), encoding="utf-8")
    return dossier


def _entete(rangees: list[list[str]], **autres: str) -> list[list[str]]:
    return [[autres.get(c, c) for c in rangees[0]], *rangees[1:]]


def test_un_depot_entier_une_seule_table(tmp_path: Path) -> None:
    """Two months under two headers, ledgers, a file at fault, a wrong name: one table, written once, one server."""
    depot = _poser(
        tmp_path / "depot",
        **{
            "rh__temps_2023-03_Pcsv": _entete(T, Matricule="Mat.", Date="Jour"),
            "rh__temps_2023-04_Pcsv": _entete(bon("temps", date="05/04/2023"), Matricule="N° agent", Date="Jour"),
            "rh__agents_2023_Pcsv": sans(AGENTS, "Quotité"),
            "compta__mandats_2023-03_Pcsv": _entete(M, Bordereau="N° bord."),
            "compta__Titres_2023_Pcsv": TITRES,
            "compta__~$mandats_2023-03_Pxlsx": "x",
            "divers__note_Ptxt": "Bonjour,\nmerci.\n",
        },
    )
    essai = essayer_dossier(depot)
    texte = "\n".join(lignes(essai))
    assert essai.code == 3
    assert OUVERTS == ["un"]
    assert {(p.ligne.jeu, p.ligne.colonne, p.ligne.lu) for p in essai.propositions} == {
        ("temps", "Matricule", "Mat."), ("temps", "Matricule", "N° agent"), ("temps", "Date", "Jour"),
        ("mandats", "Bordereau", "N° bord."),
    }  # fmt: skip
    for dit in (
        "rh/temps_2023-03.csv : texte à colonnes, jeu « temps » (rh/temps_AAAA-MM), sûr",
        "\n  Avec les correspondances proposées : 2\u00a0lignes, 0\u00a0rejetée (0,0 %).", "  Quotité : absente",
        "\n  Sous ce nom : fichier refusé, un fichier de « titres » s'écrit en minuscules",
        "divers/note.txt : texte à colonnes.", "une ligne de noms de colonnes",
        "Aucun fichier de : ", "masse_salariale",
        "6\u00a0fichiers essayés, en l'état : 0\u00a0accepté sans rejet",
    ):  # fmt: skip
        assert dit in texte, texte
    assert "ZYLBERSTEIN" not in texte
    assert not (depot / "referentiel").exists()

    ecrit = essayer_dossier(depot, ecrire=True)
    table = depot / "referentiel" / "correspondances.csv"
    assert ecrit.ecrit == table
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 5
    assert [e.code for e in ecrit.essais if e.jeu and e.jeu.nom in ("temps", "mandats")] == [0, 0, 0]
    assert en_dict(essayer_dossier(depot))["correspondances"] == []


def test_deux_fichiers_dont_les_lignes_se_contredisent(tmp_path: Path) -> None:
    """Each passes with its own rows; with both, one has two headers for one column (F16)."""
    un, deux = _entete(T, Date="Jour"), _entete(bon("temps", date="05/04/2023"), Date="Date saisie", Nom="Jour")
    depot = _poser(tmp_path, **{"rh__temps_2023-03_Pcsv": un, "rh__temps_2023-04_Pcsv": deux})
    essai = essayer_dossier(depot)
    premier, second = essai.essais
    assert premier.propose is not None
    assert premier.propose.code == 0
    assert second.propose is not None
    assert "deux en-têtes que correspondances donne" in str(second.propose.refus)


def test_une_constante_ne_couvre_pas_la_colonne_d_un_autre_fichier(tmp_path: Path) -> None:
    """The row of March would hide the visa of April (F16); once a person has written it, it is said."""
    depot = _poser(
        tmp_path,
        **{
            "rh__temps_2023-03_Pcsv": sans(_entete(T, Date="Jour"), "Validé"),
            "rh__temps_2023-04_Pcsv": _entete(bon("temps", date="05/04/2023", valide="Vu"), Validé="Visa N+1"),
        },
    )
    essai = essayer_dossier(depot, ecrire=True)
    assert [(p.ligne.lu, p.ligne.vaut) for p in essai.propositions] == [("Jour", "")]
    assert [e.code for e in essai.essais] == [3, 3]
    table = depot / "referentiel" / "correspondances.csv"
    table.write_text(table.read_text("utf-8-sig") + "temps;Validé;;O\n", "utf-8-sig")
    essai = essayer_dossier(depot)
    assert [e.code for e in essai.essais if e.jeu and e.jeu.nom == "temps"] == [0, 0]
    assert [a for f in en_dict(essai)["fichiers"] for a in f["avis"]] == [
        "« Validé » est donnée par correspondances, et rien ne lit « Visa N+1 »"
    ]


def test_deux_longueurs_de_periode(tmp_path: Path) -> None:
    """F17: what only the drop as a whole tells, of a folder or of one of its files."""
    depot = _poser(tmp_path, **{"rh__temps_2023-03_Pcsv": T, "rh__temps_2023-T1_Pcsv": T})
    for essai in (essayer_dossier(depot), diagnostic.essayer(depot / "rh" / "temps_2023-03.csv")):
        assert essai.code == 3
        assert "sous une autre longueur de période" in "\n".join(lignes(essai))
    assert [e.code for e in essayer_dossier(depot).essais] == [3, 3]


def test_un_dossier_de_fichiers_en_vrac(tmp_path: Path) -> None:
    """Exports as they came, no drop yet."""
    vrac = _poser(tmp_path, export_gta_Pcsv=_entete(T, Durée="Nb heures"), sirh_Pcsv=AGENTS)
    essai = essayer_dossier(vrac, ecrire=True)
    assert essai.ecrit == tmp_path / "referentiel" / "correspondances.csv"
    assert essai.code == 0
    assert "à déposer sous le nom rh/agents_AAAA.csv" in "\n".join(lignes(essai))


@cas
def test_les_matricules_du_temps_sont_croises_avec_ceux_des_agents(
    tmp_path: Path, agents: str, temps: str, dit: str, code: int
) -> None:
    """H5: what each bilan would reject, seen before anything is loaded; nothing is said of a year without agents."""
    poses = {"rh__temps_2023-03_Pcsv": bon("temps", matricule=temps), "rh__agents_2022_Pcsv": AGENTS}
    if agents:
        poses["rh__agents_2023_Pcsv"] = bon("agents", matricule=agents)
    essai = essayer_dossier(_poser(tmp_path, **poses))
    texte = "\n".join(lignes(essai))
    assert [e.code for e in essai.essais if e.jeu and e.jeu.nom == "temps"] == [code]
    assert dit in texte
    assert ("(H5)" in texte) == bool(dit)


def test_ce_qu_un_autre_fichier_fait_proposer_n_est_pas_absent(tmp_path: Path) -> None:
    """The days of the second are numbers of days, which only the header of the first tells to be « Date »."""
    jours = {"rh__temps_2023-03_Pcsv": T, "rh__temps_2023-04_Pcsv": bon("temps", date="45021")}
    essai = essayer_dossier(_poser(tmp_path, **{nom: _entete(r, Date="Jour") for nom, r in jours.items()}))
    texte = "\n".join(lignes(essai))
    assert "Date : absente" not in texte
    assert "Avec les correspondances proposées : 2\u00a0lignes, 2\u00a0rejetées" in texte
    assert "2 × Date : date illisible, nombre de jours de tableur" in texte


def test_une_valeur_traduite_n_est_pas_inconnue(tmp_path: Path) -> None:
    """What the report shows of a cell does not change what was read of it."""
    depot = _poser(
        tmp_path,
        **{
            "compta__mandats_2023-03_Pcsv": bon("mandats", statut="Soldé"),
            "referentiel__correspondances_Pcsv": "Jeu;Colonne;Lu;Vaut\nmandats;Statut;Soldé;Payé\n",
        },
    )
    essai = diagnostic.essayer(depot / "compta" / "mandats_2023-03.csv")
    assert "inconnue" not in "\n".join(lignes(essai))


def test_rien_a_essayer(tmp_path: Path) -> None:
    with pytest.raises(ErreurMutualisation, match="aucun fichier"):
        essayer_dossier(tmp_path)


def test_un_fichier_refuse_a_son_entete_ne_demarre_aucun_serveur(tmp_path: Path) -> None:
    fichier = tmp_path / "temps_2023-03.csv"
    fichier.write_text(en_csv(sans(T, "Durée")), encoding="utf-8")
    assert diagnostic.essayer(fichier).code == 3
    assert OUVERTS == []
