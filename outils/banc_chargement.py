"""Rate of our landing against a raw COPY of the same rows and against pandas `to_sql`, interleaved in one run.

    python outils/banc_chargement.py [--lignes 300000] [--tours 3]

Our landing goes from a CSV file on disk to accepted rows of `brut` (hash, encoding, header, privacy, COPY, journal);
the raw COPY sends the rows as delivered, ready in memory, into a bare table of text columns; `to_sql` sends a
data frame already in memory. All three talk to the same server. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
from psycopg import sql
from sqlalchemy import create_engine

from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.lecteurs.octets import encodage
from mutualisation.entree.sources.brut import synchroniser_brut, table
from mutualisation.entree.sources.jeux import Jeu
from mutualisation.entree.sources.registre import registre
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.migrations import migrer
from mutualisation.entrepot.base.parametres_libpq import url_sqlalchemy
from mutualisation.entrepot.base.serveur import serveur_entrepot

CIBLE_COPY = 0.5
CIBLE_TO_SQL = 10.0
LIGNES_TO_SQL = 20_000


def ecrire_mandats(chemin: Path, lignes: int) -> None:
    """24 columns, 300 suppliers, a third of the lines without SIRET."""
    hasard = random.Random(20_260_101)  # noqa: S311 - figures, not secrets
    jeu = registre().jeu("mandats")
    sirets = ["73282932000074", "21590128100018", "55208131766522", ""]
    with chemin.open("w", encoding="utf-8", newline="") as f:
        f.write(";".join(c.entete or "" for c in jeu.colonnes) + "\r\n")
        for i in range(lignes):
            ht = hasard.randrange(100, 5_000_000)
            tva = ht // 5
            f.write(
                f"2024;00;{i // 40 + 1};{i // 4 + 1};{i % 4 + 1};{i % 28 + 1:02d}/03/2024;01;{60600 + i % 90};020;;"
                f"SG{i % 30:02d};AX{i % 60:03d};FOURNISSEUR FICTIF {i % 300};{sirets[i % 4]};Prestation n°{i};"
                f"2024-M{i % 50:03d};;;;;{_euros(ht)};{_euros(tva)};{_euros(ht + tva)};Payé\r\n"
            )


def ecrire_temps(chemin: Path, lignes: int) -> None:
    """10 columns, 500 agents, one row in ten is an absence."""
    jeu = registre().jeu("temps")
    with chemin.open("w", encoding="cp1252", newline="") as f:
        f.write(";".join(c.entete or "" for c in jeu.colonnes) + "\r\n")
        for i in range(lignes):
            jour = "A" if i % 10 == 0 else "T"
            f.write(
                f"{i % 500:07d};NOM{i % 500};Prénom;Direction des services;{i // 500 % 28 + 1:02d}/03/2024;"
                f"ACT-{i % 97:03d};Libellé de l'activité {i % 97};{i % 7 + 1},50;{jour};O\r\n"
            )


def _euros(centimes: int) -> str:
    euros, reste = divmod(centimes, 100)
    return f"{euros:,}".replace(",", " ") + f",{reste:02d}"


class Banc:
    """One jeu: the file on disk, its rows for a raw COPY, its data frame, and the three ways to land them."""

    def __init__(self, dsn: str, racine: Path, jeu: Jeu, lignes: int, ecrire: Callable[[Path, int], None]) -> None:
        self.jeu = jeu
        self._dsn = dsn
        self._racine = racine
        self._lignes = lignes
        self._depot = racine / jeu.nom
        fichier = self._depot / jeu.source / f"{jeu.nom}_2024-03.csv"
        fichier.parent.mkdir(parents=True)
        ecrire(fichier, lignes)
        self.octets = fichier.stat().st_size
        colonnes = [c.nom for c in jeu.colonnes]
        with fichier.open(encoding=encodage(fichier), newline="") as f:
            textes = [x.rstrip("\r\n").replace(";", "\t") for x in f][1:]
        self._blocs = ["".join(f"{x}\n" for x in textes[i : i + 500]).encode() for i in range(0, lignes, 500)]
        self._cadre = pd.DataFrame([x.split("\t") for x in textes[:LIGNES_TO_SQL]], columns=colonnes)
        with psycopg.connect(dsn, autocommit=True) as conn:
            cible = sql.Identifier("public", f"banc_{jeu.nom}")
            types = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(c)) for c in colonnes)
            conn.execute(sql.SQL("create table {} ({})").format(cible, types))

    def notre(self) -> float:
        """Rows per second from the file on disk to accepted rows."""
        with connecter(self._dsn, role=None) as conn:
            conn.execute(sql.SQL("truncate {}").format(table(self.jeu)))
            conn.execute("truncate journal.chargements, journal.fichiers, journal.totaux cascade")
            conn.commit()
            debut = time.perf_counter()
            charge = charger_depot(conn, self._depot, [self.jeu.source], var=self._racine, porte=_sans_porte)
            duree = time.perf_counter() - debut
        if charge[0].lignes != self._lignes:
            raise SystemExit(f"{charge[0].lignes} lignes chargées, {self._lignes} attendues")
        return self._lignes / duree

    def copy_brut(self) -> float:
        """Rows per second of COPY of the rows as delivered."""
        cible = sql.Identifier("public", f"banc_{self.jeu.nom}")
        with psycopg.connect(self._dsn) as conn:
            conn.execute(sql.SQL("truncate {}").format(cible))
            conn.commit()
            debut = time.perf_counter()
            with conn.cursor().copy(sql.SQL("copy {} from stdin with (format text, null '')").format(cible)) as copie:
                for bloc in self._blocs:
                    copie.write(bloc)
            conn.commit()
            return self._lignes / (time.perf_counter() - debut)

    def to_sql(self) -> float:
        """Rows per second of pandas, over the first rows."""
        moteur = create_engine(url_sqlalchemy(self._dsn))
        try:
            debut = time.perf_counter()
            self._cadre.to_sql(
                f"pandas_{self.jeu.nom}", moteur, schema="public", if_exists="replace", index=False, chunksize=10_000
            )
            return len(self._cadre) / (time.perf_counter() - debut)
        finally:
            moteur.dispose()


def _sans_porte(_conn: psycopg.Connection[Any], _chargement_id: int) -> type[list[tuple[str, str]]]:
    """The file gate isn't part of landing."""
    return list


