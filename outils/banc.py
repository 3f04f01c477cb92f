"""Measure what users wait for, beside a former version, in one run: `var/bench/ratios.csv`.

    python outils/banc.py [--tailles 1000000 10000000] [--base bc25658]

Ratios are `mesure;valeur;but;tenu`; times and memory go to `var/bench/temps.csv`. `--base` is built beside, in
`var/bench/`, from the history of this checkout; both are measured in turn, each on its own reference drop. Sizes are
ledger lines more; over `POUR_LA_BASE` this version alone is measured. Exit 1 when a target is missed.
"""

import argparse
import csv
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from psycopg import sql

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.sources.brut import synchroniser_brut, table
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.migrations import migrer
from mutualisation.entrepot.base.serveur import serveur_entrepot
from mutualisation.socle.poste import Poste

RACINE = Path(__file__).resolve().parents[1]
BANC, DEPOT = RACINE / "var" / "bench", Path("var/echantillon/depot")
# beyond this size, the base takes hours
POUR_LA_BASE = 1_000_000
PREMIERE, RIEN, UN_FICHIER = "première", "rien de nouveau", "un fichier changé"
# targets are at most this ratio to the base (0: any): with the drop as it is, then with more ledger lines
BUTS: dict[str, float] = {PREMIERE: 1.15, RIEN: 0.2, UN_FICHIER: 1.0}
BUTS_EN_GRAND = {PREMIERE: 0.75, RIEN: 0.0}
BUT_COPY, BUT_MIO = 0.35, 600
JEU = registre().jeu("mandats")
ENTETE = ";".join(c.entete or "" for c in JEU.colonnes)
TEMPS, RATIOS = [("mesure", "version", "secondes", "mio")], [("mesure", "valeur", "but", "tenu")]


def noter(mesure: str, valeur: float, but: float, *, au_moins: bool = False) -> None:
    """Keep a ratio and its target; both files are written at once, for a run takes an hour."""
    tenu = valeur >= but if au_moins else valeur <= but
    RATIOS.append((mesure, f"{valeur:.3f}", f"{'>=' if au_moins else '<='} {but}", "oui" if tenu else "non"))
    print(*RATIOS[-1], sep=" · ", flush=True)
    for nom, lignes in (("temps", TEMPS), ("ratios", RATIOS)):
        with (BANC / f"{nom}.csv").open("w", encoding="utf-8", newline="") as fichier:
            csv.writer(fichier, delimiter=";", lineterminator="\n").writerows(lignes)


# ---------------------------------------------------------------- the whole job, of two versions
def bilan(racine: Path, travail: Path) -> tuple[float, float]:
    """Return the seconds that `bilan` of a checkout takes, and the peak memory of its processes, PostgreSQL aside
    (MiB)."""
    exercices = ("--exercice", "2019", "--exercice", "2020", "--exercice", "2021")
    options = ("--depot", travail / "depot", *exercices, "--sortie", travail / "bilans")
    milieu = {k: v for k, v in os.environ.items() if k != "ENTREPOT_DSN"} | {"MUTUALISATION_VAR": str(travail / "var")}
    with (travail / "journal.txt").open("w") as journal:
        commande, debut, pic = (racine / ".venv/bin/mutualisation", "bilan", *options), time.perf_counter(), 0.0
        processus = subprocess.Popen(commande, cwd=racine, env=milieu, stdout=journal, stderr=journal)
        while True:
            try:
                # each look at the memory of a process costs it milliseconds
                processus.wait(1.0)
                break
            except subprocess.TimeoutExpired:
                pic = max(pic, _memoire(processus.pid))
        duree = time.perf_counter() - debut
    if processus.returncode:
        raise SystemExit(f"{racine} : {(travail / 'journal.txt').read_text()[-1500:]}")
    return duree, pic


def _memoire(pid: int) -> float:
    """Return the memory (proportional, MiB) of a process and its children, but PostgreSQL; 0 if one ends meanwhile."""
    try:
        tous = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return float(sum(p.memory_full_info().pss for p in tous if p.name() != "postgres") / 2**20)
    except psutil.Error:
        return 0.0


