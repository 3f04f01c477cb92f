"""Where one works: the folder of what runs, the warehouse and the keys that the environment or a chain gives."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from mutualisation.socle.chemins import dossier_var

ENTREPOT_DSN = "ENTREPOT_DSN"
CLE_PSEUDONYMES, CLE_SIGNATURE = "MUTUALISATION_CLE_PSEUDONYMES", "MUTUALISATION_CLE_SIGNATURE"


@dataclass(frozen=True)
class Poste:
    """`dsn`: address of a named server, else the embedded one of `var`; a key that is not given is a file of `var`."""

    var: Path
    dsn: str = field(default="", repr=False)
    cle_pseudonymes: str | None = field(default=None, repr=False)
    cle_signature: str = field(default="", repr=False)

    @classmethod
    def ici(cls, var: Path | None = None) -> Poste:
        """That of the environment; `var`: another folder."""
        env = os.environ.get
        return cls(var or dossier_var(), env(ENTREPOT_DSN, ""), env(CLE_PSEUDONYMES), env(CLE_SIGNATURE, "").strip())
