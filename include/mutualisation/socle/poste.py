"""A `Poste` says where one works: the folder where runs write, the warehouse, and the keys given to the command."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from mutualisation.socle.chemins import dossier_var

ENTREPOT_DSN = "ENTREPOT_DSN"
CLE_PSEUDONYMES, CLE_SIGNATURE = "MUTUALISATION_CLE_PSEUDONYMES", "MUTUALISATION_CLE_SIGNATURE"


@dataclass(frozen=True)
class Poste:
    """`dsn` is the address of a named server, else `var` has an embedded one; a key not given is a file of `var`."""

    var: Path
    dsn: str = field(default="", repr=False)
    cle_pseudonymes: str | None = field(default=None, repr=False)
    cle_signature: str = field(default="", repr=False)

    @classmethod
    def ici(cls, var: Path | None = None) -> Poste:
        """Read the environment; `var` names another folder than `dossier_var()`."""
        env = os.environ.get
        return cls(var or dossier_var(), env(ENTREPOT_DSN, ""), env(CLE_PSEUDONYMES), env(CLE_SIGNATURE, "").strip())
