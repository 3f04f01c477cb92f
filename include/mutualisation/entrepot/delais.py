"""How long a client waits for the warehouse, and the server for its client: one place, set by the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from mutualisation.erreurs import ErreurMutualisation

PREFIXE = "MUTUALISATION_DELAI_"
TCP = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


@dataclass(frozen=True)
class Delais:
    """Seconds: to open a connection, for a sign of life of the server, behind the lock of another, for a statement."""

    connexion: int = 10
    serveur: int = 60
    verrou: int = 30
    requete: int = 3600

    @classmethod
    def de_l_environnement(cls) -> Delais:
        """Those of `MUTUALISATION_DELAI_CONNEXION`, `_SERVEUR`, `_VERROU`, `_REQUETE`, else the defaults.

        Raises `ErreurMutualisation` when one is no whole number of seconds from 1.
        """
        return cls(**{c.name: _lire(c.name.upper(), int(str(c.default))) for c in fields(cls)})

    def libpq(self) -> dict[str, str]:
        """Parameters of the client: to connect, and to find a dead network."""
        bornes = {"connect_timeout": self.connexion, "keepalives": 1, "tcp_user_timeout": self.serveur * 1000} | TCP
        return {nom: str(valeur) for nom, valeur in bornes.items()}

    def options(self) -> str:
        """Settings of the session: what the server gives up by itself, and when it looks for its client."""
        secondes = {
            "lock_timeout": self.verrou,
            "statement_timeout": self.requete,
            "idle_in_transaction_session_timeout": self.requete,
        }
        bornes = [f"-c {nom}={valeur}s" for nom, valeur in secondes.items()]
        return " ".join([*bornes, *(f"-c tcp_{nom}={valeur}" for nom, valeur in TCP.items())])


def _lire(nom: str, defaut: int) -> int:
    texte = os.environ.get(PREFIXE + nom)
    if not texte:
        return defaut
    if not (texte.isascii() and texte.isdigit() and 0 < int(texte) <= 86400):
        raise ErreurMutualisation(f"{PREFIXE}{nom} vaut « {texte} » : donnez un nombre entier de secondes, dès 1.")
    return int(texte)
