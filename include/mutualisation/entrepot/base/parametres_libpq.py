"""Read `ENTREPOT_DSN` and its delays into the one set of libpq parameters that every client connects with. psycopg,
SQLAlchemy (Great Expectations) and dbt are given the same parameters: TLS, timeouts, keepalives, options. No message
quotes the address as it was typed: a badly written one may show the password anywhere."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, fields
from functools import cached_property
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mutualisation.socle.erreurs import ErreurMutualisation

APPLICATION = "mutualisation"
IDENTITE = ("host", "port", "user", "password", "dbname")
MODELE = "écrivez postgresql://compte@serveur:5432/base"
_URI = re.compile(r"^postgres(?:ql)?://", re.IGNORECASE)
_HOTE = re.compile(r"[A-Za-z0-9_.:%-]+|/.*|@.*", re.DOTALL)
PREFIXE = "MUTUALISATION_DELAI_"
TEMOIN = "load_balance_hosts"
TCP = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class Adresse(str):
    """The address of a warehouse, as it was given; what libpq and the delays make of it is read once, when first asked.
    A command holds one for its whole session. A message quotes `lieu`, never the address: it may have a password."""

    @classmethod
    def lire(cls, dsn: str) -> Adresse:
        """Return the address that is read already, else one that will be."""
        return dsn if isinstance(dsn, cls) else cls(dsn)

    @cached_property
    def parametres(self) -> dict[str, str]:
        """Return host, port, user, password, dbname and the other libpq parameters, with libpq's defaults where unset.
        libpq looks up the service of the address and the `PG…` variables here, once for every client. Raises
        `ErreurMutualisation` when the address or its service can't be read."""
        donnes = _lire_adresse(self)
        # the last parameter has a wrong value on purpose: libpq fills in the others, then fails before it connects
        essai = psycopg.pq.PGconn.connect_start(make_conninfo(**{**donnes, TEMOIN: "-"}).encode())
        connus = {o.keyword.decode(): o.val.decode() for o in essai.info if o.val and o.val != o.compiled}
        if connus.pop(TEMOIN, None) is None:
            raise ErreurMutualisation(
                "Le service que nomme ENTREPOT_DSN n'est dans aucun fichier de services que libpq lit (PGSERVICEFILE, "
                "~/.pg_service.conf, PGSYSCONFDIR), ou le fichier ne se lit pas : corrigez l'un ou l'autre."
            )
        p = dict.fromkeys(IDENTITE, "") | connus | donnes
        p.pop("service", None)
        p["host"] = p["host"] or "localhost"
        p["port"] = p["port"] or "5432"
        _verifier_hotes(p)
        return p

    @cached_property
    def lieu(self) -> str:
        """Return the address for messages, without its password: `compte@serveur:port/base`."""
        return "{user}@{host}:{port}/{dbname}".format_map(self.parametres)

    @cached_property
    def delais(self) -> Delais:
        """Return the delays of the environment."""
        return Delais.de_l_environnement()

    @cached_property
    def reglages(self) -> dict[str, str]:
        """Return the libpq parameters of a connection: those of the address, then timeouts, keepalives and TLS."""
        p = {"application_name": APPLICATION} | self.delais.libpq() | self.parametres
        # a socket and the loopback stay on this machine: they need no TLS
        if "sslmode" not in p and not all(map(_hote_local, (p.get("hostaddr") or p["host"]).split(","))):
            p["sslmode"] = "verify-full"
        return p | {"options": " ".join(filter(None, [self.delais.options(), p.get("options", "")]))}

    def avec(self, options: str) -> dict[str, str]:
        """Return the same with settings of the session, which win over those of the address, which win over ours."""
        return self.reglages | {"options": f"{self.reglages['options']} {options}".rstrip()}

    def voisine(self, base: str) -> Adresse:
        """Return the address of another database of the same server."""
        return Adresse(make_conninfo(**self.parametres | {"dbname": base}))

    def variables(self, options: str = "") -> dict[str, str]:
        """Return the `PG…` variables for dbt, which is given the identity apart. libpq has no variable for the
        keepalives of a client: the options of the session set the same ones on the server."""
        p = self.avec(options)
        connues = {d.keyword.decode(): d.envvar.decode() for d in psycopg.pq.Conninfo.get_defaults() if d.envvar}
        return {variable: p[nom] for nom, variable in connues.items() if nom in p and nom not in IDENTITE}

    def url_sqlalchemy(self, options: str = "") -> str:
        """Return the SQLAlchemy URL of the warehouse; its query string has the settings and the folder of a socket."""
        p = self.avec(options)
        compte = quote(p["user"], safe="") + (f":{quote(p['password'], safe='')}" if p["password"] else "")
        autres = {k: v for k, v in p.items() if k not in IDENTITE}
        if p["host"].startswith("/") or "," in p["host"]:
            lieu, autres = "", {"host": p["host"], "port": p["port"]} | autres
        else:
            lieu = f"[{p['host']}]:{p['port']}" if ":" in p["host"] else f"{p['host']}:{p['port']}"
        return f"postgresql+psycopg://{compte}@{lieu}/{quote(p['dbname'], safe='')}?{urlencode(autres)}"


