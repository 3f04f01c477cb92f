"""Which cells may be shown: never a person, a reason of absence, a name that sits in another column (K9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mutualisation.examen.usages import sens_usuel
from mutualisation.ingestion.typage import ColonneLue
from mutualisation.sources.jeux import Jeu

MASQUE = "masqué"


def montrable(jeu: Jeu, lue: ColonneLue, cellule: str) -> bool:
    """Whether a cell of the file may be printed as it is: it lands in clear, or is a usual word of an enumeration.

    Judged on its own reading: a translation makes a name read, it does not make it fit to be shown.
    """
    colonne = lue.colonne
    if colonne.confidentielle or (jeu.agents and colonne.type == "code"):
        return False
    if not jeu.personnes:
        return True
    if colonne.type == "enumeration" and sens_usuel(colonne, cellule) is not None:
        return True
    if colonne.type == "texte" or (jeu.agents and _peut_etre_un_matricule(jeu, cellule.strip())):
        return False
    lue[cellule]
    return cellule not in lue.posees and cellule not in lue.fautes


def _peut_etre_un_matricule(jeu: Jeu, cellule: str) -> bool:
    """Figures alone, written as no number is, or too many of them beside matricules."""
    return cellule.isdigit() and len(cellule) > 1 and (cellule[0] == "0" or (jeu.pseudonymise and len(cellule) > 3))


def affichage(lu: str, type_: str, *, illisible: bool) -> str:
    """What a cell is read as, as a reader of French writes it."""
    if illisible:
        return "illisible"
    if lu == "":
        return "non renseigné"
    if type_ == "duree":
        heures, minutes = divmod(Decimal(lu), 60)
        return f"{int(heures)} h {minutes.normalize():02f}" if minutes else f"{int(heures)} h"
    if type_ in ("montant", "nombre", "decimal", "pourcentage"):
        return f"{Decimal(lu):,f}".replace(",", " ").replace(".", ",") + (" %" if type_ == "pourcentage" else "")
    return date.fromisoformat(lu).strftime("%d/%m/%Y") if type_ == "date" else lu
