"""What users wait for, beside the same of another version and beside the obvious stack, in one run.

    python outils/banc.py [--tailles 100000 1000000] [--base bc25658] [--sans-ordinaire]

Ratios go to `var/bench/ratios.csv` (`mesure;valeur;but;tenu`), times and memory to `var/bench/temps.csv`, the chart of
time against size to `docs/captures/temps.svg`. `--base` is built beside, in `var/bench/`, from the history of this
checkout. Both sides are measured in turn, each on its own reference drop. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
from banc_chargement import mesurer
from banc_depots import grossir, nouveau_mois
from banc_ordinaire import duree_ordinaire

from mutualisation.socle.francais.formats import nombre

RACINE = Path(__file__).resolve().parents[1]
BANC = RACINE / "var" / "bench"
EXERCICES, DERNIER = (2019, 2020, 2021), 2021
# a look at the memory of a process costs it milliseconds
PERIODE_S = 1.0
MIO = 1 << 20


@dataclass
class Mesures:
    """Times (s) and memory (MiB) as they are taken; ratios with their targets."""

    temps: list[tuple[str, str, float, float]] = field(default_factory=list)
    ratios: list[tuple[str, float, str, bool]] = field(default_factory=list)

    def noter(self, quoi: str, version: str, secondes: float, mio: float = 0.0) -> None:
        """Keep a time, and say it."""
        self.temps.append((quoi, version, secondes, mio))
        print(f"{quoi} · {version} : {secondes:.1f} s, {mio:.0f} Mio", flush=True)

    def ratio(self, mesure: str, valeur: float, au_plus: float | None = None, au_moins: float | None = None) -> None:
        """Keep a ratio and its target."""
        tenu = (au_plus is None or valeur <= au_plus) and (au_moins is None or valeur >= au_moins)
        self.ratios.append((mesure, valeur, f"<= {au_plus}" if au_plus is not None else f">= {au_moins}", tenu))

    def duree(self, quoi: str, version: str) -> float:
        """The time that was taken of something."""
        return next(s for q, v, s, _ in self.temps if (q, v) == (quoi, version))

    def ecrire(self) -> None:
        """Both files, by `;`."""
        for nom, entete, lignes in (
            (
                "ratios",
                ("mesure", "valeur", "but", "tenu"),
                [(m, f"{v:.3f}", b, "oui" if t else "non") for m, v, b, t in self.ratios],
            ),
            (
                "temps",
                ("mesure", "version", "secondes", "mio"),
                [(q, v, f"{s:.1f}", f"{m:.0f}") for q, v, s, m in self.temps],
            ),
        ):
            with (BANC / f"{nom}.csv").open("w", encoding="utf-8", newline="") as fichier:
                csv.writer(fichier, delimiter=";", lineterminator="\n").writerows([entete, *lignes])


@dataclass(frozen=True)
class Version:
    """A checkout with its environment, and its reference drop."""

    nom: str
    racine: Path
    depot: Path

    def bilan(self, depot: Path, var: Path, exercices: tuple[int, ...] = EXERCICES) -> tuple[float, float]:
        """Wall time (s) of `bilan`, and the most memory its processes held beside PostgreSQL (MiB)."""
        commande = [self.racine / ".venv/bin/mutualisation", "bilan", "--depot", depot, "--sortie", var / "bilans"]
        commande += [x for e in exercices for x in ("--exercice", str(e))]
        environnement = {k: v for k, v in os.environ.items() if k != "ENTREPOT_DSN"}
        var.mkdir(parents=True, exist_ok=True)
        with (var / "journal.txt").open("w") as journal:
            debut = time.perf_counter()
            processus = subprocess.Popen(
                commande,
                cwd=self.racine,
                env=environnement | {"MUTUALISATION_VAR": str(var / "var")},
                stdout=journal,
                stderr=journal,
            )
            with ThreadPoolExecutor(1) as guet:
                pic = guet.submit(_guetter, processus)
                processus.wait()
                duree = time.perf_counter() - debut
        if processus.returncode:
            raise SystemExit(
                f"{self.nom} : {' '.join(map(str, commande))}\n{(var / 'journal.txt').read_text()[-1500:]}"
            )
        return duree, pic.result()


def _guetter(processus: subprocess.Popen[bytes]) -> float:
    """The most that it holds (MiB), looked at beside its clock, to its end."""
    pic = 0.0
    while processus.returncode is None:
        pic = max(pic, _memoire(processus.pid))
        time.sleep(PERIODE_S)
    return pic


def _memoire(pid: int) -> float:
    """What the command and its children hold (proportional, MiB), PostgreSQL aside."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for p in (parent, *parent.children(recursive=True)):
            if p.name() != "postgres":
                total += p.memory_full_info().pss
    except psutil.Error:
        pass
    return total / MIO


