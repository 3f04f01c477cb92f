"""Links to the audit file (room `audit`) are made here: its pages, their anchors, what they trace."""

import hashlib
import re
import unicodedata

from mutualisation.documents.rapport.publie import TOTAL, Bilan, Ligne

PRESENTES = """
select dispositif, mesure, count(*) as lignes, sum(montant) as montant from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif, mesure
"""
ETP = "etp"
# these columns of the synthèse are traced, in its order
TRACEES = (ETP, "cout_personnel", "cout_fonctionnement", "amortissements", "subventions", "reprises", "recettes")
INDEX = "index"


def dossier(exercice: int) -> str:
    """Return the name of the folder, as `dossier_audit_2021`."""
    return f"dossier_audit_{exercice}"


def ancre(code: str) -> str:
    """Write a code as an anchor and in a file name: `ADS-2` is `ads-2`, the same every year. A code that this doesn't
    spell out whole is followed by a digest: no other code has the same anchor."""
    sans_accent = unicodedata.normalize("NFD", code.casefold()).encode("ascii", "ignore").decode()
    forme = re.sub(r"[^a-z0-9_]+", "-", sans_accent).strip("-")
    return forme if forme.upper() == code else f"{forme or 'sans-code'}-{hashlib.sha256(code.encode()).hexdigest()[:8]}"


def trace(dispositif: str) -> str:
    """Return the page of the source lines of a dispositif, as `trace_ads`."""
    return f"trace_{ancre(dispositif)}"


def dispositifs_traces(bilan: Bilan) -> list[str]:
    """Return the codes that have a page, in the order of their labels."""
    return bilan.trier({code for code, mesure in lignes_tracees(bilan) if code != TOTAL and mesure in TRACEES})


def lignes_tracees(bilan: Bilan) -> dict[tuple[str, str], Ligne]:
    """Return {(dispositif, measure): row with its count of lines and their sum} of what is traced."""
    return {(r["dispositif"], r["mesure"]): r for r in bilan.agreger("tracabilite", PRESENTES)}
