"""What `essayer` says of each wart is what the door does of it: refused or not, no cell rejected where none is said."""

from __future__ import annotations

from pathlib import Path

import psycopg
from tests.unit.examen.verrues import DROLES, VERRUES, Verrue

from mutualisation.entrepot.connexion import connecter
from mutualisation.erreurs import FichierRefuse
from mutualisation.ingestion.chargement import charger_depot
from mutualisation.ingestion.depot import lire_nom
from mutualisation.sources.registre import registre

TABULAIRES = [j for j in registre().jeux if j.format == "tabulaire"]


def _place(v: Verrue) -> str | None:
    """Where a drop would hold the file; None where its name says nothing."""
    if "/" in v.fichier:
        return v.fichier
    return next((f"{j.source}/{v.fichier}" for j in TABULAIRES if lire_nom(j, v.fichier)), None)


# the row Total is the gate's to judge
DEPOSEES = [v for v in (*VERRUES, *DROLES) if _place(v) and "Total fausse" not in v.nom]


def test_la_porte_dit_comme_essayer(base_vierge: str, tmp_path: Path) -> None:
    assert len(DEPOSEES) > 150
    assert [f for i, v in enumerate(DEPOSEES) for f in _fautes(base_vierge, v, tmp_path / str(i))] == []


def _fautes(dsn: str, v: Verrue, depot: Path) -> list[str]:
    chemin = depot / str(_place(v))
    chemin.parent.mkdir(parents=True)
    chemin.write_bytes(v.octets)
    refus = ""
    with connecter(dsn) as conn:
        try:
            charger_depot(
                conn, depot, var=depot.parent / "var", suivi=str, detail=str, porte=lambda _conn, _chargement: list
            )
        except FichierRefuse as e:
            refus = str(dict(e.refus))
        jeu = next((j for j in TABULAIRES if lire_nom(j, chemin.name)), TABULAIRES[0])
        requete = f"select 1 from brut.{jeu.nom} where defauts is not null"
        rejetees = conn.execute(requete).rowcount  # type: ignore[arg-type]
    with psycopg.connect(dsn) as conn:
        conn.execute("; ".join(f"truncate brut.{j.nom}" for j in registre().jeux))  # type: ignore[arg-type]
        conn.execute("truncate journal.fichiers, journal.epci, journal.chargements cascade")
    if (v.code == 3) != bool(refus):
        return [f"{v.nom} : {refus or 'accepté'}"]
    return [f"{v.nom} : {rejetees} lignes rejetées"] if rejetees and v.code == 0 else []
