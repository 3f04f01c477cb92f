"""Where a schedule runs: a copy of a published warehouse, its extracts, a drop to publish over it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import psutil
from outils.epreuve.plan import ENTIERE, Tir
from tests.atelier import petit_depot
from tests.atelier.commande import environnement
from tests.atelier.petit_depot import EXERCICE

from mutualisation.chemins import RACINE

SOURCES = ("include", "dbt_project", "expectations", "dags")
INJECTION = Path(__file__).parent / "injection"
EXECUTABLE = Path(sys.executable).with_name("mutualisation")
# a run that nothing disturbs, measured, times this: what a fault may cost (waits for a server included)
PATIENCE, PATIENCE_MIN_S = 6, 240
ATTENTE_ENFANTS_S = 6
SERVEUR = "postgres"
A_MOI, DEPOSE = "note à garder.txt", "avis déposé.txt"


@dataclass(frozen=True)
class Execution:
    """What one command left. `tire`: the fault struck; `survivants`: programs of ours that outlived it.

    `desordre`: what a power cut would have lost; `depose`: somebody saved a file among the extracts.
    """

    code: int
    texte: str
    erreurs: str
    duree: float
    tire: bool = False
    trop_long: bool = False
    survivants: list[str] = field(default_factory=list)
    autre: tuple[int, str] | None = None
    desordre: list[str] = field(default_factory=list)
    depose: bool = False

    @property
    def empreinte(self) -> str:
        """What it said is published."""
        return next((x.removeprefix("publication ") for x in self.texte.splitlines() if x.startswith("publ")), "")


class Terrain:
    """One folder: `var`, `bilans`, `tmp`, `depot`."""

    def __init__(self, dossier: Path, depot: Path, source: Path | None = None) -> None:
        self.dossier, self.depot, self.source = dossier, depot, source
        self.var, self.bilans, self.tmp = dossier / "var", dossier / "bilans", dossier / "tmp"
        self.extrait = self.bilans / f"bilan_{EXERCICE}"

    def copier(self, modele: Terrain) -> None:
        """Become a copy of another one, whose server is stopped; a person's file stands beside the extracts."""
        shutil.rmtree(self.dossier, ignore_errors=True)
        self.dossier.mkdir(parents=True)
        for dossier in (modele.var, modele.bilans):
            subprocess.run(["cp", "-a", "--reflink=auto", str(dossier), str(self.dossier)], check=True)
        shutil.rmtree(self.var / "pg.prise", ignore_errors=True)
        (self.bilans / A_MOI).write_text("à moi", encoding="utf-8")
        self.tmp.mkdir()

    def executer(
        self, commande_: str = ENTIERE, tir: Tir | None = None, journal: Path | None = None, delai: float = 1200
    ) -> Execution:
        """Run a command to its end, with a fault or without."""
        marque, identite = self.dossier / "marque", uuid.uuid4().hex
        desordre = marque.with_name("marque.desordre")
        depose = marque.with_name("marque.depose")
        for reste in (marque, desordre, depose, *self.dossier.glob("autre.*")):
            reste.unlink(missing_ok=True)
        commande = self._commande(commande_)
        chemins = [str(INJECTION), *([str(self.source / "include")] if self.source else [])]
        env = environnement(self.var, TMPDIR=str(self.tmp), PYTHONPATH=os.pathsep.join(chemins), EPREUVE_ID=identite)
        env |= {
            "EPREUVE_COMMANDE": json.dumps(commande),
            "EPREUVE_BILAN": json.dumps(self._commande(ENTIERE)),
            "EPREUVE_MARQUE": str(marque),
            "EPREUVE_SORTIE": str(self.bilans),
            "EPREUVE_EXTRAIT": str(self.extrait),
            "EPREUVE_DEPOSE": DEPOSE,
        }
        if journal is not None:
            env["EPREUVE_JOURNAL"] = str(journal)
        if tir is not None:
            env["EPREUVE_TIR"] = json.dumps({"point": tir.point, "rang": tir.rang, "faute": tir.faute})
        debut = time.monotonic()
        with (self.dossier / "sortie.txt").open("w+") as dite, (self.dossier / "erreurs.txt").open("w+") as erreurs:
            processus = subprocess.Popen(
                commande, stdout=dite, stderr=erreurs, env=env, cwd=self.dossier, start_new_session=True
            )
            trop_long = _attendre(processus, delai)
        autre = self._autre(delai)
        return Execution(
            processus.returncode,
            (self.dossier / "sortie.txt").read_text(encoding="utf-8", errors="replace"),
            (self.dossier / "erreurs.txt").read_text(encoding="utf-8", errors="replace"),
            time.monotonic() - debut,
            marque.exists(),
            trop_long,
            _survivants(identite),
            autre,
            desordre.read_text(encoding="utf-8").splitlines() if desordre.exists() else [],
            depose.exists(),
        )

    def _commande(self, commande: str) -> list[str]:
        return [str(EXECUTABLE), commande, *map(str, self._arguments(commande))]

    def _arguments(self, commande: str) -> list[object]:
        lu = ["--depot", self.depot] if commande in ("bilan", "charger") else []
        if commande == "charger":
            return lu
        ecrit = ["--exercice", EXERCICE, "--sortie", self.bilans]
        return [*lu, *ecrit, *(["--semestre", 1] if commande == "facturer" else [])]

    def _autre(self, delai: float) -> tuple[int, str] | None:
        """Exit code and errors of the second run that a fault started."""
        if not (self.dossier / "autre.lancee").exists():
            return None
        code, limite = self.dossier / "autre.code", time.monotonic() + delai
        while not (code.exists() and code.read_text().strip()):
            if time.monotonic() > limite:
                return -1, "la seconde exécution ne finit pas"
            time.sleep(0.1)
        return int(code.read_text()), (self.dossier / "autre.err").read_text(encoding="utf-8", errors="replace")

    def degager(self) -> None:
        """End what a frozen or orphaned server left, by its data folder, and remove the folder."""
        for processus in psutil.process_iter():
            try:
                if Path(processus.cwd()) == self.var / "pg":
                    processus.send_signal(signal.SIGCONT)
                    processus.kill()
            except (psutil.Error, OSError):
                continue
        shutil.rmtree(self.dossier, ignore_errors=True)


