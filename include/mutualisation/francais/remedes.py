"""What to do about a rejected or held row, by the rule that its reason names."""

from __future__ import annotations

import re

from mutualisation.francais.libelles import REMEDES

_REGLE = re.compile(r"\b([A-Z][0-9]{1,2}[a-z]?'?)(?=[,) ]|$)")
_DEFAUT = "corriger la cellule en faute"


def regle_citee(motif: str) -> str:
    """The rule that a reason of `rejets` ends with (`C1`), empty when it names none."""
    trouvees = _REGLE.findall(motif)
    return trouvees[-1] if trouvees else ""


def remede_du_motif(motif: str) -> str:
    """One French phrase: what to do about a row rejected or held for that reason."""
    regle = regle_citee(motif)
    return REMEDES.get(regle) or REMEDES.get(regle.rstrip("abcdefghij'")) or _DEFAUT
