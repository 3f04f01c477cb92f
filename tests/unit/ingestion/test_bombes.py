"""Small files that cost much: each is refused by the limit that it goes over (F9)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from mutualisation.erreurs import PannePassagere
from mutualisation.ingestion import enfant_lecture, lecture_bornee
from mutualisation.ingestion.lecture import ouvrir
from mutualisation.ingestion.limites import Limites
from mutualisation.ingestion.refus import LectureRefusee
from mutualisation.sources.registre import registre

from .outillage import entete, lire, refus

POPULATIONS = ["Année", "Code INSEE", "Population totale"]
SANS_RAPPORT = Limites(rapport=100_000)


def _classeur(chemin: Path, feuille: Callable[[bytes], bytes], parties: dict[str, bytes] | None = None) -> Path:
    """A workbook of `populations` whose sheet is rewritten, and to which parts are added."""
    origine = chemin.with_name("origine.xlsx")
    classeur = Workbook()
    for rangee in (POPULATIONS, [2020, "59001", 5]):
        classeur.worksheets[0].append(rangee)
    classeur.save(origine)
    parties = parties or {}
    with zipfile.ZipFile(origine) as lu, zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as ecrit:
        for nom in lu.namelist():
            if nom not in parties:
                octets = lu.read(nom)
                ecrit.writestr(nom, feuille(octets) if nom.endswith("sheet1.xml") else octets)
        for nom, octets in parties.items():
            ecrit.writestr(nom, octets)
    return chemin


def _colonne_xfd(d: Path) -> tuple[Path, str, Limites]:
    rangees = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c><c r="XFD%d"><v>1</v></c></row>' % (i, i, i) for i in range(3, 20_003)
    )
    return (
        _classeur(d / "b.xlsx", lambda o: o.replace(b"</sheetData>", rangees + b"</sheetData>")),
        "populations",
        SANS_RAPPORT,
    )


def _textes_partages(d: Path) -> tuple[Path, str, Limites]:
    si = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + b"<si><t>a</t></si>" * 7_000_000
    return _classeur(d / "b.xlsx", bytes, {"xl/sharedStrings.xml": si + b"</sst>"}), "populations", SANS_RAPPORT


def _feuilles(d: Path) -> tuple[Path, str, Limites]:
    classeur = Workbook()
    for _ in range(300):
        classeur.create_sheet()
    classeur.save(d / "b.xlsx")
    return d / "b.xlsx", "populations", SANS_RAPPORT


def _profonde(d: Path) -> tuple[Path, str, Limites]:
    return (
        _classeur(d / "b.xlsx", lambda o: o.replace(b"<sheetData>", b"<a>" * 300_000 + b"<sheetData>")),
        "populations",
        SANS_RAPPORT,
    )


def _attribut_de_classeur(d: Path) -> tuple[Path, str, Limites]:
    return (
        _classeur(d / "b.xlsx", lambda o: o.replace(b"<sheetData>", b'<sheetData a="' + b"x" * 10_000_000 + b'">')),
        "populations",
        SANS_RAPPORT,
    )


def _listes_json(d: Path) -> tuple[Path, str, Limites]:
    (d / "decp_2020.json").write_bytes(b'{"marches": [{"a": [' + b"[]," * 8_000_000 + b"[]]}]}")
    return d / "decp_2020.json", "decp", Limites()


def _profond_json(d: Path) -> tuple[Path, str, Limites]:
    (d / "decp_2020.json").write_bytes(b'{"marches": [{"a": ' + b"[" * 5_000_000)
    return d / "decp_2020.json", "decp", Limites()


def _texte_json(d: Path) -> tuple[Path, str, Limites]:
    (d / "decp_2020.json").write_bytes(b'{"marches": [{"id": "' + b"x" * 150_000_000 + b'"}]}')
    return d / "decp_2020.json", "decp", Limites()


def _colonnes_csv(d: Path) -> tuple[Path, str, Limites]:
    (d / "t.csv").write_bytes(b"a;" * 10_000_000 + b"\n")
    return d / "t.csv", "temps", Limites()


def _colonnes_de_donnees(d: Path) -> tuple[Path, str, Limites]:
    (d / "t.csv").write_bytes(";".join(entete("temps")).encode() + b"\n" + b";" * 10_000_000 + b"1\n")
    return d / "t.csv", "temps", Limites()


def _guillemet(d: Path) -> tuple[Path, str, Limites]:
    (d / "t.csv").write_bytes(";".join(entete("temps")).encode() + b'\n"' + "é".encode() * 60_000_000)
    return d / "t.csv", "temps", Limites()


def _colonnes_citees(d: Path) -> tuple[Path, str, Limites]:
    (d / "t.csv").write_bytes(";".join(entete("temps")).encode() + b"\n" + b'"";' * 5_000_000 + b"1\n")
    return d / "t.csv", "temps", Limites()


def _pes(d: Path, corps: bytes) -> tuple[Path, str, Limites]:
    (d / "p.xml").write_bytes(b"<n:PES_Aller xmlns:n='x'>" + corps)
    return d / "p.xml", "pes", Limites()


BOMBES: dict[str, tuple[Callable[[Path], tuple[Path, str, Limites]], str]] = {
    "XLSX, une cellule dans la dernière colonne": (_colonne_xfd, "au-delà de la colonne 1 000"),
    "XLSX, sept millions de textes partagés": (_textes_partages, "textes partagés"),
    "XLSX, trois cents feuilles": (_feuilles, "plus de 255 feuilles"),
    "XLSX, trois cent mille éléments l'un dans l'autre": (_profonde, "(?:illisible|F9)"),
    "XLSX, attribut de 10 Mo": (_attribut_de_classeur, "(?:illisible|F9)"),
    "JSON, huit millions de listes": (_listes_json, "F9"),
    "JSON, cinq millions de crochets": (_profond_json, "l'un dans l'autre"),
    "JSON, texte de 150 Mo": (_texte_json, "F9"),
    "CSV, dix millions de colonnes": (_colonnes_csv, "aucune des 6 premières lignes"),
    "CSV, une ligne de dix millions de cellules": (_colonnes_de_donnees, "ligne 2 : plus de 1 000 colonnes"),
    "CSV, cinq millions de cellules entre guillemets": (_colonnes_citees, "ligne 2 : plus de 1 000 colonnes"),
    "CSV, guillemet jamais fermé": (_guillemet, "ligne 2 : la rangée dépasse 16 777 216 caractères"),
    "XML, attribut de 100 Mo": (
        lambda d: _pes(d, b'<a V="' + b"x" * 100_000_000 + b'"/>'),
        "une balise et ses attributs",
    ),
    "XML, un million d'attributs": (
        lambda d: _pes(d, b"<a " + b" ".join(b'a%d="1"' % i for i in range(1_000_000)) + b"/>"),
        "une balise et ses attributs",
    ),
    "XML, cinq millions d'éléments": (lambda d: _pes(d, b"<a/>" * 5_000_000), "F9"),
    "XML, éléments l'un dans l'autre": (lambda d: _pes(d, b"<a>" * 1_000_000), "l'un dans l'autre"),
}


@pytest.mark.parametrize("nom", BOMBES)
def test_une_bombe_est_refusee_par_sa_limite(nom: str, tmp_path: Path) -> None:
    poser, motif = BOMBES[nom]
    chemin, jeu, limites = poser(tmp_path)
    with pytest.raises(LectureRefusee, match=motif):
        lire(chemin, jeu, limites)


def test_une_dimension_annoncee_ne_coute_rien(tmp_path: Path) -> None:
    chemin = _classeur(
        tmp_path / "b.xlsx", lambda o: o.replace(b'<dimension ref="A1:C2"', b'<dimension ref="A1:XFD1048576"')
    )
    assert len(lire(chemin, "populations").rangees) == 1


def test_la_memoire_est_bornee_par_le_systeme(tmp_path: Path) -> None:
    """What no count sees: the child may not take it."""
    (tmp_path / "decp_2020.json").write_bytes(b'{"marches": [{"a": [' + b"[]," * 1_000_000 + b"[]]}]}")
    motif = refus(tmp_path / "decp_2020.json", "decp", Limites(noeuds=10**9, memoire=20))
    assert "plus de 20 Mo de mémoire" in motif
    assert len(lire(_classeur(tmp_path / "c.xlsx", bytes), "populations").rangees) == 1


def test_le_temps_est_borne_par_le_systeme(tmp_path: Path) -> None:
    (tmp_path / "decp_2020.json").write_bytes(b'{"a": [' + b"[]," * 3_000_000 + b"[]]}")
    motif = refus(tmp_path / "decp_2020.json", "decp", Limites(duree=1, noeuds=10**9))
    assert "plus de 1 s de calcul" in motif
    assert len(lire(_classeur(tmp_path / "c.xlsx", bytes), "populations").rangees) == 1


def _tuer_pendant_la_lecture(chemin: Path, signe: signal.Signals) -> None:
    lecteur = ouvrir(chemin, registre().jeu("populations"), "xlsx", Limites())
    assert lecture_bornee._etat.enfant
    os.kill(lecture_bornee._etat.enfant.pid, signe)
    list(lecteur.blocs())


def test_ce_qui_arrete_l_enfant_dit_si_le_fichier_est_en_cause(tmp_path: Path) -> None:
    """K12: killed from outside, exit 1, it may be tried again; crashed by the file, the file is refused."""
    chemin = _classeur(tmp_path / "c.xlsx", bytes)
    with pytest.raises(PannePassagere, match="relancer"):
        _tuer_pendant_la_lecture(chemin, signal.SIGKILL)
    with pytest.raises(LectureRefusee, match="s'interrompt"):
        _tuer_pendant_la_lecture(chemin, signal.SIGSEGV)
    assert len(lire(chemin, "populations").rangees) == 1


def test_une_limite_de_l_environnement_n_est_pas_depassee(tmp_path: Path) -> None:
    """A hard limit lower than ours stays, and a file is read within it."""
    programme = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (60, 60))\n"
        "from mutualisation.ingestion.lecture import ouvrir\n"
        "from mutualisation.ingestion.limites import Limites\n"
        "from mutualisation.ingestion import lecture_bornee\n"
        "from mutualisation.sources.registre import registre\n"
        "from pathlib import Path\n"
        "limites = Limites(memoire=100_000, duree=100)\n"
        "lecteur = ouvrir(Path(sys.argv[1]), registre().jeu('populations'), 'xlsx', limites)\n"
        "print(sum(len(b) for b in lecteur.blocs()))\n"
        "print(resource.prlimit(lecture_bornee._etat.enfant.pid, resource.RLIMIT_AS))\n"
        "print(resource.prlimit(lecture_bornee._etat.enfant.pid, resource.RLIMIT_CPU))\n"
    )
    commande = [sys.executable, "-c", programme, str(_classeur(tmp_path / "c.xlsx", bytes))]
    dit = subprocess.run(commande, capture_output=True, text=True, check=False)
    assert dit.stdout.splitlines() == ["1", "(3000000000, 3000000000)", "(60, 60)"], dit.stderr


def test_une_faute_imprevue_d_un_lecteur_refuse_ce_fichier_seul(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a reader raises, the child answers, and reads the next file."""

    def tomber(*_: object) -> None:
        raise OverflowError("DUPONT Jeanne")

    service = object.__new__(enfant_lecture.LectureServie)
    monkeypatch.setattr(service, "_ouvrir", tomber)
    assert str(service.repondre(())) == enfant_lecture.INTERROMPUE  # type: ignore[arg-type]
    service._blocs = (1 // 0 for _ in range(1))  # type: ignore[assignment]
    assert str(service.repondre(None)) == enfant_lecture.INTERROMPUE


def test_deux_lectures_a_la_fois(tmp_path: Path) -> None:
    """The second one takes the child; the first one opens its file again."""
    chemin = _classeur(tmp_path / "c.xlsx", bytes)
    deux = [ouvrir(chemin, registre().jeu("populations"), "xlsx", Limites()) for _ in range(2)]
    assert [sum(len(b) for b in lecteur.blocs()) for lecteur in deux] == [1, 1]
    a_moitie = deux[0].blocs()
    next(a_moitie)
    assert [sum(len(b) for b in lecteur.blocs()) for lecteur in deux] == [1, 1]


def test_l_enfant_ne_sait_ni_la_cle_ni_l_adresse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("MUTUALISATION_CLE_PSEUDONYMES", "MUTUALISATION_CLE_SIGNATURE", "ENTREPOT_DSN", "PGPASSWORD")
    airflow = ("AIRFLOW_CONN_ENTREPOT", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN")
    for nom in secrets + airflow:
        monkeypatch.setenv(nom, "postgresql://secret@ailleurs")
    lecture_bornee.fermer()
    ouvrir(_classeur(tmp_path / "c.xlsx", bytes), registre().jeu("populations"), "xlsx", Limites())
    assert lecture_bornee._etat.enfant
    environnement = Path(f"/proc/{lecture_bornee._etat.enfant.pid}/environ").read_bytes()
    assert b"secret@ailleurs" not in environnement