def preparer_base(revision: str) -> Version:
    """Build another version of this checkout beside it, and its reference drop."""
    racine = BANC / revision
    if not racine.is_dir():
        subprocess.run(["git", "worktree", "add", "--detach", racine, revision], cwd=RACINE, check=True)
    subprocess.run(["make", "environnement"], cwd=racine, check=True)
    python = racine / ".venv/bin/python"
    par_module = (racine / "echantillon").is_dir()
    ecrire = [python, "-m", "echantillon"] if par_module else [racine / ".venv/bin/mutualisation", "echantillon"]
    return Version(revision, racine, _depot(BANC / f"reference_{revision}", [*ecrire, "--sortie"], racine))


def _depot(destination: Path, commande: list[str | Path], racine: Path) -> Path:
    shutil.rmtree(destination, ignore_errors=True)
    subprocess.run([*commande, destination], cwd=racine, check=True, stdout=subprocess.DEVNULL)
    return destination


def comparer(mesures: Mesures, tete: Version, base: Version | None, lignes: int) -> None:
    """First, again, one month again, one exercice alone, of the reference drop with `lignes` more."""
    versions = [v for v in (base, tete) if v is not None]
    travail = BANC / "travail"
    shutil.rmtree(travail, ignore_errors=True)
    depots = {v.nom: grossir(v.depot, travail / v.nom / "depot", lignes, DERNIER) for v in versions}
    etapes: list[tuple[str, Callable[[Version], None], str, tuple[int, ...]]] = [
        ("première", lambda _: None, "var", EXERCICES),
        ("rien de nouveau", lambda _: None, "var", EXERCICES),
        ("un mois redéposé", lambda v: nouveau_mois(depots[v.nom], DERNIER), "var", EXERCICES),
        ("un exercice seul", lambda _: None, "seul", (DERNIER,)),
    ]
    for quoi, avant, var, exercices in etapes:
        for version in versions:
            avant(version)
            duree = version.bilan(depots[version.nom], travail / version.nom / var, exercices)
            mesures.noter(f"{quoi}, {lignes} lignes", version.nom, *duree)
    shutil.rmtree(travail)


def juger(mesures: Mesures, tete: str, base: str | None, lignes: int) -> None:
    """The ratios of a size, with the targets of the issue « Fast again »."""
    buts = {0: (1.2, 0.2, 0.7)}.get(lignes, (0.7, 0.1, 0.3))
    for quoi, but in zip(("première", "rien de nouveau", "un mois redéposé"), buts, strict=True):
        nom = f"{quoi}, {lignes} lignes"
        if base is not None:
            mesures.ratio(f"{nom}, rapport à {base}", mesures.duree(nom, tete) / mesures.duree(nom, base), au_plus=but)
    seul, trois = (mesures.duree(f"{q}, {lignes} lignes", tete) for q in ("un exercice seul", "première"))
    mesures.ratio(f"un exercice sur trois, {lignes} lignes", seul / trois, au_plus=0.45)


