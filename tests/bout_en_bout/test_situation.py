"""A situation says what counts, and the warehouse remembers it once its folder is in its place (R22)."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.atelier.petit_depot import EXERCICE, SIRETS

from mutualisation.documents.situation.calendrier import calendrier
from mutualisation.documents.situation.dossier_situation import ecrire_situation
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.publication.versions.constructions import noter_situation
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.usage import operations as op


def test_l_adhesion_d_un_service_qui_n_existe_pas_n_est_sur_aucune_page(
    neuf: op.Session, depot: Path, tmp_path: Path
) -> None:
    """G11: its row is in `rejets`; neither the page of the month nor the calendar announces that it ends."""
    fichier = depot / "referentiel" / "adhesions.csv"
    entete, *lignes = fichier.read_text("utf-8").splitlines()
    lignes = [f"{ligne};" for ligne in lignes] + [
        f"{code};{SIRETS[0]};C2;2019-01-01;;{EXERCICE}-09-30" for code in ("ADS", "FANTOME")
    ]
    fichier.write_text("\n".join([f"{entete};Échéance", *lignes, ""]), "utf-8")
    op.charger(neuf, str(depot))
    sortie = tmp_path / "situations"
    situation = Path(op.situer(neuf, EXERCICE, 6, str(sortie)).dossier)
    page = (situation / f"situation_{EXERCICE}-06.html").read_text("utf-8")
    with connecter(neuf.dsn) as conn:
        dits = [quoi for _, quoi in calendrier(conn, date(EXERCICE, 7, 1))]
        assert "FANTOME" not in page + " ".join(dits)
        assert re.search(r"Fin de convention\W.{0,90}30/09/2021, =1\+1 Instruction\.", page, re.DOTALL)
        assert "fin de convention : =1+1 Instruction" in dits

        # what can't take its place is not kept either
        conn.execute("delete from journal.situations")
        (version,) = conn.execute("select max(version) from journal.constructions").fetchone()  # type: ignore[misc]
        conn.commit()
        with pytest.raises(ErreurMutualisation, match="n'est pas de la commande"):
            _ecrire_ou_quelqu_un_a_ecrit(conn, tmp_path / "prise", version)
        assert conn.execute("select count(*) from journal.situations").fetchone() == (0,)


def _ecrire_ou_quelqu_un_a_ecrit(conn: psycopg.Connection[Any], sortie: Path, version: int) -> None:
    with conn.transaction(), ecrire_situation(conn, EXERCICE, 6, sortie, version) as faite:
        noter_situation(conn)
        faite.destination.mkdir()
        (faite.destination / "note.txt").touch()
