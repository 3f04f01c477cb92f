"""Only this file says « encaissé » in a document: what is collected of the titres of an exercice (R13, S16)."""

from datetime import date

from mutualisation.documents.rapport.publie import Bilan, Ligne, somme
from mutualisation.socle.francais import formats

RELATION = "encaissement"
NON_SUIVI = "Encaissement non suivi."


def arrete(bilan: Bilan) -> date | None:
    """Return the day on which the accountant drew up the rests; None when nothing says what was collected."""
    return next((r["au"] for r in bilan[RELATION]), None)


def phrase(exercice: int, rangees: list[Ligne], au: date | None, decimales: int = 0) -> str:
    """Say what these rows of `encaissement` tell, on the day `au`; titres count whatever periode they bill."""
    if au is None:
        return NON_SUIVI
    jour = formats.jour(au)
    if not rangees:
        return f"Aucun titre de l'exercice {exercice} à encaisser, au {jour}."
    titre, encaisse, reste = (somme(rangees, c) for c in ("montant_titre", "encaisse", "reste_a_recouvrer"))
    titres = f"Titres de l'exercice {exercice} : {formats.euros(titre, decimales)}"
    restes = f" ; reste à recouvrer : {formats.euros(reste, decimales)}." if reste else "."
    if encaisse < 0:
        depasse = formats.euros(-encaisse, decimales)
        return f"{titres} ; au {jour}, les réductions dépassent l'encaissé de {depasse}{restes}"
    if not encaisse:
        return f"{titres}, dont rien n'était encaissé au {jour}."
    if not reste:
        return f"{titres}, entièrement encaissés au {jour}."
    return f"{titres}, dont {formats.euros(encaisse, decimales)} encaissés au {jour}{restes}"
