"""How long a client waits for the warehouse, and the server for its client: one place, set by the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from mutualisation.erreurs import ErreurMutualisation

PREFIXE = "MUTUALISATION_DELAI_"
TCP_REPOS_S, TCP_RELANCE_S, TCP_RELANCES = 30, 10, 3


@dataclass(frozen=True)
class Delais:
    """Seconds: to open a connection, without a word from the server, behind the lock of another, for one statement."""

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

    def tcp(self) -> dict[str, str]:
        """libpq parameters that find a dead network: probes when nothing travels, a bound on what is not received."""
        return {
            "keepalives": "1",
            "keepalives_idle": str(TCP_REPOS_S),
            "keepalives_interval": str(TCP_RELANCE_S),
            "keepalives_count": str(TCP_RELANCES),
            "tcp_user_timeout": str(self.serveur * 1000),
        }

    def options(self) -> str:
        """Settings of the session: what the server gives up by itself, and when it looks for its client."""
        valeurs = {
            "lock_timeout": f"{self.verrou}s",
            "statement_timeout": f"{self.requete}s",
            "idle_in_transaction_session_timeout": f"{self.requete}s",
            "tcp_keepalives_idle": TCP_REPOS_S,
            "tcp_keepalives_interval": TCP_RELANCE_S,
            "tcp_keepalives_count": TCP_RELANCES,
        }
        return " ".join(f"-c {nom}={valeur}" for nom, valeur in valeurs.items())


def _lire(nom: str, defaut: int) -> int:
    texte = os.environ.get(PREFIXE + nom)
    if not texte:
        return defaut
    if not (texte.isascii() and texte.isdigit() and 0 < int(texte) <= 86400):
        raise ErreurMutualisation(f"{PREFIXE}{nom} vaut « {texte} » : donnez un nombre entier de secondes, dès 1.")
    return int(texte)