def tracer(mesures: Mesures, versions: list[str], tailles: list[int]) -> None:
    """Time against size, a line a version, as SVG, with the machine and the day: or it says nothing."""
    temps = {(q, v): s for q, v, s, _ in mesures.temps}
    suites = [[(n, s) for n in tailles if (s := temps.get((f"première, {n} lignes", v)))] for v in versions]
    haut, large = max(s for suite in suites for _, s in suite), max(tailles)
    dessin = ""
    for version, suite, couleur, cote in zip(versions, suites, ("#0b5394", "#777"), (-10, 20), strict=False):
        pas = [(60 + 500 * n / large, 300 - 240 * s / haut, n, s) for n, s in suite]
        trait = " ".join(f"{x:.0f},{y:.0f}" for x, y, _, _ in pas)
        dessin += f'<g fill="{couleur}"><polyline points="{trait}" fill="none" stroke="{couleur}"/>' + "".join(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4"/>'
            f'<text x="{x:.0f}" y="{y + cote:.0f}">{nombre(n)} : {s:.0f} s</text>'
            for x, y, n, s in pas
        )
        dessin += f'<text x="80" y="{60 + cote}">{version}</text></g>'
    machine = f"{os.cpu_count()} cœurs {platform.machine()}, {datetime.now(UTC):%Y-%m-%d}"
    legende = f"bilan de trois exercices selon le nombre de lignes de mandats ajoutées · {machine}"
    (RACINE / "docs/captures/temps.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 350" font-family="sans-serif" font-size="13">'
        f'<path d="M60 40V300H620" fill="none" stroke="#555"/>{dessin}<text x="60" y="335">{legende}</text></svg>\n',
        encoding="utf-8",
    )


def principal() -> int:
    """0 when every target holds."""
    analyse = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    analyse.add_argument("--tailles", type=int, nargs="*", default=[100_000, 1_000_000])
    analyse.add_argument("--base", default="bc25658")
    analyse.add_argument("--sans-ordinaire", action="store_true")
    options = analyse.parse_args()
    BANC.mkdir(parents=True, exist_ok=True)
    mesures = Mesures()
    for mesure, valeur, but in mesurer(300_000, 3):
        mesures.ratio(mesure, valeur, au_moins=but)
    python: list[str | Path] = [sys.executable, "-m", "echantillon", "--sortie"]
    tete = Version("tête", RACINE, _depot(BANC / "reference", python, RACINE))
    base = preparer_base(options.base) if options.base else None
    for lignes in (0, *options.tailles):
        # a larger job than the base was made for takes it hours
        contre = base if lignes <= 1_000_000 else None
        comparer(mesures, tete, contre, lignes)
        juger(mesures, tete.nom, contre.nom if contre else None, lignes)
        mesures.ecrire()
    if 1_000_000 in options.tailles:
        premiere = "première, 1000000 lignes"
        mesures.ratio(
            "mémoire à 1 M, Mio", next(m for q, v, _, m in mesures.temps if (q, v) == (premiere, tete.nom)), au_plus=600
        )
        if not options.sans_ordinaire:
            duree = duree_ordinaire(grossir(tete.depot, BANC / "ordinaire", 1_000_000, DERNIER), BANC / "ordinaire_var")
            mesures.noter(premiere, "pile ordinaire", duree)
            mesures.ratio("pile ordinaire / tête, 1 M", duree / mesures.duree(premiere, tete.nom), au_moins=5)
            shutil.rmtree(BANC / "ordinaire")
    if {1_000_000, 10_000_000} <= set(options.tailles):
        dix, un = (mesures.duree(f"première, {n} lignes", tete.nom) for n in (10_000_000, 1_000_000))
        mesures.ratio("10 M / 1 M", dix / un, au_plus=12)
    if options.tailles:
        tracer(mesures, [tete.nom, *([base.nom] if base else [])], [0, *options.tailles])
    mesures.ecrire()
    print((BANC / "ratios.csv").read_text(encoding="utf-8"))
    return 0 if all(tenu for *_, tenu in mesures.ratios) else 1


if __name__ == "__main__":
    sys.exit(principal())