def mesurer(lignes: int, tours: int) -> list[tuple[str, float, float]]:
    """Print rates (median of the rounds) and ratios; (ratio, value, target) of each jeu."""
    ratios: list[tuple[str, float, float]] = []
    with tempfile.TemporaryDirectory(prefix="banc-") as dossier:
        racine = Path(dossier)
        with serveur_entrepot(racine / "var") as dsn:
            migrer(dsn)
            with connecter(dsn) as conn:
                synchroniser_brut(conn)
                conn.commit()
            bancs = [
                Banc(dsn, racine, registre().jeu("mandats"), lignes, ecrire_mandats),
                Banc(dsn, racine, registre().jeu("temps"), lignes, ecrire_temps),
            ]
            taux: dict[tuple[str, str], list[float]] = {}
            for _ in range(tours):
                for banc in bancs:
                    for nom, essai in (("notre", banc.notre), ("copy", banc.copy_brut), ("to_sql", banc.to_sql)):
                        taux.setdefault((banc.jeu.nom, nom), []).append(essai())
            for banc in bancs:
                ratios += _afficher(banc, lignes, {n: taux[banc.jeu.nom, n] for n in ("notre", "copy", "to_sql")})
    return ratios


def _afficher(banc: Banc, lignes: int, taux: dict[str, list[float]]) -> list[tuple[str, float, float]]:
    median = {n: statistics.median(t) for n, t in taux.items()}
    # ratio of each round, then the median: a slow moment of the machine slows both sides of a round
    r_copy = statistics.median(a / b for a, b in zip(taux["notre"], taux["copy"], strict=True))
    r_pandas = statistics.median(a / b for a, b in zip(taux["notre"], taux["to_sql"], strict=True))
    print(
        f"{banc.jeu.nom} ({len(banc.jeu.colonnes)} colonnes, {lignes} lignes, {banc.octets / 1e6:.0f} Mo) : "
        f"chargement {median['notre']:,.0f} l/s ; COPY brut {median['copy']:,.0f} l/s ; "
        f"to_sql {median['to_sql']:,.0f} l/s ; rapport au COPY {r_copy:.2f} (cible ≥ {CIBLE_COPY}) ; "
        f"rapport à to_sql {r_pandas:.1f} (cible ≥ {CIBLE_TO_SQL:.0f})"
    )
    return [
        (f"chargement / COPY brut, {banc.jeu.nom}", r_copy, CIBLE_COPY),
        (f"chargement / to_sql, {banc.jeu.nom}", r_pandas, CIBLE_TO_SQL),
    ]


def principal() -> int:
    """0 when the targets hold."""
    analyse = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    analyse.add_argument("--lignes", type=int, default=300_000)
    analyse.add_argument("--tours", type=int, default=3)
    options = analyse.parse_args()
    return 0 if all(valeur >= but for _, valeur, but in mesurer(options.lignes, options.tours)) else 1


if __name__ == "__main__":
    sys.exit(principal())