def comparer(versions: dict[str, Path], lignes: int) -> None:
    """Measure a first run, a second, then one with a file changed, on a drop with `lignes` more. The last version is
    judged against the others."""
    shutil.rmtree(BANC / "travail", ignore_errors=True)
    for version, racine in versions.items():
        grossir(shutil.copytree(racine / DEPOT, BANC / "travail" / version / "depot"), lignes)
    for quoi, but in (BUTS_EN_GRAND if lignes else BUTS).items():
        nom, mesures = f"{quoi}, {lignes} lignes", []
        for version, racine in versions.items():
            travail = BANC / "travail" / version
            if quoi == UN_FICHIER:
                nouveau_mois(travail / "depot")
            mesures.append(bilan(racine, travail))
            TEMPS.append((nom, version, f"{mesures[-1][0]:.1f}", f"{mesures[-1][1]:.0f}"))
            print(*TEMPS[-1], sep=" · ", flush=True)
        duree, mio = mesures.pop()
        for base, (duree_de_base, _) in zip(versions, mesures if but else (), strict=False):
            noter(f"{nom}, rapport à {base}", duree / duree_de_base, but)
        if lignes and quoi == (PREMIERE if lignes <= POUR_LA_BASE else RIEN):
            noter(f"mémoire, {nom}, Mio", mio, BUT_MIO)


