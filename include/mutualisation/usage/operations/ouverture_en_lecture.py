"""Open the embedded warehouse to tools that query it: on this machine, read only, while someone holds it open."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from psycopg import sql

from mutualisation.entree.ingestion.travail import Suivi, muet
from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.parametres_libpq import adresse
from mutualisation.entrepot.base.roles import LECTEUR
from mutualisation.entrepot.base.serveur import BASE, LOCAL, serveur_entrepot
from mutualisation.socle.erreurs import ErreurMutualisation
from mutualisation.socle.poste import Poste
from mutualisation.usage.operations.session import entrepots_vus, exiger_a_jour, exiger_un_entrepot

COMPTE = "lecture_locale"
PORT_MIN, PORT_MAX = 1024, 65535


@contextmanager
def ouvrir(port: int, suivi: Suivi = muet) -> Iterator[str]:
    """Open the embedded warehouse; yield the libpq URL of an account that reads it, with a password of this session.
    `suivi` is told when nothing is published in it. Raises `ErreurMutualisation` when the warehouse is on a named
    server, not there or in use, or the port is taken."""
    poste = Poste.ici()
    if poste.dsn:
        raise ErreurMutualisation(
            "L'entrepôt est sur un serveur nommé (ENTREPOT_DSN), déjà ouvert aux outils : demandez à qui l'administre "
            f"un compte membre de {LECTEUR}."
        )
    if not PORT_MIN <= port <= PORT_MAX:
        raise ErreurMutualisation(f"Le port va de {PORT_MIN} à {PORT_MAX} ; {port} n'en est pas un.")
    with socket.socket() as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prise.bind((LOCAL, port))
        except OSError:
            raise ErreurMutualisation(f"Le port {port} de cette machine est pris : --port en nomme un autre.") from None
    exiger_un_entrepot(poste.var)
    mot_de_passe = secrets.token_urlsafe(18)
    with serveur_entrepot(poste.var, port) as dsn:
        exiger_a_jour(dsn)
        _creer_le_compte(dsn, mot_de_passe)
        if avis := rien_de_publie(dsn, poste.var):
            suivi(avis)
        try:
            yield f"postgresql://{COMPTE}:{quote(mot_de_passe)}@{LOCAL}:{port}/{BASE}"
        finally:
            _executer(dsn, "alter role {compte} nologin password null")


def rien_de_publie(dsn: str, var: Path | None) -> str:
    """Say that a warehouse publishes nothing: that of a folder, and which others are seen, or of a named server (no
    `var`). Empty where it publishes something."""
    with connecter(dsn) as conn:
        if conn.execute("select from journal.publications limit 1").fetchone() is not None:
            return ""
    lieu = f"{var}{entrepots_vus(var)}" if var else adresse(dsn)
    return f"Rien n'est publié dans l'entrepôt lu, celui de {lieu}."


def _creer_le_compte(dsn: str, mot_de_passe: str) -> None:
    with connecter(dsn, role=None) as conn:
        existe = conn.execute("select 1 from pg_catalog.pg_roles where rolname = %s", (COMPTE,)).fetchone()
    if existe is None:
        _executer(dsn, "create role {compte} in role {lecteur}")
    # a session may lift this, and still has no right to write
    _executer(dsn, "alter role {compte} set default_transaction_read_only = on")
    _executer(dsn, "alter role {compte} login password {mot_de_passe}", mot_de_passe=sql.Literal(mot_de_passe))


def _executer(dsn: str, ordre: str, **valeurs: sql.Composable) -> None:
    noms = {"compte": sql.Identifier(COMPTE), "lecteur": sql.Identifier(LECTEUR)}
    with connecter(dsn, autocommit=True, role=None) as conn:
        conn.execute(sql.SQL(ordre).format(**noms, **valeurs))
