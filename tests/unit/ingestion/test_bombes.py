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
from mutualisation.lecteurs import enfant_lecture
from mutualisation.lecteurs import lecture as lecture_bornee
from mutualisation.lecteurs.lecture import ouvrir
from mutualisation.lecteurs.limites import LectureRefusee, Limites
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


def _feuille(avant: bytes, apres: Callable[[], bytes]) -> Callable[[Path], Path]:
    """A workbook whose sheet holds one text instead of another."""
    return lambda chemin: _classeur(chemin, lambda octets: octets.replace(avant, apres()))


def _feuilles(chemin: Path) -> Path:
    classeur = Workbook()
    for _ in range(300):
        classeur.create_sheet()
    classeur.save(chemin)
    return chemin


def _textes_partages(chemin: Path) -> Path:
    debut = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return _classeur(chemin, bytes, {"xl/sharedStrings.xml": debut + b"<si><t>a</t></si>" * 7_000_000 + b"</sst>"})


def _fichier(faire: Callable[[], bytes]) -> Callable[[Path], Path]:
    def ecrire(chemin: Path) -> Path:
        chemin.write_bytes(faire())
        return chemin

    return ecrire


def _pes(faire: Callable[[], bytes]) -> Callable[[Path], Path]:
    return _fichier(lambda: b"<n:PES_Aller xmlns:n='x'>" + faire())


_RANGEE = b'<row r="%d"><c r="A%d"><v>1</v></c><c r="XFD%d"><v>1</v></c></row>'
_ENTETE = ";".join(entete("temps")).encode() + b"\n"
JEUX = {"xlsx": "populations", "json": "decp", "csv": "temps", "xml": "pes"}
# (extension, what is attacked) → the file, what its refusal says
BOMBES: dict[tuple[str, str], tuple[Callable[[Path], Path], str]] = {
    ("xlsx", "une cellule dans la dernière colonne"): (
        _feuille(b"</sheetData>", lambda: b"".join(_RANGEE % (i, i, i) for i in range(3, 20_003)) + b"</sheetData>"),
        "au-delà de la colonne 1 000",
    ),
    ("xlsx", "sept millions de textes partagés"): (_textes_partages, "textes partagés"),
    ("xlsx", "trois cents feuilles"): (_feuilles, "plus de 255 feuilles"),
    ("xlsx", "trois cent mille éléments l'un dans l'autre"): (
        _feuille(b"<sheetData>", lambda: b"<a>" * 300_000 + b"<sheetData>"),
        "(?:illisible|F9)",
    ),
    ("xlsx", "attribut de 10 Mo"): (
        _feuille(b"<sheetData>", lambda: b'<sheetData a="' + b"x" * 10_000_000 + b'">'),
        "(?:illisible|F9)",
    ),
    ("json", "huit millions de listes"): (
        _fichier(lambda: b'{"marches": [{"a": [' + b"[]," * 8_000_000 + b"[]]}]}"),
        "F9",
    ),
    ("json", "cinq millions de crochets"): (
        _fichier(lambda: b'{"marches": [{"a": ' + b"[" * 5_000_000),
        "l'un dans l'autre",
    ),
    ("json", "texte de 150 Mo"): (_fichier(lambda: b'{"marches": [{"id": "' + b"x" * 150_000_000 + b'"}]}'), "F9"),
    ("csv", "dix millions de colonnes"): (
        _fichier(lambda: b"a;" * 10_000_000 + b"\n"),
        "aucune des 6 premières lignes",
    ),
    ("csv", "une ligne de dix millions de cellules"): (
        _fichier(lambda: _ENTETE + b";" * 10_000_000 + b"1\n"),
        "ligne 2 : plus de 1 000 colonnes",
    ),
    ("csv", "cinq millions de cellules entre guillemets"): (
        _fichier(lambda: _ENTETE + b'"";' * 5_000_000 + b"1\n"),
        "ligne 2 : plus de 1 000 colonnes",
    ),
    ("csv", "guillemet jamais fermé"): (
        _fichier(lambda: _ENTETE + b'"' + "é".encode() * 60_000_000),
        "ligne 2 : la rangée dépasse 16 777 216 caractères",
    ),
    ("xml", "attribut de 100 Mo"): (
        _pes(lambda: b'<a V="' + b"x" * 100_000_000 + b'"/>'),
        "une balise et ses attributs",
    ),
    ("xml", "un million d'attributs"): (
        _pes(lambda: b"<a " + b" ".join(b'a%d="1"' % i for i in range(1_000_000)) + b"/>"),
        "une balise et ses attributs",
    ),
    ("xml", "cinq millions d'éléments"): (_pes(lambda: b"<a/>" * 5_000_000), "F9"),
    ("xml", "éléments l'un dans l'autre"): (_pes(lambda: b"<a>" * 1_000_000), "l'un dans l'autre"),
}


@pytest.mark.parametrize(("extension", "nom"), BOMBES)
def test_une_bombe_est_refusee_par_sa_limite(extension: str, nom: str, tmp_path: Path) -> None:
    poser, motif = BOMBES[extension, nom]
    chemin = poser(tmp_path / f"decp_2020.{extension}")
    with pytest.raises(LectureRefusee, match=motif):
        lire(chemin, JEUX[extension], SANS_RAPPORT if extension == "xlsx" else None)


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
        "from mutualisation.lecteurs.lecture import ouvrir\n"
        "from mutualisation.lecteurs.limites import Limites\n"
        "from mutualisation.lecteurs import lecture as lecture_bornee\n"
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