def grossir(depot: Path, lignes: int) -> None:
    """Put `lignes` more of a few cents each in the CSV files of the ledger of 2021. They are drawn from lines with a
    usual account, an axe and a supplier. The announced totals, and the balance, no longer hold: they go."""
    for annonce in (*depot.glob("compta/mandats_2021-*.controle.json"), *depot.glob("compta/balance_2021*")):
        annonce.unlink()
    tous = ((f, f.read_text(encoding=_encodage(f))) for f in sorted(depot.glob("compta/mandats_2021-??.csv")))
    textes, hasard = [(f, t.partition("\nTotal;")[0].rstrip("\n")) for f, t in tous if ENTETE in t], random.Random(2021)  # noqa: S311
    for rang, (chemin, texte) in enumerate(textes):
        champs = [ligne.split(";") for ligne in texte.splitlines() if ligne.startswith("2021;")]
        modeles = [c for c in champs if c[7][:2] in ("60", "61", "62") and c[11] and c[13] and not c[18]]
        with chemin.open("w", encoding=_encodage(chemin), newline="\r\n") as fichier:
            fichier.write(f"{texte}\n")
            for k in range(lignes // len(textes) + (rang < lignes % len(textes))):
                c, prix = hasard.choice(modeles), f"0,{hasard.randrange(1, 90):02d}"
                piece = f"{1000 + k // 40};{(rang + 1) * 10_000_000 + k // 4};{k % 4 + 1}"
                suite = (*c[5:14], f"Prestation n° {k}", *c[15:20], prix, "0,00", prix, *c[23:])
                fichier.write(";".join((*c[:2], piece, *suite)) + "\n")


def _encodage(chemin: Path) -> str:
    with chemin.open("rb") as fichier:
        return "utf-8-sig" if fichier.read(3) == b"\xef\xbb\xbf" else "cp1252"


def nouveau_mois(depot: Path) -> None:
    """Deliver again the last month of the ledger, its last line gone."""
    dernier = max(depot.glob("compta/mandats_2021-??.csv"))
    octets = dernier.read_bytes()
    dernier.with_name(f"{dernier.stem}_v2.csv").write_bytes(octets[: octets.rstrip(b"\r\n").rfind(b"\n") + 1])


# ---------------------------------------------------------------- landing beside COPY
def ecrire_mandats(chemin: Path, lignes: int) -> None:
    """Write 24 columns, 300 suppliers, a quarter of the lines without SIRET."""
    hasard, sirets = random.Random(20_260_101), ("73282932000074", "21590128100018", "55208131766522", "")  # noqa: S311
    with chemin.open("w", encoding="utf-8", newline="\r\n") as f:
        f.write(f"{ENTETE}\n")
        for i in range(lignes):
            ht = hasard.randrange(100, 5_000_000)
            montants = (f"{c // 100:,}".replace(",", " ") + f",{c % 100:02d}" for c in (ht, ht // 5, ht + ht // 5))
            f.write(
                f"2024;00;{i // 40 + 1};{i // 4 + 1};{i % 4 + 1};{i % 28 + 1:02d}/03/2024;01;{60600 + i % 90};020;;"
                f"SG{i % 30:02d};AX{i % 60:03d};FOURNISSEUR FICTIF {i % 300};{sirets[i % 4]};Prestation n°{i};"
                f"2024-M{i % 50:03d};;;;;{';'.join(montants)};Payé\n"
            )


def atterrissage(lignes: int = 300_000, tours: int = 3) -> float:
    """Return the rate of our landing beside a raw COPY of the same rows from memory into a bare table. Ours goes from a
    file on disk to accepted rows of `brut`, without the file gate. Each round measures both; the median is kept: a slow
    moment of the machine slows both."""
    with tempfile.TemporaryDirectory(prefix="banc-") as dossier, serveur_entrepot(Path(dossier) / "var") as dsn:
        migrer(dsn)
        with connecter(dsn) as conn:
            synchroniser_brut(conn)
            conn.commit()
        fichier, rapports = Path(dossier, "depot", JEU.source, "mandats_2024-03.csv"), []
        poste = Poste.ici(Path(dossier))
        fichier.parent.mkdir(parents=True)
        ecrire_mandats(fichier, lignes)
        rangees = fichier.read_text(encoding="utf-8").replace(";", "\t").splitlines()[1:]
        blocs = ["".join(f"{x}\n" for x in rangees[i : i + 500]).encode() for i in range(0, lignes, 500)]
        with connecter(dsn, role=None) as conn:
            for _ in range(tours):
                conn.execute(sql.SQL("truncate {}").format(table(JEU)))
                conn.execute("truncate journal.chargements, journal.fichiers, journal.totaux cascade")
                conn.execute("drop table if exists public.banc")
                conn.execute(
                    f"create table public.banc ({', '.join(f'c{i} text' for i in range(len(JEU.colonnes)))})".encode()
                )
                conn.commit()
                debut = time.perf_counter()
                with conn.cursor().copy("copy public.banc from stdin with (format text, null '')") as copie:
                    for bloc in blocs:
                        copie.write(bloc)
                conn.commit()
                copie_s, debut = time.perf_counter() - debut, time.perf_counter()
                (charge,) = charger_depot(conn, fichier.parents[1], [JEU.source], poste=poste, porte=lambda *_: list)
                rapports.append(copie_s / (time.perf_counter() - debut))
                if charge.lignes != lignes:
                    raise SystemExit(f"{charge.lignes} lignes chargées, {lignes} attendues")
        return statistics.median(rapports)


def main() -> int:
    """Measure all, and return 0 when every target holds."""
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    analyse.add_argument("--tailles", type=int, nargs="*", default=[1_000_000, 10_000_000])
    analyse.add_argument("--base", default="bc25658")
    options = analyse.parse_args()
    versions = {options.base: BANC / options.base, "tête": RACINE}
    BANC.mkdir(parents=True, exist_ok=True)
    if not versions[options.base].is_dir():
        subprocess.run(
            ["git", "worktree", "add", "--detach", versions[options.base], options.base], cwd=RACINE, check=True
        )
    for racine in versions.values():
        subprocess.run(["make", "environnement", DEPOT], cwd=racine, check=True, stdout=subprocess.DEVNULL)
    noter("atterrissage / COPY, mandats", atterrissage(), BUT_COPY, au_moins=True)
    for lignes in (0, *options.tailles):
        comparer(versions if lignes <= POUR_LA_BASE else {"tête": RACINE}, lignes)
    return int("non" in {tenu for *_, tenu in RATIOS})


if __name__ == "__main__":
    sys.exit(main())
