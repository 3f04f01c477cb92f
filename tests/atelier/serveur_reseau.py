"""A real PostgreSQL on the network of this machine, with TLS and a password, and the authorities to trust or not."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg import sql

from mutualisation.entrepot.base.programmes import Programmes
from mutualisation.entrepot.base.roles import TRAITEMENT
from mutualisation.entrepot.base.serveur import arreter, initialiser

COMPTE = "compte"
VALIDITE = dt.timedelta(days=3650)


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
    autorite, autre = _autorite("autorite"), _autorite("autre")
    _certifier(autorite, donnees / "serveur.crt", donnees / "serveur.key")
    for fichier in (donnees / "serveur.crt", donnees / "serveur.key"):
        programmes.donner(fichier)
    (donnees / "pg_hba.conf").write_text("local all all trust\nhost all all all scram-sha-256\n")
    port = _port_libre()
    reglages = {
        "listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(dossier), "ssl": "on",
        "ssl_cert_file": "serveur.crt", "ssl_key_file": "serveur.key", "fsync": "off",
    }  # fmt: skip
    arguments = [a for nom, valeur in reglages.items() for a in ("-c", f"{nom}={valeur}")]
    processus = programmes.lancer("postgres", ["-D", str(donnees), *arguments], dossier / "pg.log")
    try:
        _ouvrir_un_compte(f"host={dossier} port={port} user=mutualisation dbname=postgres", mot_de_passe)
        yield ServeurReseau(
            port, mot_de_passe, _ecrire(dossier / "autorite.crt", autorite), _ecrire(dossier / "autre.crt", autre)
        )
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


def _autorite(nom: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    cle = ec.generate_private_key(ec.SECP256R1())
    return _signer(nom, cle, nom, cle, autorite=True), cle


def _certifier(autorite: tuple[x509.Certificate, ec.EllipticCurvePrivateKey], certificat: Path, cle: Path) -> None:
    """The certificate of a server at 127.0.0.1 and its key, which it alone reads."""
    neuve = ec.generate_private_key(ec.SECP256R1())
    signe = _signer("serveur", neuve, autorite[0].subject.rfc4514_string()[3:], autorite[1], autorite=False)
    certificat.write_bytes(signe.public_bytes(serialization.Encoding.PEM))
    cle.touch(mode=0o600)
    cle.write_bytes(
        neuve.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _signer(
    nom: str, cle: ec.EllipticCurvePrivateKey, par: str, cle_de: ec.EllipticCurvePrivateKey, *, autorite: bool
) -> x509.Certificate:
    debut = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificat = (
        x509.CertificateBuilder()
        .subject_name(_nom(nom))
        .issuer_name(_nom(par))
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(debut)
        .not_valid_after(debut + 10 * VALIDITE)
        .add_extension(x509.BasicConstraints(ca=autorite, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    return certificat.sign(cle_de, hashes.SHA256())


def _nom(nom: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, nom)])


def _ecrire(fichier: Path, autorite: tuple[x509.Certificate, ec.EllipticCurvePrivateKey]) -> Path:
    fichier.write_bytes(autorite[0].public_bytes(serialization.Encoding.PEM))
    return fichier


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port: int = prise.getsockname()[1]
        return port
