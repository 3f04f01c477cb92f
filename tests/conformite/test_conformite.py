"""Four whole drops give the figures of an implementation that is not ours; ten defects of a line, each its outcome.

Where the drops come from: `README.md`.
"""

import csv
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.atelier import bases
from tests.atelier.atelier import BASE, Atelier
from tests.atelier.attendus import NOTE, ecarts, lire
from tests.atelier.commande import appeler
from tests.atelier.tables import cas

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.construction.dbt import SCHEMA
from mutualisation.publication.portes import execution
from mutualisation.publication.versions.extraits import ecarts_extrait
from mutualisation.socle.erreurs import ControleEchoue, FichierRefuse
from mutualisation.usage import operations as op

EXERCICES = {"I": (2020, 2021), "L": (2021, 2022), "R": (2020, 2021)}
# the label of a unit is left to each implementation
LIBRES = {"indicateurs_cles": "unite"}
# an adhesion has a row for each exercice until it is published
REPETEE = "adhesion.csv"
CHARGE = "conformite"


@pytest.fixture(scope="session")
def depots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the drops; what the gates started ends with the tests."""
    dossier = tmp_path_factory.mktemp("conformite")
    with tarfile.open(Path(__file__).with_name("depots.tar.xz")) as archive:
        archive.extractall(dossier, filter="data")
    yield dossier
    execution.fermer()


@pytest.fixture(scope="session")
def charge(atelier: Atelier, _serveur: str, depots: Path) -> str:
    """Name of a warehouse where the first drop is loaded."""
    op.charger(atelier.neuf(), str(depots / "I" / "depot"))
    bases.renommer(_serveur, BASE, CHARGE)
    return CHARGE


def differences(dsn: str, schema: str, attendus: Path, sauf: str = "") -> list[str]:
    """What the relations of a schema and the expected figures, all of them, don't share."""
    fichiers = sorted(f for f in attendus.glob("*.csv") if f.name != sauf)
    with connecter(dsn, role=None) as conn:
        conn.execute(f"set search_path = {schema}")  # type: ignore[call-overload]
        return [e for f in fichiers for e in ecarts(conn, replace(lire(f, LIBRES.get(f.stem, NOTE)), mode="complet"))]


@pytest.mark.parametrize("nom", EXERCICES)
def test_un_depot_entier(atelier: Atelier, depots: Path, tmp_path: Path, nom: str) -> None:
    session = atelier.neuf()
    exercices = [mot for e in EXERCICES[nom] for mot in ("--exercice", e)]
    sortie = appeler(session, "bilan", "--depot", depots / nom / "depot", *exercices, "--sortie", tmp_path)
    assert sortie.code == 0, sortie.erreurs
    assert differences(session.dsn, "publication", depots / nom / "attendu") == []


def test_une_situation(atelier: Atelier, depots: Path, tmp_path: Path) -> None:
    """To the cent, twice the same bytes, signed; its months are in `bi`, provisional, and nothing is published."""
    session = atelier.neuf()
    op.charger(session, str(depots / "T" / "depot"))
    faites = [Path(op.situer(session, 2022, 5, str(tmp_path / fois))[0]) for fois in ("une", "deux")]
    for attendue in sorted((depots / "T" / "attendu").glob("*.csv")):
        assert chiffres(faites[0] / attendue.name) == chiffres(attendue)
    assert [{f.name: f.read_bytes() for f in sorted(faite.iterdir())} for faite in faites[1:]] == [
        {f.name: f.read_bytes() for f in sorted(faites[0].iterdir())}
    ]
    (page,) = faites[0].glob("*.html")
    dit = " ".join(page.read_text("utf-8").split())
    assert re.search(r"Coût à la fin au-dessus du prévu\W.{0,60}ADS, CAM, CEE, ESSAI, E_REGISTRE, GUICHET\.", dit)
    with connecter(session.dsn) as conn:
        assert ecarts_extrait(conn, faites[0], session.var) == []
        (faites[0] / "situation.csv").write_text("")
        assert "n'est plus celui qui a été écrit" in ecarts_extrait(conn, faites[0], session.var)[0]
        gardees = conn.execute("select exercice, count(*), bool_and(provisoire) from bi.fait_situation group by 1")
        assert sorted(gardees.fetchall()) == [(2021, 120, True), (2022, 60, True)]
        assert conn.execute("select count(*) from journal.publications").fetchone() == (0,)


def chiffres(fichier: Path) -> dict[tuple[str, ...], dict[str, Decimal | None]]:
    """The rows of a CSV by their key, each cell a number or nothing."""
    with fichier.open(encoding="utf-8-sig", newline="") as lignes:
        return {
            (r["exercice"], r["mois"], r["dispositif"]): {
                c: Decimal(v) if v else None for c, v in r.items() if c != "dispositif"
            }
            for r in csv.DictReader(lignes, delimiter=";")
        }


@cas
def test_un_defaut(
    atelier: Atelier,
    charge: str,
    depots: Path,
    tmp_path: Path,
    fichier: str,
    de: str | None,
    vers: str,
    code: int,
    dit: str,
) -> None:
    """`de`, once in the file, becomes `vers`, or `vers` is its last line. Where all goes on, no figure has moved."""
    depot = Path(shutil.copytree(depots / "I" / "depot", tmp_path / "depot"))
    octets = (depot / fichier).read_bytes() if (depot / fichier).exists() else b""
    if de:
        assert octets.count(de.encode()) == 1
        octets = octets.replace(de.encode(), vers.encode())
    else:
        octets = octets + vers.encode() + b"\n"
    (depot / fichier).write_bytes(octets)
    session, dites = atelier.ouvrir(charge), ""
    try:
        charges = op.charger(session, str(depot))
        dites = "\n".join(a for c in charges for a in c.avertissements)
        op.controler(session, op.construire(session, list(EXERCICES["I"])))
        obtenu = 0
    except (FichierRefuse, ControleEchoue) as erreur:
        dites, obtenu = f"{dites}\n{erreur}", erreur.code_sortie
    assert obtenu == code, dites
    if code == 0:
        assert differences(session.dsn, SCHEMA, depots / "I" / "attendu", REPETEE) == []
        motifs = bases.lire(session.dsn, f"select motif from {SCHEMA}.rejets where fichier = %s", fichier)
        dites += "\n".join(m for (m,) in motifs)
    assert dit in dites