def adresse(dsn: str) -> str:
    """Write an address for messages, without its password: `compte@serveur:port/base`."""
    return Adresse.lire(dsn).lieu


def _lire_adresse(dsn: str) -> dict[str, str]:
    """Read an address; refuse a URL whose meaning a reserved character of its password has changed."""
    if _URI.match(dsn):
        autorite, _, suite = _URI.sub("", dsn).partition("/")
        if "@" in suite.partition("?")[0] or autorite.count("@") > 1:
            raise ErreurMutualisation(
                "ENTREPOT_DSN ne se lit pas : un caractère réservé du mot de passe est écrit tel quel ; "
                "écrivez %2F pour « / », %40 pour « @ », %3A pour « : », %25 pour « % », %20 pour l'espace."
            )
    try:
        return {k: str(v) for k, v in conninfo_to_dict(dsn).items() if v is not None and v != ""}
    except psycopg.ProgrammingError:
        raise _adresse_illisible() from None


def _verifier_hotes(p: dict[str, str]) -> None:
    """Refuse the hosts and ports that libpq would refuse later, and quote."""
    ports = p["port"].split(",")
    if not all(t.isascii() and t.isdigit() and 0 < int(t) < 65536 for t in ports):
        raise _adresse_illisible()
    if not all(_HOTE.fullmatch(h) for h in p["host"].split(",") if h):
        raise _adresse_illisible()


def _adresse_illisible() -> ErreurMutualisation:
    return ErreurMutualisation(
        f"ENTREPOT_DSN n'est pas une adresse PostgreSQL : {MODELE} ; un caractère réservé du mot de passe s'écrit "
        "en %XX (%2F pour « / », %40 pour « @ »)."
    )


def _hote_local(hote: str) -> bool:
    if hote in ("", "localhost") or hote.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(hote).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Delais:
    """Seconds bound a connection, a sign of life of the server, a lock that another holds, a statement."""

    connexion: int = 10
    serveur: int = 60
    verrou: int = 30
    requete: int = 3600

    @classmethod
    def de_l_environnement(cls) -> Delais:
        """Read `MUTUALISATION_DELAI_CONNEXION`, `_SERVEUR`, `_VERROU`, `_REQUETE`, else keep the defaults. Raises
        `ErreurMutualisation` when one is not a whole number of seconds from 1."""
        return cls(**{c.name: _lire_secondes(c.name.upper(), int(str(c.default))) for c in fields(cls)})

    def libpq(self) -> dict[str, str]:
        """Return the parameters of the client: how long it tries to connect, and how it finds a dead network."""
        bornes = {"connect_timeout": self.connexion, "keepalives": 1, "tcp_user_timeout": self.serveur * 1000} | TCP
        return {nom: str(valeur) for nom, valeur in bornes.items()}

    def options(self) -> str:
        """Return the settings of the session: when the server gives up, and when it looks for its client."""
        secondes = {
            "lock_timeout": self.verrou,
            "statement_timeout": self.requete,
            "idle_in_transaction_session_timeout": self.requete,
        }
        bornes = [f"-c {nom}={valeur}s" for nom, valeur in secondes.items()]
        return " ".join([*bornes, *(f"-c tcp_{nom}={valeur}" for nom, valeur in TCP.items())])


def _lire_secondes(nom: str, defaut: int) -> int:
    texte = os.environ.get(PREFIXE + nom)
    if not texte:
        return defaut
    if not (texte.isascii() and texte.isdigit() and 0 < int(texte) <= 86400):
        raise ErreurMutualisation(f"{PREFIXE}{nom} vaut « {texte} » : donnez un nombre entier de secondes, dès 1.")
    return int(texte)
