"""What the system bounds in the reading of a file, beside the counts that refuse the bombs of `tests/attaques` (F9)."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.atelier.depots import ecrire
from tests.atelier.livre import livre

from mutualisation.entree.lecteurs import enfant_lecture
from mutualisation.entree.lecteurs import lecture as lecture_bornee
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import INTERROMPUE, LectureRefusee, Limites, SessionBornee
from mutualisation.entree.sources.registre import registre
from mutualisation.socle.erreurs import ErreurMutualisation, PannePassagere

from .outillage import lire, refus

POPULATIONS = ["Année", "Code INSEE", "Population totale"]


def _classeur(chemin: Path) -> Path:
    """A workbook of one row of `populations`."""
    return ecrire(chemin, livre([POPULATIONS, ["2020", "59001", "5"]]))


def test_la_memoire_est_bornee_par_le_systeme(tmp_path: Path) -> None:
    """What no count sees: the child may not take it."""
    (tmp_path / "decp_2020.json").write_bytes(b'{"marches": [{"a": [' + b"[]," * 1_000_000 + b"[]]}]}")
    motif = refus(tmp_path / "decp_2020.json", "decp", Limites(noeuds=10**9, memoire=20))
    assert "plus de 20 Mo de mémoire" in motif
    assert len(lire(_classeur(tmp_path / "c.xlsx"), "populations").rangees) == 1


def test_le_temps_est_borne_par_le_systeme(tmp_path: Path) -> None:
    (tmp_path / "decp_2020.json").write_bytes(b'{"a": [' + b"[]," * 3_000_000 + b"[]]}")
    motif = refus(tmp_path / "decp_2020.json", "decp", Limites(duree=1, noeuds=10**9))
    assert "plus de 1 s de calcul" in motif
    assert len(lire(_classeur(tmp_path / "c.xlsx"), "populations").rangees) == 1


def _tuer_pendant_la_lecture(chemin: Path, signe: signal.Signals) -> None:
    lecteur = ouvrir(chemin, registre().jeu("populations"), "xlsx", Limites())
    assert lecture_bornee._etat.enfant
    os.kill(lecture_bornee._etat.enfant.pid, signe)
    list(lecteur.blocs())


def test_ce_qui_arrete_l_enfant_dit_si_le_fichier_est_en_cause(tmp_path: Path) -> None:
    """K12: killed from outside, exit 1, it may be tried again; crashed by the file, the file is refused."""
    chemin = _classeur(tmp_path / "c.xlsx")
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
        "from mutualisation.entree.lecteurs.lecture import ouvrir\n"
        "from mutualisation.entree.lecteurs.limites import Limites\n"
        "from mutualisation.entree.lecteurs import lecture as lecture_bornee\n"
        "from mutualisation.entree.sources.registre import registre\n"
        "from pathlib import Path\n"
        "limites = Limites(memoire=100_000, duree=100)\n"
        "lecteur = ouvrir(Path(sys.argv[1]), registre().jeu('populations'), 'xlsx', limites)\n"
        "print(sum(len(b) for b in lecteur.blocs()))\n"
        "print(resource.prlimit(lecture_bornee._etat.enfant.pid, resource.RLIMIT_AS))\n"
        "print(resource.prlimit(lecture_bornee._etat.enfant.pid, resource.RLIMIT_CPU))\n"
    )
    commande = [sys.executable, "-c", programme, str(_classeur(tmp_path / "c.xlsx"))]
    dit = subprocess.run(commande, capture_output=True, text=True, check=False)
    assert dit.stdout.splitlines() == ["1", "(3000000000, 3000000000)", "(60, 60)"], dit.stderr


def test_une_faute_imprevue_d_un_lecteur_refuse_ce_fichier_seul(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a reader raises, the child answers, and reads the next file."""

    def tomber(*_: object) -> Iterator[tuple[int, str]]:
        raise OverflowError("DUPONT Jeanne")
        yield 1, ""

    def lire(*_: object) -> Iterator[tuple[int, str]]:
        yield 1, "lu"

    monkeypatch.setattr(enfant_lecture, "_borner", lambda *_: None)
    service = enfant_lecture.LectureServie(100_000)
    assert str(service.repondre((tomber, tmp_path, 60, ()))) == INTERROMPUE
    assert service.repondre((lire, tmp_path, 60, ())) == "lu"
    assert service.repondre(None) is False


def test_deux_lectures_a_la_fois(tmp_path: Path) -> None:
    """The second one takes the child; the first one says so, and rows are read once."""
    chemin = _classeur(tmp_path / "c.xlsx")
    premiere, seconde = [ouvrir(chemin, registre().jeu("populations"), "xlsx", Limites()) for _ in range(2)]
    assert [len(b) for b in seconde.blocs()] == [1]
    for lecture in (premiere, seconde):
        with pytest.raises(ErreurMutualisation):
            list(lecture.blocs())


# ---------------------------------------------------------------- limits of the session, not ours
BORNER = """
import resource, sys
from pathlib import Path
from mutualisation.entree.lecteurs.lecture import ouvrir
from mutualisation.entree.lecteurs.limites import INTERROMPUE, LectureRefusee, Limites, SessionBornee
from mutualisation.entree.sources.registre import registre
octets = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (octets, octets))
try:
    lecteur = ouvrir(Path(sys.argv[1]), registre().jeu("populations"), "xlsx", Limites())
    print(sum(len(bloc) for bloc in lecteur.blocs()))
except (LectureRefusee, SessionBornee) as faute:
    print(type(faute).__name__, faute)
"""


@pytest.mark.parametrize(
    ("mo", "dit"), [(8192, "1"), (150, "SessionBornee Cette session limite la mémoire d'un processus à 150 Mo")]
)
def test_une_session_qui_borne_la_memoire_n_accuse_pas_le_fichier(tmp_path: Path, mo: int, dit: str) -> None:
    """`ulimit -v`: reading could not even start, or ended by what the session allows, and the file was refused."""
    commande = [sys.executable, "-c", BORNER, str(_classeur(tmp_path / "c.xlsx")), str(mo * 1024**2)]
    fini = subprocess.run(commande, capture_output=True, text=True, check=False)
    assert fini.stdout.startswith(dit), fini.stdout + fini.stderr


@pytest.mark.parametrize(("passees", "attendue"), [(5.2, SessionBornee), (1.0, PannePassagere)])
def test_une_session_qui_borne_le_calcul_n_accuse_pas_le_fichier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passees: float, attendue: type[Exception]
) -> None:
    """`ulimit -t`: at its hard limit a process gets SIGKILL; one that was killed before has another cause."""
    lecteur = ouvrir(_classeur(tmp_path / "c.xlsx"), registre().jeu("populations"), "xlsx", Limites())
    monkeypatch.setattr(
        lecture_bornee.resource, "getrlimit", lambda r: (5, 5) if r == resource.RLIMIT_CPU else (-1, -1)
    )
    monkeypatch.setattr(lecture_bornee.resource, "getrusage", lambda _: SimpleNamespace(ru_utime=passees, ru_stime=0.0))
    assert lecture_bornee._etat.enfant is not None
    os.kill(lecture_bornee._etat.enfant.pid, signal.SIGKILL)
    with pytest.raises(attendue):
        list(lecteur.blocs())
