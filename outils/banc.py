"""What users wait for, beside the same of a former version, in one run: `var/bench/ratios.csv`.

    python outils/banc.py [--tailles 1000000 10000000] [--base bc25658] [--atterrissage]

Ratios are `mesure;valeur;but;tenu`; times and memory go to `var/bench/temps.csv`. `--base` is built beside, in
`var/bench/`, from the history of this checkout; both are measured in turn, each on its own reference drop. Sizes are
ledger lines more; over `POUR_LA_BASE` this version alone is measured. `--atterrissage`: the landing alone, in seconds.
An EPCI by Airflow and twenty on workers: `outils/entites.py`. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.sources.brut import synchroniser_brut, table
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.migrations import migrer
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.socle.poste import Poste

RACINE = Path(__file__).resolve().parents[1]
BANC = RACINE / "var" / "bench"
EXERCICES, DERNIER = (2019, 2020, 2021), 2021
# beyond, the base takes hours
POUR_LA_BASE = 1_000_000
PREMIERE, RIEN, UN_FICHIER = "première", "rien de nouveau", "un fichier changé"
# at most, beside the base (0: any): with the drop as it is, then with ledger lines more
BUTS: dict[str, float] = {PREMIERE: 1.15, RIEN: 0.2, UN_FICHIER: 1.0}
BUTS_EN_GRAND = {PREMIERE: 0.75, RIEN: 0.0}
BUT_COPY, BUT_MIO = 0.35, 600
LIGNES, TOURS = 300_000, 3
# a look at the memory of a process costs it milliseconds
PERIODE_S = 1.0


@dataclass
class Mesures:
    """Times (s) and memory (MiB) of what by which version; ratios with their targets. Both are files, from line one."""

    temps: list[tuple[object, ...]] = field(default_factory=lambda: [("mesure", "version", "secondes", "mio")])
    ratios: list[tuple[object, ...]] = field(default_factory=lambda: [("mesure", "valeur", "but", "tenu")])
    tout_tient: bool = True

    def noter(self, quoi: str, version: str, secondes: float, mio: float) -> tuple[float, float]:
        """Keep what was taken, and say it."""
        self.temps.append((quoi, version, f"{secondes:.1f}", f"{mio:.0f}"))
        print(*self.temps[-1], sep=" · ", flush=True)
        self._ecrire()
        return secondes, mio

    def ratio(self, mesure: str, valeur: float, *, au_plus: float = math.inf, au_moins: float = 0.0) -> None:
        """Keep a ratio and its target."""
        tenu = au_moins <= valeur <= au_plus
        self.tout_tient &= tenu
        but = f">= {au_moins}" if au_moins else f"<= {au_plus}"
        self.ratios.append((mesure, f"{valeur:.3f}", but, "oui" if tenu else "non"))
        self._ecrire()

    def _ecrire(self) -> None:
        for nom, lignes in (("temps", self.temps), ("ratios", self.ratios)):
            with (BANC / f"{nom}.csv").open("w", encoding="utf-8", newline="") as fichier:
                csv.writer(fichier, delimiter=";", lineterminator="\n").writerows(lignes)


# ---------------------------------------------------------------- the whole job, of two versions
@dataclass(frozen=True)
class Version:
    """A checkout with its environment, and its reference drop."""

    nom: str
    racine: Path
    depot: Path

    @classmethod
    def preparer(cls, nom: str, racine: Path) -> Version:
        """Write the reference drop of a checkout, as that version does."""
        ecrire = ["python", "-m"] if (racine / "echantillon").is_dir() else ["mutualisation"]
        depot, commande = BANC / f"reference_{nom}", [racine / ".venv/bin" / ecrire[0], *ecrire[1:], "echantillon"]
        shutil.rmtree(depot, ignore_errors=True)
        subprocess.run([*commande, "--sortie", depot], cwd=racine, check=True, stdout=subprocess.DEVNULL)
        return cls(nom, racine, depot)

    def bilan(self, depot: Path, var: Path) -> tuple[float, float]:
        """Wall time (s) of `bilan`, and the most memory its processes held beside PostgreSQL (MiB)."""
        exercices = [mot for e in EXERCICES for mot in ("--exercice", str(e))]
        options = ["--depot", str(depot), *exercices, "--sortie", str(var / "bilans")]
        milieu = {k: v for k, v in os.environ.items() if k != "ENTREPOT_DSN"} | {"MUTUALISATION_VAR": str(var / "var")}
        var.mkdir(parents=True, exist_ok=True)
        with (var / "journal.txt").open("w") as journal, ThreadPoolExecutor(1) as guet:
            debut = time.perf_counter()
            processus = subprocess.Popen(
                [str(self.racine / ".venv/bin/mutualisation"), "bilan", *options],
                cwd=self.racine, env=milieu, stdout=journal, stderr=journal,
            )  # fmt: skip
            pic = guet.submit(_guetter, processus)
            processus.wait()
            duree = time.perf_counter() - debut
        if processus.returncode:
            raise SystemExit(f"{self.nom} : {(var / 'journal.txt').read_text()[-1500:]}")
        return duree, pic.result()


def _guetter(processus: subprocess.Popen[bytes]) -> float:
    """The most that it holds with its children (proportional, MiB), PostgreSQL aside, looked at to its end."""
    pic = 0.0
    while processus.returncode is None:
        total = 0
        try:
            parent = psutil.Process(processus.pid)
            for p in (parent, *parent.children(recursive=True)):
                total += p.memory_full_info().pss if p.name() != "postgres" else 0
        except psutil.Error:
            pass
        pic = max(pic, total / 2**20)
        time.sleep(PERIODE_S)
    return pic


def base_de_comparaison(revision: str) -> Version:
    """Another version of this checkout, built beside it."""
    racine = BANC / revision
    if not racine.is_dir():
        subprocess.run(["git", "worktree", "add", "--detach", racine, revision], cwd=RACINE, check=True)
    subprocess.run(["make", "environnement"], cwd=racine, check=True)
    return Version.preparer(revision, racine)


def comparer(mesures: Mesures, versions: list[Version], lignes: int) -> None:
    """First, again, one file again, of the reference drop with `lignes` more; the first version is the judged one."""
    travail, buts = BANC / "travail", BUTS_EN_GRAND if lignes else BUTS
    shutil.rmtree(travail, ignore_errors=True)
    depots = {v.nom: grossir(v.depot, travail / v.nom / "depot", lignes) for v in versions}
    for quoi, but in buts.items():
        nom, pris = f"{quoi}, {lignes} lignes", {}
        for version in reversed(versions):
            if quoi == UN_FICHIER:
                nouveau_mois(depots[version.nom])
            pris[version.nom] = mesures.noter(
                nom, version.nom, *version.bilan(depots[version.nom], travail / version.nom)
            )
        duree, mio = pris[versions[0].nom]
        for base in versions[1:] if but else ():
            mesures.ratio(f"{nom}, rapport à {base.nom}", duree / pris[base.nom][0], au_plus=but)
        if lignes and quoi == (PREMIERE if lignes <= POUR_LA_BASE else RIEN):
            mesures.ratio(f"mémoire, {nom}, Mio", mio, au_plus=BUT_MIO)
    shutil.rmtree(travail)


# ---------------------------------------------------------------- large drops
LUES = {"Exercice", "Axe analytique", "SIRET", "Nature", "Pièce origine", "Montant HT", "TVA", "Montant TTC"}


def grossir(depot: Path, destination: Path, lignes: int) -> Path:
    """Copy a drop, `lignes` more in the ledger of the last exercice, of a few cents each; give back `destination`.

    Totals that the drop announces of these files no longer hold: their controls and the balance of the year go.
    """
    shutil.copytree(depot, destination)
    for genre in (f"mandats_{DERNIER}-*.controle.json", f"balance_{DERNIER}*"):
        for fichier in (destination / "compta").glob(genre):
            fichier.unlink()
    modeles = _modeles(destination)
    hasard = random.Random(DERNIER)  # noqa: S311 - figures, not secrets
    for rang, (chemin, texte, encodage, rangees) in enumerate(modeles):
        part = lignes // len(modeles) + (rang < lignes % len(modeles))
        with chemin.open("w", encoding=encodage, newline="") as fichier:
            fichier.write(texte)
            ecrire = csv.DictWriter(fichier, list(rangees[0]), delimiter=";", lineterminator="\r\n")
            for k in range(part):
                centimes = f"0,{hasard.randrange(1, 90):02d}"
                piece = {"Bordereau": 1000 + k // 40, "Pièce": (rang + 1) * 10_000_000 + k // 4, "Ligne": k % 4 + 1}
                montants = {"Montant HT": centimes, "TVA": "0,00", "Montant TTC": centimes}
                ecrire.writerow(hasard.choice(rangees) | piece | montants | {"Objet": f"Prestation n° {k}"})
    return destination


def nouveau_mois(depot: Path) -> None:
    """Deliver again the last month of the ledger that was made larger, its last line gone."""
    dernier = _modeles(depot)[-1][0]
    octets = dernier.read_bytes()
    dernier.with_name(f"{dernier.stem}_v2.csv").write_bytes(octets[: octets.rstrip(b"\r\n").rfind(b"\n") + 1])


def _modeles(depot: Path) -> list[tuple[Path, str, str, list[dict[str, str]]]]:
    """(file, its text to its last whole line, encoding, lines to take after) of the ledger files by `;`."""
    modeles = []
    for chemin in sorted((depot / "compta").glob(f"mandats_{DERNIER}-??.csv")):
        octets = chemin.read_bytes()
        encodage = "utf-8-sig" if octets.startswith(b"\xef\xbb\xbf") else "cp1252"
        textes = octets.decode(encodage).splitlines(keepends=True)
        while textes and not textes[-1].startswith(f"{DERNIER};"):
            textes.pop()
        rang = next((i for i, texte in enumerate(textes) if set(texte.strip().split(";")) >= LUES), None)
        lues = [r for r in csv.DictReader(textes[rang:], delimiter=";") if _sert(r)] if rang is not None else []
        if lues:
            modeles.append((chemin, "".join(textes), encodage, lues))
    return modeles


def _sert(rangee: dict[str, str]) -> bool:
    """Whole, of a usual account, with an axe and a supplier."""
    entiere = None not in rangee and None not in rangee.values()
    return (
        entiere
        and rangee["Exercice"] == str(DERNIER)
        and bool(rangee["Axe analytique"] and rangee["SIRET"] and not rangee["Pièce origine"])
        and rangee["Nature"].startswith(("60", "61", "62"))
    )


# ---------------------------------------------------------------- landing beside COPY
def ecrire_mandats(chemin: Path, lignes: int) -> None:
    """24 columns, 300 suppliers, a third of the lines without SIRET."""
    hasard = random.Random(20_260_101)  # noqa: S311 - figures, not secrets
    sirets = ["73282932000074", "21590128100018", "55208131766522", ""]
    with chemin.open("w", encoding="utf-8", newline="") as f:
        f.write(";".join(c.entete or "" for c in registre().jeu("mandats").colonnes) + "\r\n")
        for i in range(lignes):
            ht = hasard.randrange(100, 5_000_000)
            centimes = (ht, ht // 5, ht + ht // 5)
            montants = (f"{c // 100:,}".replace(",", " ") + f",{c % 100:02d}" for c in centimes)
            f.write(
                f"2024;00;{i // 40 + 1};{i // 4 + 1};{i % 4 + 1};{i % 28 + 1:02d}/03/2024;01;{60600 + i % 90};020;;"
                f"SG{i % 30:02d};AX{i % 60:03d};FOURNISSEUR FICTIF {i % 300};{sirets[i % 4]};Prestation n°{i};"
                f"2024-M{i % 50:03d};;;;;{';'.join(montants)};Payé\r\n"
            )


def atterrissage(lignes: int, tours: int) -> float:
    """Rate of our landing, from a file on disk to accepted rows of `brut`, beside a raw COPY of the rows in memory.

    Both in each round; the median of the rounds: a slow moment of the machine slows both.
    """
    jeu = registre().jeu("mandats")
    with tempfile.TemporaryDirectory(prefix="banc-") as dossier, serveur_entrepot(Path(dossier) / "var") as dsn:
        migrer(dsn)
        with connecter(dsn) as conn:
            synchroniser_brut(conn)
            conn.commit()
        fichier = Path(dossier) / "depot" / jeu.source / "mandats_2024-03.csv"
        fichier.parent.mkdir(parents=True)
        ecrire_mandats(fichier, lignes)
        rangees = fichier.read_text(encoding="utf-8").replace(";", "\t").splitlines()[1:]
        blocs = ["".join(f"{x}\n" for x in rangees[i : i + 500]).encode() for i in range(0, lignes, 500)]
        return statistics.median(
            _copier(dsn, len(jeu.colonnes), blocs) / _atterrir(dsn, Path(dossier), lignes) for _ in range(tours)
        )


def _atterrir(dsn: str, dossier: Path, lignes: int) -> float:
    """Seconds of our landing, without the file gate."""
    with connecter(dsn, role=None) as conn:
        conn.execute(sql.SQL("truncate {}").format(table(registre().jeu("mandats"))))
        conn.execute("truncate journal.chargements, journal.fichiers, journal.totaux cascade")
        conn.commit()
        debut = time.perf_counter()
        (charge,) = charger_depot(conn, dossier / "depot", ["compta"], poste=Poste.ici(dossier), porte=lambda *_: list)
        duree = time.perf_counter() - debut
    if charge.lignes != lignes:
        raise SystemExit(f"{charge.lignes} lignes chargées, {lignes} attendues")
    return duree


def _copier(dsn: str, colonnes: int, blocs: list[bytes]) -> float:
    """Seconds of COPY into a bare table of text columns."""
    with psycopg.connect(dsn) as conn:
        conn.execute("drop table if exists public.banc")
        conn.execute(f"create table public.banc ({', '.join(f'c{i} text' for i in range(colonnes))})".encode())
        conn.commit()
        debut = time.perf_counter()
        with conn.cursor().copy("copy public.banc from stdin with (format text, null '')") as copie:
            for bloc in blocs:
                copie.write(bloc)
        conn.commit()
        return time.perf_counter() - debut


def main() -> int:
    """0 when every target holds."""
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    analyse.add_argument("--tailles", type=int, nargs="*", default=[1_000_000, 10_000_000])
    analyse.add_argument("--base", default="bc25658")
    analyse.add_argument("--atterrissage", action="store_true")
    options = analyse.parse_args()
    BANC.mkdir(parents=True, exist_ok=True)
    mesures = Mesures()
    mesures.ratio("atterrissage / COPY, mandats", atterrissage(LIGNES, TOURS), au_moins=BUT_COPY)
    if not options.atterrissage:
        versions = [Version.preparer("tête", RACINE), base_de_comparaison(options.base)]
        for lignes in (0, *options.tailles):
            comparer(mesures, versions if lignes <= POUR_LA_BASE else versions[:1], lignes)
    print(*((BANC / f"{nom}.csv").read_text(encoding="utf-8") for nom in ("temps", "ratios")), sep="\n")
    return 0 if mesures.tout_tient else 1


if __name__ == "__main__":
    sys.exit(main())