def copier_les_sources(dossier: Path) -> Path:
    """The package and what it reads, as they are now: work may go on in the checkout meanwhile."""
    for nom in SOURCES:
        shutil.copytree(RACINE / nom, dossier / nom, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    return dossier


def preparer_depots(dossier: Path) -> tuple[Path, Path]:
    """The drop that is published before, and the one that each schedule publishes: one more invoice.

    A workbook has changed too, for the child that reads those to be struck.
    """
    avant = petit_depot.ecrire(dossier / "avant")
    apres = Path(shutil.copytree(avant, dossier / "apres", dirs_exist_ok=True))
    petit_depot.corriger(apres)
    populations = "referentiel/populations.csv"
    petit_depot.ajouter(apres / populations, *(f"{EXERCICE - 1};{insee};900" for insee in petit_depot.COMMUNES))
    for depot in (avant, apres):
        _en_classeur(depot / populations)
    return avant, apres


def _en_classeur(tableau: Path) -> None:
    """A CSV of the drop, rewritten as a workbook."""
    classeur = openpyxl.Workbook(write_only=True)
    feuille = classeur.create_sheet("Données")
    with tableau.open(encoding="utf-8", newline="") as lu:
        for ligne in csv.reader(lu, delimiter=";"):
            feuille.append(ligne)
    classeur.save(tableau.with_suffix(".xlsx"))
    tableau.unlink()


def patience(duree: float) -> float:
    """Seconds that a run may take, from those of an undisturbed one."""
    return max(PATIENCE_MIN_S, PATIENCE * duree)


def _attendre(processus: subprocess.Popen[bytes], delai: float) -> bool:
    """True when it had to be killed."""
    try:
        processus.wait(delai)
    except subprocess.TimeoutExpired:
        os.killpg(processus.pid, signal.SIGKILL)
        processus.wait()
        return True
    return False


def _survivants(identite: str) -> list[str]:
    """Programs that a command started and that still live; an embedded server outlives a killed command by design."""
    limite = time.monotonic() + ATTENTE_ENFANTS_S
    while True:
        vivants = [nom for p in psutil.process_iter() if (nom := _nom_si_a_nous(p, identite))]
        if not vivants or time.monotonic() > limite:
            return vivants
        time.sleep(0.2)


def _nom_si_a_nous(processus: psutil.Process, identite: str) -> str:
    try:
        if processus.status() == psutil.STATUS_ZOMBIE or processus.environ().get("EPREUVE_ID") != identite:
            return ""
        nom = processus.name()
    except (psutil.Error, OSError):
        return ""
    return "" if nom.startswith(SERVEUR) else nom
