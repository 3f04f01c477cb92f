"""Links to the audit file (room `audit`) are made here: its pages, their anchors, what they trace."""

import hashlib
import re
import unicodedata

from mutualisation.documents.mise_en_forme.modele import Lien
from mutualisation.documents.rapport.publie import TOTAL, Bilan, Ligne

PRESENTES = """
select dispositif, mesure, count(*) as lignes, sum(montant) as montant from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by dispositif, mesure
"""
ETP = "etp"
# these columns of the synthèse are traced, in its order
TRACEES = (ETP, "cout_personnel", "cout_fonctionnement", "amortissements", "subventions", "reprises", "recettes")
INDEX, PERSONNEL, PASSAGES, CONTROLES, REJETS = "index", "personnel", "passages", "controles", "rejets"
# (page, its name, what it tells)
PAGES = (
    (PERSONNEL, "Coût de personnel", "ETP par catégorie, coût moyen et structure, au centime."),
    (PASSAGES, "Passages", "du coût complet à la base D5211\u201116, d'une année à l'autre, des sources."),
    (CONTROLES, "Contrôles", "chaque contrôle, ses deux côtés ou le nombre de choses vérifiées."),
    (REJETS, "Lignes écartées", "lignes rejetées, retenues ou en double, avec leur motif et le remède."),
)


def pages(bilan: Bilan) -> list[tuple[str, str, str]]:
    """Return the pages beside the index and the traces; that of staff cost only where it is published."""
    return [x for x in PAGES if x[0] != PERSONNEL or personnels(bilan)]


def personnels(bilan: Bilan) -> set[str]:
    """Return the codes whose staff cost is told by category; none without average costs (no payroll)."""
    return {r["dispositif"] for r in bilan["etp_categorie"]} if bilan["cout_moyen"] else set()


def dossier(exercice: int) -> str:
    """Return the name of the folder, as `dossier_audit_2021`."""
    return f"dossier_audit_{exercice}"


def ancre(code: str) -> str:
    """Write a code as an anchor and in a file name: `ADS-2` is `ads-2`, the same every year. A code that this doesn't
    spell out whole is followed by a digest: no other code has the same anchor."""
    sans_accent = unicodedata.normalize("NFD", code.casefold()).encode("ascii", "ignore").decode()
    forme = re.sub(r"[^a-z0-9_]+", "-", sans_accent).strip("-")
    return forme if forme.upper() == code else f"{forme or 'sans-code'}-{hashlib.sha256(code.encode()).hexdigest()[:8]}"


def ancre_personnel(dispositif: str) -> str:
    """Return its anchor on the page of staff cost; `d-` keeps a code apart from the other anchors."""
    return f"d-{ancre(dispositif)}"


def trace(dispositif: str) -> str:
    """Return the page of the source lines of a dispositif, as `trace_ads`."""
    return f"trace_{ancre(dispositif)}"


def vers_personnel(dispositif: str, texte: str) -> Lien:
    """Link a page of the folder to the staff cost of a dispositif."""
    return Lien(f"{PERSONNEL}.html#{ancre_personnel(dispositif)}", texte)


def vers_trace(dispositif: str, texte: str, mesure: str = "") -> Lien:
    """Link a page of the folder to the source lines of a dispositif, or of one of its figures."""
    return Lien(f"{trace(dispositif)}.html{f'#{mesure}' if mesure else ''}", texte)


def dispositifs_traces(bilan: Bilan) -> list[str]:
    """Return the codes that have a page, in the order of their labels."""
    return bilan.trier({code for code, mesure in lignes_tracees(bilan) if code != TOTAL and mesure in TRACEES})


def lignes_tracees(bilan: Bilan) -> dict[tuple[str, str], Ligne]:
    """Return {(dispositif, measure): row with its count of lines and their sum} of what is traced."""
    return {(r["dispositif"], r["mesure"]): r for r in bilan.agreger("tracabilite", PRESENTES)}
