"""Documents and the last line of a command say in one sentence which rows no figure counts (G4)."""

from collections.abc import Mapping
from decimal import Decimal

from mutualisation.socle.francais.formats import INSECABLE, euros, nombre, plusieurs

# {status: (one row, several rows)}; a row that repeats another counts once: `doublon` is not here
STATUTS = {"rejete": ("rejetée", "rejetées"), "retenu": ("retenue", "retenues"), "a_affecter": ("à affecter",) * 2}


def compter(comptes: Mapping[str, int]) -> int:
    """Count the rows that no figure counts, from {status: how many}."""
    return sum(comptes.get(statut, 0) for statut in STATUTS)


def dire_ecartees(
    comptes: Mapping[str, int], montant: Decimal | None, heures: Decimal | None, effet: str = "", motif: str = ""
) -> str:
    """Say `2 lignes livrées, soit 7 heures de travail, ne sont pas comptées (retenues)`, without a full stop. `montant`
    (euros) and `heures` sum what the rows bear, None when it was not kept; `effet` says what these hours change;
    `motif` is the one reason of all the rows. The sentence is empty when every row counts."""
    total, connus = compter(comptes), [s for s in STATUTS if comptes.get(s)]
    if not total:
        return ""
    detail = ", ".join(plusieurs(comptes[s], *STATUTS[s]) for s in connus)
    if motif or len(connus) == 1:
        detail = motif or STATUTS[connus[0]][total > 1]
    comptees = "n'est pas comptée" if total == 1 else "ne sont pas comptées"
    suite = f" ; {effet}" if effet and heures else ""
    lignes = plusieurs(total, "ligne livrée", "lignes livrées")
    return f"{lignes}{_mesures(montant, heures)} {comptees} ({detail}){suite}"


def _mesures(montant: Decimal | None, heures: Decimal | None) -> str:
    if montant is None and heures is None:
        return ""
    mesures_dites = [euros(montant, 2)] if montant else []
    if heures:
        nom = "heure" if heures < 2 else "heures"
        mesures_dites.append(f"{nombre(heures, 0 if heures == int(heures) else 2)}{INSECABLE}{nom} de travail")
    return f", soit {' et '.join(mesures_dites)}," if mesures_dites else ", sans montant ni durée,"


def dire_ecarts(ecarts: int, sans: int) -> str:
    """Say how many gaps the controls found, and how many (`sans`) nobody justified; empty without any."""
    if not ecarts:
        return ""
    sujet = "l'écart constaté" if ecarts == 1 else f"les {nombre(ecarts)} écarts constatés"
    if not sans:
        return f"{sujet} {'est justifié' if ecarts == 1 else 'sont justifiés'}"
    if sans < ecarts:
        sujet = f"{nombre(sans)} des {nombre(ecarts)} écarts constatés"
    return f"{sujet} {'reste' if sans == 1 else 'restent'} à justifier"
