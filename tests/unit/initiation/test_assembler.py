"""A source of one's own: read by a table beside the drop, made rows of the contract, each with where it comes from."""

import stat
from pathlib import Path

import pytest
from tests.atelier.tables import cas

from mutualisation.entree.ingestion.depot import decouvrir
from mutualisation.socle.erreurs import ErreurMutualisation, FichierRefuse
from mutualisation.usage.initiation import assembler
from mutualisation.usage.initiation.assemblage import MARQUE

TABLE = "correspondances_telephone.csv"
TELEPHONE = Path(__file__).with_name(TABLE).read_text(encoding="utf-8")
FACTURES = "Jour;Total TTC;Entité;État\n05/01/2024;120,50;ADS;réglée\n07/01/2024;30;INFO;Émis\nTotal;150,50;;\n"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    dossier = tmp_path / "sources"
    dossier.mkdir()
    (dossier / TABLE).write_text(TELEPHONE, encoding="utf-8")
    (dossier / "telephone_2024-01.csv").write_text(FACTURES, encoding="cp1252")
    return dossier


def _rangees(fichier: Path) -> list[str]:
    return fichier.read_text(encoding="utf-8-sig").splitlines()


def test_un_cout_devient_des_mandats(sources: Path, tmp_path: Path) -> None:
    (fait,) = assembler(sources, tmp_path / "depot")
    assert (fait.fichier, fait.lignes, fait.exports) == ("compta/mandats_2024-01.csv", 2, ["telephone_2024-01.csv"])
    marque, entete, *lignes = _rangees(tmp_path / "depot" / fait.fichier)
    assert (marque, entete.split(";")[-1]) == (MARQUE, "Origine")
    premiere = dict(zip(entete.split(";"), lignes[0].split(";"), strict=True))
    assert {c: v for c, v in premiere.items() if v} == {
        "Exercice": "2024", "Budget": "TEL", "Bordereau": "2024-01", "Pièce": "2", "Ligne": "1",
        "Date émission": "05/01/2024", "Type pièce": "01", "Nature": "6262", "Axe analytique": "ADS",
        "Montant TTC": "120,50", "Statut": "Payé", "Origine": "telephone_2024-01.csv:2",
    }  # fmt: skip
    assert decouvrir(tmp_path / "depot").refus == {}


def test_le_jeu_se_dit_comme_un_en_tete_et_le_depot_est_de_cette_machine(sources: Path, tmp_path: Path) -> None:
    (sources / TABLE).write_text(TELEPHONE.replace("mandats;", "Mandats;"), encoding="utf-8")
    assert [f.fichier for f in assembler(sources, tmp_path / "depot")] == ["compta/mandats_2024-01.csv"]
    with pytest.raises(ErreurMutualisation, match="un dossier de cette machine"):
        assembler(sources, Path("s3://seau/depot"))


def test_plusieurs_exports_font_un_fichier_et_le_refont(sources: Path, tmp_path: Path) -> None:
    (sources / "~$telephone_2024-01.xlsx").write_text("un tableur est ouvert", encoding="utf-8")
    (sources / "mandats_2024-01.csv").write_text(
        "Exercice;Budget;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Montant TTC;Statut\n"
        "2024;BP;1;1;1;15/01/2024;01;6064;10,00;Payé\n",
        encoding="utf-8",
    )
    (sources / "correspondances_dossiers.csv").write_text(
        "Jeu;Colonne;Lu;Vaut\nunites;SIRET adhérent;Mairie;\nunites;Quantité;Nb;\nunites;Exercice;;{exercice}\n"
        "unites;Semestre;;{semestre}\nunites;Dispositif;;ADS\nunites;Type unité;;DOSSIER\n",
        encoding="utf-8",
    )
    (sources / "dossiers_2024-S2.csv").write_text("Mairie;Nb\n21989901000017;4\n", encoding="utf-8")
    faits = {f.fichier: f for f in assembler(sources, tmp_path / "depot")}
    assert {f: (a.lignes, a.exports) for f, a in faits.items()} == {
        "compta/mandats_2024-01.csv": (3, ["mandats_2024-01.csv", "telephone_2024-01.csv"]),
        "activite/unites_2024-S2.csv": (1, ["dossiers_2024-S2.csv"]),
    }
    assert _rangees(tmp_path / "depot/activite/unites_2024-S2.csv")[2:] == [
        "2024;2;ADS;21989901000017;DOSSIER;4;;dossiers_2024-S2.csv:2"
    ]
    avant = (tmp_path / "depot/compta/mandats_2024-01.csv").read_bytes()
    assembler(sources, tmp_path / "depot")
    assert (tmp_path / "depot/compta/mandats_2024-01.csv").read_bytes() == avant


def _grand_livre(sources: Path, *periodes: str) -> None:
    """The ledger of a vendor, by its own headers, which `correspondances` of the drop reads."""
    for rang, periode in enumerate(periodes, 1):
        (sources / f"mandats_{periode}.csv").write_text(
            "Exo;Bud.;Bordereau;Pièce;Ligne;Date émission;Type pièce;Nature;Mt TTC\n"
            f"2024;BP;1;{rang};1;15/{3 * rang:02}/2024;Ordinaire;6064;10,00\n",
            encoding="utf-8",
        )
    table = sources.parent / "depot/referentiel/correspondances.csv"
    table.parent.mkdir(parents=True)
    table.write_text(
        "Jeu;Colonne;Lu;Vaut\nmandats;Exercice;Exo;\nmandats;Budget;Bud.;\nmandats;Montant TTC;Mt TTC;\n"
        "mandats;Statut;;Payé\nmandats;Type pièce;Ordinaire;01\n",
        encoding="utf-8",
    )


TRIMESTRES = ("2024-T1", "2024-T2", "2024-T3", "2024-T4")


