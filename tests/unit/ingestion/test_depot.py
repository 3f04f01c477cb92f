"""Names of a drop: what is recognised, what is refused and why."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from tests.atelier.tables import cas
from upath import UPath

from mutualisation.entree.ingestion import depot
from mutualisation.entree.ingestion.copies import Copies
from mutualisation.entree.ingestion.depot import decouvrir
from mutualisation.entree.lecteurs.limites import LectureRefusee
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import ErreurMutualisation


def _poser(racine: Path, *chemins: str) -> Path:
    for c in chemins:
        (racine / c).parent.mkdir(parents=True, exist_ok=True)
        (racine / c).write_text("x", encoding="utf-8")
    return racine


def test_identites(tmp_path: Path) -> None:
    depot = decouvrir(
        _poser(
            tmp_path, "rh/temps_2020-03.csv", "rh/temps_2020-03_v2.xlsx", "rh/agents_2020.csv",
            "activite/unites_2020-S2.csv", "cee/operations_depot-12.csv", "referentiel/tarifs_v3.csv",
            "compta/PESALR2_2020_v4.xml", "compta/PES_video.xml", "cam/decp_2020.json",
            "rh/agents_2020.csv.controle.json",
        )
    )  # fmt: skip
    assert depot.refus == {}
    vus = {f.chemin: (f.jeu.nom, f.periode, f.version, f.exercice, f.mois, f.semestre, f.depot) for f in depot.fichiers}
    assert vus == {
        "activite/unites_2020-S2.csv": ("unites", "2020-S2", 1, 2020, None, 2, None),
        "cam/decp_2020.json": ("decp", "2020", 1, 2020, None, None, None),
        "cee/operations_depot-12.csv": ("operations", "depot-12", 1, None, None, None, "12"),
        "compta/PESALR2_2020_v4.xml": ("pes", "PESALR2_2020", 4, None, None, None, None),
        "compta/PES_video.xml": ("pes", "PES_video", 1, None, None, None, None),
        "referentiel/tarifs_v3.csv": ("tarifs", "", 3, None, None, None, None),
        "rh/agents_2020.csv": ("agents", "2020", 1, 2020, None, None, None),
        "rh/temps_2020-03.csv": ("temps", "2020-03", 1, 2020, 3, None, None),
        "rh/temps_2020-03_v2.xlsx": ("temps", "2020-03", 2, 2020, 3, None, None),
    }
    assert [f.chemin for f in depot.fichiers if f.controle] == ["rh/agents_2020.csv"]


def test_un_jeu_par_mois_se_depose_aussi_par_trimestre_et_par_annee(tmp_path: Path) -> None:
    """F17: a file covers all the months of its period, by which files are ordered."""
    noms = ("2021-T4_v2", "2021-T1", "2021-04", "2020", "2021-11_v2")
    depot = decouvrir(_poser(tmp_path, *(f"rh/temps_{nom}.csv" for nom in noms[:4]), f"compta/titres_{noms[4]}.csv"))
    assert depot.refus == {}
    vus = [(f.jeu.nom, f.periode, f.version, f.exercice, list(f.couverts), f.mois) for f in depot.fichiers]
    assert vus == [
        ("titres", "2021-11", 2, 2021, [11], 11),
        ("temps", "2020", 1, 2020, list(range(1, 13)), 12),
        ("temps", "2021-T1", 1, 2021, [1, 2, 3], 3),
        ("temps", "2021-04", 1, 2021, [4], 4),
        ("temps", "2021-T4", 2, 2021, [10, 11, 12], 12),
    ]


def test_une_periode_vient_en_parties(tmp_path: Path) -> None:
    """F21: capitals and accents aside, composed or not; each part has its versions."""
    noms = (
        "rh/temps_2021-04_part-Nord",
        "rh/temps_2021-04_part-nord_v2",
        "rh/temps_2021-04_part-E\u0301tat-2",
        "rh/agents_2021_part-A",
    )
    _poser(
        tmp_path, *(f"{nom}.csv" for nom in noms), "activite/unites_2021-S2_part-\xe9.xlsx", "cam/decp_2021_part-b.json"
    )
    depot = decouvrir(_poser(tmp_path, "compta/flux_part-a.xml", "compta/budget_2021.csv"))
    assert depot.refus == {}
    vus = {
        f.chemin.rpartition("/")[2]: (f.periode, *f.periode_et_partie, f.version, f.mois, f.semestre)
        for f in depot.fichiers
    }
    assert vus == {
        "temps_2021-04_part-Nord.csv": ("2021-04_part-nord", "2021-04", "nord", 1, 4, None),
        "temps_2021-04_part-nord_v2.csv": ("2021-04_part-nord", "2021-04", "nord", 2, 4, None),
        "temps_2021-04_part-E\u0301tat-2.csv": ("2021-04_part-etat-2", "2021-04", "etat-2", 1, 4, None),
        "agents_2021_part-A.csv": ("2021_part-a", "2021", "a", 1, None, None),
        "unites_2021-S2_part-\xe9.xlsx": ("2021-S2_part-e", "2021-S2", "e", 1, None, 2),
        "decp_2021_part-b.json": ("2021_part-b", "2021", "b", 1, None, None),
        "flux_part-a.xml": ("flux_part-a", "flux_part-a", "", 1, None, None),
        "budget_2021.csv": ("2021", "2021", "", 1, None, None),
    }


@pytest.mark.parametrize(
    "nom",
    [
        "rh/temps_2021-04_part-.csv", "rh/temps_2021-04_part-a_b.csv", "rh/temps_2021-04_part-a b.csv",
        f"rh/temps_2021-04_part-{'a' * 41}.csv", "rh/temps_2021-04_v2_part-a.csv", "rh/temps_2021-04_part-\u0663.csv",
        "cee/operations_depot-1_part-a.csv", "referentiel/tarifs_part-a.csv",
    ],
)  # fmt: skip
def test_un_nom_de_partie_s_ecrit_en_lettres_chiffres_et_tirets(tmp_path: Path, nom: str) -> None:
    depot = decouvrir(_poser(tmp_path, nom))
    assert depot.fichiers == []
    assert [motif for refus in depot.refus.values() for _, motif in refus if "(G7)" in motif]


def test_une_periode_entiere_et_en_parties_est_refusee(tmp_path: Path) -> None:
    """F21: all of them, versions included; F17 holds between two lengths, F1 between two spellings of a part."""
    entieres = ("rh/agents_2021.csv", "rh/agents_2021_part-a.csv", "rh/agents_2021_part-b_v2.csv")
    _poser(tmp_path, *entieres, "rh/temps_2021_part-a.csv", "rh/temps_2021-04_part-a.csv", "rh/agents_2022_part-a.csv")
    _poser(tmp_path, "cam/marches_2021_part-A.csv", "cam/marches_2021_part-a.csv", "cam/marches_2021_part-b.csv")
    depot = decouvrir(tmp_path)
    motif = "la même période est aussi dans {} : la déposer entière, ou en parties (F21)."
    assert dict(depot.refus["rh"]) == {
        "rh/agents_2021.csv": motif.format("agents_2021_part-a.csv, agents_2021_part-b_v2.csv"),
        "rh/agents_2021_part-a.csv": motif.format("agents_2021.csv"),
        "rh/agents_2021_part-b_v2.csv": motif.format("agents_2021.csv"),
        **{
            f"rh/temps_2021{un}_part-a.csv": f"un même mois est aussi dans temps_2021{autre}_part-a.csv, sous une "
            "autre longueur de période : n'en garder qu'une (F17)."
            for un, autre in (("", "-04"), ("-04", ""))
        },
    }
    assert [c for c, m in depot.refus["cam"] if "(F1)" in m] == [
        "cam/marches_2021_part-A.csv",
        "cam/marches_2021_part-a.csv",
    ]
    assert [f.nom for f in depot.fichiers] == ["marches_2021_part-b.csv", "agents_2022_part-a.csv"]


def test_un_mois_sous_deux_longueurs_de_periode_est_refuse(tmp_path: Path) -> None:
    """F17: both, versions included; other months, years and jeux are left alone."""
    _poser(tmp_path, "rh/temps_2021.csv", *(f"rh/temps_2021-{m:02}.csv" for m in (1, 2, 3, 4)), "rh/temps_2022-01.csv")
    _poser(tmp_path, "cam/commandes_2021-T1.csv", "cam/commandes_2021-03.csv", "cam/commandes_2021-03_v2.csv")
    _poser(tmp_path, "cam/commandes_2021-04.csv", "compta/mandats_2021-T1.csv", "compta/titres_2021-02.csv")
    depot = decouvrir(tmp_path)
    debut, fin = "un même mois est aussi dans", "sous une autre longueur de période : n'en garder qu'une (F17)."
    assert dict(depot.refus["cam"]) == {
        "cam/commandes_2021-T1.csv": f"{debut} commandes_2021-03.csv, commandes_2021-03_v2.csv, {fin}",
        "cam/commandes_2021-03.csv": f"{debut} commandes_2021-T1.csv, {fin}",
        "cam/commandes_2021-03_v2.csv": f"{debut} commandes_2021-T1.csv, {fin}",
    }
    refuses = dict(depot.refus["rh"])
    assert set(refuses) == {"rh/temps_2021.csv"} | {f"rh/temps_2021-0{m}.csv" for m in (1, 2, 3, 4)}
    assert "temps_2021-03.csv et 1 de plus, sous" in refuses["rh/temps_2021.csv"]
    assert [f.nom for f in depot.fichiers] == [
        "commandes_2021-04.csv", "mandats_2021-T1.csv", "titres_2021-02.csv", "temps_2022-01.csv",
    ]  # fmt: skip


@cas
def test_un_nom_qui_ne_suit_aucun_jeu(tmp_path: Path, chemin: str, raison: str, propose: str) -> None:
    depot = decouvrir(_poser(tmp_path, chemin))
    ((refuse, motif),) = depot.refus[chemin.split("/")[0] if "/" in chemin else ""]
    assert refuse == chemin
    assert raison in motif
    assert f"« {propose} »" in motif if propose else True
    assert motif.endswith(("(G7).", "(F1)."))


@pytest.mark.parametrize("abime", [lambda zip_: zip_[:-30], lambda _: b"PK\x03\x04", lambda _: b""])
def test_une_archive_abimee_n_est_pas_un_depot(tmp_path: Path, abime: Callable[[bytes], bytes]) -> None:
    archive = tmp_path / "depot.zip"
    with ZipFile(archive, "w") as ecrite:
        ecrite.writestr("rh/agents_2020.csv", "x")
    assert [f.chemin for f in decouvrir(f"zip://rh/::file://{archive}").fichiers] == []
    archive.write_bytes(abime(archive.read_bytes()))
    with pytest.raises(ErreurMutualisation, match="n'est pas une archive entière : la déposer de nouveau"):
        decouvrir(f"zip:///::file://{archive}")


def test_une_extension_s_ecrit_dans_toutes_les_casses(tmp_path: Path) -> None:
    depot = decouvrir(
        _poser(
            tmp_path, "rh/temps_2020-03.CSV", "rh/temps_2020-03.CSV.controle.json", "rh/temps_2020-04.Xlsx",
            "rh/temps_2020-04.xlsx.CONTROLE.json", "compta/PESALR2_v2.XML", "cam/decp_2020.JSON",
        )
    )  # fmt: skip
    assert depot.refus == {}
    vus = {f.chemin: (f.extension, f.periode, f.version, f.controle and f.controle.name) for f in depot.fichiers}
    assert vus == {
        "cam/decp_2020.JSON": ("json", "2020", 1, None),
        "compta/PESALR2_v2.XML": ("xml", "PESALR2", 2, None),
        "rh/temps_2020-03.CSV": ("csv", "2020-03", 1, "temps_2020-03.CSV.controle.json"),
        "rh/temps_2020-04.Xlsx": ("xlsx", "2020-04", 1, "temps_2020-04.xlsx.CONTROLE.json"),
    }


def test_un_controle_n_est_lu_que_s_il_est_un_fichier(tmp_path: Path) -> None:
    _poser(tmp_path, "rh/agents_2020.csv", "vrai.json")
    (tmp_path / "rh/agents_2020.csv.controle.json").mkdir()
    (tmp_path / "rh/agents_2021.csv.controle.json").mkdir()
    depot = decouvrir(tmp_path)
    # beside its file it is told with the file, alone it is a folder like any other
    assert [f.controle.name for f in depot.fichiers if f.controle] == ["agents_2020.csv.controle.json"]
    assert [c for c, _ in depot.refus["rh"]] == ["rh/agents_2021.csv.controle.json"]


@pytest.mark.parametrize("nom", ["mandats_2020-01\\..\\..\\evasion.csv", "a\\b.xml", "..csv..xml", "x..\\y.xml"])
def test_un_nom_qui_contient_un_chemin(tmp_path: Path, nom: str) -> None:
    depot = decouvrir(_poser(tmp_path, f"compta/{nom}", "compta/mandats_2020-01.csv"))
    if nom.startswith("."):
        assert depot.refus == {}
    else:
        assert "contient un chemin" in depot.refus["compta"][0][1]
    assert [f.nom for f in depot.fichiers] == ["mandats_2020-01.csv"]


def test_depot_absent_vide_ou_fichier(tmp_path: Path) -> None:
    with pytest.raises(ErreurMutualisation, match="n'existe pas"):
        decouvrir(tmp_path / "absent")
    with pytest.raises(ErreurMutualisation, match="est vide"):
        decouvrir(tmp_path)
    (tmp_path / "rh").mkdir()
    with pytest.raises(ErreurMutualisation, match="est vide"):
        decouvrir(tmp_path)
    with pytest.raises(ErreurMutualisation, match="n'est pas un dossier"):
        decouvrir(_poser(tmp_path, "f") / "f")
    with pytest.raises(ErreurMutualisation, match="ne peut pas être lu"):
        decouvrir("s3://seau/depot")


def test_depot_dans_un_magasin_d_objets() -> None:
    racine = UPath("memory://decouverte/depot")
    (racine / "rh").mkdir(parents=True)
    (racine / "rh" / "agents_2020.csv").write_bytes(b"x")
    (racine / "rh" / "agent_2020.csv").write_bytes(b"x")
    depot = decouvrir(str(racine))
    assert [f.chemin for f in depot.fichiers] == ["rh/agents_2020.csv"]
    assert [c for c, _ in depot.refus["rh"]] == ["rh/agent_2020.csv"]


@pytest.mark.parametrize("source", ["rh", "compta", "referentiel", "cam", ""])
@cas
def test_un_nom_refuse_est_montre_entier(tmp_path: Path, source: str, nom: str, montre: str | None) -> None:
    """K9a, whatever the source: what a terminal would obey is shown by its escapes."""
    (tmp_path / source).mkdir(exist_ok=True)
    (tmp_path / source / nom).write_text("x", encoding="utf-8")
    ((chemin, _),) = decouvrir(tmp_path).refus[source]
    assert chemin == (f"{source}/{montre or nom}" if source else montre or nom)


def test_ce_qui_n_est_pas_un_fichier_est_montre_entier(tmp_path: Path) -> None:
    """K9a: folders, links, pipes and sidecars too."""
    for dossier in ("rh/DUPONT Jeanne", "rh/DUPONT.controle.json", "DUPONT Racine"):
        (tmp_path / dossier).mkdir(parents=True)
    (tmp_path / "rh/DUPONT_lien.csv").symlink_to("/etc/hostname")
    (tmp_path / "rh/temps_2020-01.csv").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "rh/dupont_0058798.csv")
    refus = decouvrir(tmp_path).refus
    assert [c for c, _ in refus[""]] == ["DUPONT Racine"]
    assert [c for c, _ in refus["rh"]] == [
        "rh/DUPONT Jeanne", "rh/DUPONT.controle.json", "rh/DUPONT_lien.csv", "rh/dupont_0058798.csv",
        "rh/temps_2020-01.csv",
    ]  # fmt: skip


def test_une_archive_abimee_se_dit_avec_son_remede(tmp_path: Path) -> None:
    """Its directory is whole, the bytes of a member are not."""
    archive = tmp_path / "depot.zip"
    with ZipFile(archive, "w", ZIP_DEFLATED) as ecrite:
        ecrite.writestr("rh/agents_2024.csv", "a;b\n" * 1000)
    octets = bytearray(archive.read_bytes())
    octets[60:70] = bytes(10)
    archive.write_bytes(octets)
    (depose,) = decouvrir(f"zip://::{archive}").fichiers
    with pytest.raises(LectureRefusee, match="abîmée à cet endroit : la déposer de nouveau"):
        Copies(tmp_path).de(depose)


@cas
def test_une_version_est_un_numero_ou_un_jour_venu(
    monkeypatch: pytest.MonkeyPatch, nom: str, version: int | None
) -> None:
    """A day that has come somewhere on Earth: none hides what is to come (F2)."""
    monkeypatch.setattr(depot, "_aujourd_hui", lambda: date(2024, 3, 15))
    lu = depot.lire_nom(registre().jeu("agents"), f"{nom}.csv")
    assert (lu and lu[1]) == version


def test_un_nom_libre_qui_finit_par_un_jour_est_un_autre_nom() -> None:
    """Two PES flows, not two versions of one."""
    pes = registre().jeu("pes")
    assert depot.lire_nom(pes, "flux_v20240315.xml") == ("flux_v20240315", 1, "xml")
    assert depot.lire_nom(pes, "flux_v2.xml") == ("flux", 2, "xml")


@cas
def test_ce_qui_remplace_une_version_se_nomme(monkeypatch: pytest.MonkeyPatch, version: int, suivante: int) -> None:
    monkeypatch.setattr(depot, "_aujourd_hui", lambda: date(2024, 3, 15))
    assert depot.version_suivante(version) == suivante
