"""What is kept from one publication to the next gives what a whole rebuild gives: random sequences of drops.

`SUITES=20` plays more of them; each has its number for seed.
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.atelier.atelier import Atelier
from tests.atelier.bases import lire
from tests.bout_en_bout import entrepots

from mutualisation.publication.versions.inchange import noter_contenu
from mutualisation.publication.versions.promotion import noter_empreintes, promouvoir
from mutualisation.socle.poste import Poste
from mutualisation.usage import operations as op

EXERCICES = [2019, 2020, 2021]
# two gestures a step: the six come once each
ETAPES = 3
TARDIFS = (
    "compta/titres_2019-09.csv", "compta/titres_2020-10.csv", "compta/titres_2021-07.csv", "referentiel/textes.csv",
)  # fmt: skip


class Suite:
    """A drop that changes: each gesture is what an EPCI does from one delivery to the next."""

    def __init__(self, depot: Path, graine: int) -> None:
        self.depot, self.hasard = depot, random.Random(graine)  # noqa: S311 - gestures, not secrets
        self.retenus = {nom: (depot / nom).read_bytes() for nom in TARDIFS}
        for nom in TARDIFS:
            (depot / nom).unlink()

    def gestes(self) -> list[Callable[[], str]]:
        """In an order of its own: every kind comes once before one comes again."""
        tous = [self.fichier_tardif, self.nouvelle_version, self.cle, self.parametre, self.retrait, self.rien]
        return self.hasard.sample(tous, len(tous))

    def fichier_tardif(self) -> str:
        """A file that was not there, of any year, or a new month."""
        nom = self.hasard.choice(sorted(self.retenus))
        (self.depot / nom).write_bytes(self.retenus.pop(nom))
        return f"tardif {nom}"

    def nouvelle_version(self) -> str:
        """A file of the ledger delivered again, one line less."""
        choisi = self.hasard.choice([f for f in sorted(self.depot.glob("compta/mandats_*.csv")) if self._seul(f)])
        lignes = choisi.read_bytes().splitlines(keepends=True)
        choisi.with_name(f"{choisi.stem}_v2.csv").write_bytes(b"".join(lignes[:-1]))
        return f"v2 {choisi.name}"

    def cle(self) -> str:
        """A share of a key, from 2020 on."""
        return self._remplacer("referentiel/cles_analytiques.csv", "GEOXALIS;80 %", "GEOXALIS;79 %")

    def parametre(self) -> str:
        """A parameter."""
        return self._remplacer("referentiel/parametres.csv", "horizon_prevision;2026", "horizon_prevision;2025")

    def retrait(self) -> str:
        """A file that is no longer delivered."""
        choisi = self.hasard.choice(sorted(self.depot.glob("cam/decp_*.json")))
        choisi.unlink()
        return f"retrait {choisi.name}"

    def rien(self) -> str:
        """The same drop again."""
        return "rien"

    def _seul(self, fichier: Path) -> bool:
        return "_v" not in fichier.name and len(list(fichier.parent.glob(f"{fichier.stem}[._]*"))) == 1

    def _remplacer(self, nom: str, ancien: str, nouveau: str) -> str:
        octets = (self.depot / nom).read_bytes()
        assert ancien.encode() in octets, nom
        (self.depot / nom).write_bytes(octets.replace(ancien.encode(), nouveau.encode(), 1))
        return f"{nom} {ancien} → {nouveau}"


@pytest.fixture(scope="session")
def depot_de_reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference drop: three exercices."""
    depot = tmp_path_factory.mktemp("reference") / "depot"
    subprocess.run([sys.executable, "-m", "echantillon", "--sortie", str(depot)], check=True, capture_output=True)
    return depot


@pytest.mark.parametrize("graine", range(int(os.environ.get("SUITES", "1"))))
def test_ce_qui_est_garde_vaut_ce_qui_serait_refait(
    graine: int, atelier: Atelier, depot_de_reference: Path, tmp_path: Path
) -> None:
    depot = tmp_path / "depot"
    subprocess.run(["cp", "-r", depot_de_reference, depot], check=True)
    suite, session = Suite(depot, graine), atelier.neuf()
    entrepots.publier(session, depot, *EXERCICES)
    gardes = 0
    gestes = suite.gestes()
    for etape in range(ETAPES):
        fait = " ; ".join(geste() for geste in gestes[2 * etape : 2 * etape + 2])
        gardee = entrepots.publier(session, depot, *EXERCICES)
        versions = dict(lire(session.dsn, "select exercice, version from journal.publications"))
        gardes += sum(v < max(versions.values()) for v in versions.values())
        # what an exercice keeps is not stored again
        stockees = "select distinct exercice from versions.synthese_financiere where version = %s"
        derniere = max(versions.values())
        assert {e for (e,) in lire(session.dsn, stockees, derniere)} == {
            e for e, v in versions.items() if v == derniere
        }, fait
        version = op.construire(session, EXERCICES)
        op.controler(session, version)
        with session.connexion() as conn:
            noter_contenu(conn, version, EXERCICES)
            noter_empreintes(conn, version, tmp_path)
            assert promouvoir(conn, version, Poste.ici()) == gardee, fait
    assert gardes