def test_une_annee_et_des_trimestres_font_une_annee_lue_par_les_correspondances(sources: Path, tmp_path: Path) -> None:
    """F17 wants one length: the longest, which the others cover; what a source does not say, the drop does."""
    _grand_livre(sources, *TRIMESTRES)
    (sources / "telephone_2024-01.csv").rename(sources / "telephone_2024.csv")
    (fait,) = assembler(sources, tmp_path / "depot")
    assert (fait.fichier, fait.lignes) == ("compta/mandats_2024.csv", 6)
    lignes = [ligne.split(";") for ligne in _rangees(tmp_path / "depot/compta/mandats_2024.csv")[2:]]
    assert {(x[0], x[1], x[2], x[-3], x[-2]) for x in lignes} == {
        ("2024", "BP", "1", "10,00", "Payé"), ("2024", "TEL", "2024", "120,50", "Payé"),
        ("2024", "TEL", "2024", "30", "Émis"),
    }  # fmt: skip
    assert decouvrir(tmp_path / "depot").refus == {}


def test_des_heures_par_service_font_un_fichier_sans_un_nom_et_pour_soi_seul(sources: Path, tmp_path: Path) -> None:
    """What leaves the exports is what the load needs, read by whoever made it (K9, S2)."""
    (sources / "telephone_2024-01.csv").unlink()
    table = "Jeu;Colonne;Lu;Vaut\ntemps;Matricule;Mat.;\ntemps;Type jour;;T\ntemps;Validé;;O\n"
    (sources / "correspondances_heures.csv").write_text(table, encoding="utf-8")
    for service, matricule in (("accueil", "00101"), ("urbanisme", "00102")):
        (sources / f"heures_{service}_2024-01.csv").write_text(
            f"Mat.;Nom;Date;Code activité;Durée\n{matricule};ZYLBERSTEIN;05/01/2024;ADS;7,00\nTotal;;;;7,00\n", "utf-8"
        )
    (fait,) = assembler(sources, tmp_path / "depot")
    assert (fait.fichier, fait.lignes) == ("rh/temps_2024-01.csv", 2)
    ecrit = tmp_path / "depot" / fait.fichier
    assert _rangees(ecrit)[2:] == [
        f"{m};;;;05/01/2024;ADS;;7,00;T;O;heures_{s}_2024-01.csv:2"
        for s, m in (("accueil", "00101"), ("urbanisme", "00102"))
    ]
    assert stat.filemode(ecrit.stat().st_mode) == "-rw-------"


@cas
def test_deux_longueurs_de_periode_ne_s_ecrivent_pas(
    sources: Path, tmp_path: Path, periodes: tuple[str, ...], deposes: list[str], attendu: str
) -> None:
    (sources / "telephone_2024-01.csv").rename(sources / "telephone_2024.csv")
    if periodes:
        _grand_livre(sources, *periodes)
    compta = tmp_path / "depot/compta"
    compta.mkdir(parents=True)
    for nom in deposes:
        (compta / nom).write_text("le leur", encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match=attendu):
        assembler(sources, tmp_path / "depot")
    assert sorted(f.name for f in compta.iterdir()) == deposes


def test_un_fichier_que_la_finance_a_depose_n_est_pas_ecrase(sources: Path, tmp_path: Path) -> None:
    depose = tmp_path / "depot/compta/mandats_2024-01.csv"
    depose.parent.mkdir(parents=True)
    depose.write_text("le leur", encoding="utf-8")
    with pytest.raises(ErreurMutualisation, match="n'a pas été écrit par « assembler »"):
        assembler(sources, tmp_path / "depot")
    assert depose.read_text(encoding="utf-8") == "le leur"


@cas
def test_une_declaration_fausse_est_nommee(
    sources: Path, tmp_path: Path, fichier: str | None, remplace: str, par: str, attendu: str
) -> None:
    (sources / (fichier or TABLE)).write_text(TELEPHONE.replace(remplace, par, 1), encoding="utf-8")
    with pytest.raises(FichierRefuse) as refus:
        assembler(sources, tmp_path / "depot")
    assert f"{fichier or TABLE} : {attendu}" in str(refus.value)
    assert not (tmp_path / "depot").exists()


def test_un_export_illisible_est_refuse(sources: Path, tmp_path: Path) -> None:
    for nom in ("telephone_2024-13", "portail_2024"):
        (sources / f"{nom}.csv").write_text(FACTURES, encoding="utf-8")
    (sources / "telephone_2024-02.csv").write_text("Jour;Total\n01/02/2024;1\n", encoding="utf-8")
    (sources / "telephone_2024-03.csv").write_text(FACTURES.replace("150,50", "150,51"), encoding="utf-8")
    (sources / "telephone_2024-04.csv").write_text(FACTURES.replace("réglée", "réglée;de trop"), encoding="utf-8")
    with pytest.raises(FichierRefuse) as refus:
        assembler(sources, tmp_path / "depot")
    assert [(f, m.partition(" (")[0]) for f, m in refus.value.refus] == [
        ("portail_2024.csv", "ni un jeu ni une table correspondances_… n'a le début de ce nom : écrire cette table."),
        ("telephone_2024-02.csv", "aucune des 6 premières lignes non vides ne porte les colonnes obligatoires"),
        ("telephone_2024-03.csv", "la ligne Total n'est pas la somme de la colonne « Montant TTC »"),
        ("telephone_2024-04.csv", "ligne 2 : 5 cellules pour 4 colonnes d'en-tête"),
        ("telephone_2024-13.csv", "le nom finit par sa période, comme « telephone_2024-13_AAAA-MM.csv »"),
    ]
    with pytest.raises(ErreurMutualisation, match="Aucun export"):
        assembler(tmp_path, tmp_path / "depot")
