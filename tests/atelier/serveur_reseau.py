"""A real PostgreSQL on the network of this machine, with TLS and a password, and the authorities to trust or not."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from mutualisation.entrepot.base.programmes import Programmes
from mutualisation.entrepot.base.roles import TRAITEMENT
from mutualisation.entrepot.base.serveur import arreter, initialiser

COMPTE = "compte"


@dataclass(frozen=True)
class ServeurReseau:
    """Its port, the password of `compte`, and two authorities: the one that signed its certificate, another."""

    port: int
    mot_de_passe: str
    autorite: Path
    autre_autorite: Path

    def dsn(self, suite: str = "", base: str = "postgres") -> str:
        """Its address, the password written as a URL wants it."""
        secret = quote(self.mot_de_passe, safe="")
        return f"postgresql://{COMPTE}:{secret}@127.0.0.1:{self.port}/{base}{suite}"


@contextlib.contextmanager
def serveur_reseau(dossier: Path, mot_de_passe: str) -> Iterator[ServeurReseau]:
    """Started under `dossier`, stopped afterwards."""
    programmes, donnees = Programmes.trouver(), dossier / "pg"
    initialiser(donnees, programmes)
    autorite, autre = _autorite(dossier, "autorite"), _autorite(dossier, "autre")
    _certifier(donnees, autorite)
    for fichier in (donnees / "serveur.crt", donnees / "serveur.key"):
        programmes.donner(fichier)
    (donnees / "pg_hba.conf").write_text("local all all trust\nhost all all all scram-sha-256\n")
    port = port_libre()
    reglages = {
        "listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(dossier), "ssl": "on",
        "ssl_cert_file": "serveur.crt", "ssl_key_file": "serveur.key", "fsync": "off",
    }  # fmt: skip
    arguments = [a for nom, valeur in reglages.items() for a in ("-c", f"{nom}={valeur}")]
    processus = programmes.lancer("postgres", ["-D", str(donnees), *arguments], dossier / "pg.log")
    try:
        _ouvrir_un_compte(f"host={dossier} port={port} user=mutualisation dbname=postgres", mot_de_passe)
        yield ServeurReseau(port, mot_de_passe, autorite, autre)
    finally:
        arreter(donnees, programmes)
        processus.wait(60)


def _ouvrir_un_compte(adresse: str, mot_de_passe: str) -> None:
    while True:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(adresse, autocommit=True) as conn:
            conn.execute(
                sql.SQL("create role {} superuser login password {}").format(
                    sql.Identifier(COMPTE), sql.Literal(mot_de_passe)
                )
            )
            # what every session of a run works under, made here where nothing is migrated
            conn.execute(sql.SQL("create role {} nologin").format(sql.Identifier(TRAITEMENT)))
            return


def _autorite(dossier: Path, nom: str) -> Path:
    """A certificate that signs itself, its key beside."""
    _openssl(dossier, nom, f"/CN={nom}")
    return dossier / f"{nom}.crt"


def _certifier(donnees: Path, autorite: Path) -> None:
    """The certificate of a server at 127.0.0.1 and its key, which it alone reads."""
    signe = ("-CA", autorite, "-CAkey", autorite.with_suffix(".key"), "-addext", "basicConstraints=critical,CA:FALSE")
    _openssl(donnees, "serveur", "/CN=serveur", *signe, "-addext", "subjectAltName=IP:127.0.0.1")
    (donnees / "serveur.key").chmod(0o600)


def _openssl(dossier: Path, nom: str, sujet: str, *suite: object) -> None:
    cle = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", dossier / f"{nom}.key")
    commande = ["openssl", "req", "-x509", *cle, "-out", dossier / f"{nom}.crt", "-days", "3650", "-subj", sujet]
    subprocess.run([*map(str, commande), *map(str, suite)], check=True, capture_output=True)


def port_libre() -> int:
    """A port of this machine that nobody listens to."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port: int = prise.getsockname()[1]
        return port
