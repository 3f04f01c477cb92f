"""Which cells may be shown: never a person, a reason of absence, a name that sits in another column (K9)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from mutualisation.examen.usages import sens_usuel
from mutualisation.ingestion.cellules_lues import Lu, lecture_de
from mutualisation.ingestion.formes import (
    datee,
    demesuree,
    figures,
    forme_d_un_code,
    forme_d_un_matricule,
    forme_d_un_siret,
)
from mutualisation.sources.jeux import Colonne, Jeu

MASQUE = "masqué"
# sources whose files speak of people, by name or as tiers
DISCRETES = frozenset({"rh", "compta"})
# a figure or an underscore: « O.MARTIN » and « MARTIN-DUPONT » are names
_FORME_DE_CODE = re.compile(r"(?=.*[0-9_])[A-Z0-9_.\-/]{1,20}")


def montrable(jeu: Jeu, colonne: Colonne, cellule: str, lu: Lu) -> bool:
    """Whether a cell of the file may be printed as it is, beside `lu`, what it is read as once translated.

    Judged on its own reading: a translation makes a name read, it does not make it fit to be shown.
    """
    if colonne.confidentielle:
        return False
    propre = cellule.strip()
    if not propre or jeu.source not in DISCRETES:
        return True
    if jeu.agents and (colonne.type == "code" or _peut_etre_un_matricule(jeu, colonne, propre)):
        return False
    brut = lecture_de(colonne, pourcent=colonne.pourcent_si is not None)[cellule]
    if colonne.type == "enumeration":
        return bool(brut) or sens_usuel(colonne, cellule) is not None
    if brut is None:
        return datee(propre) if jeu.pseudonymise else figures(propre)
    if isinstance(brut, (Decimal, int)):
        return figures(propre) or datee(propre)
    if isinstance(brut, dt.date) or colonne.type in ("siret", "compte", "siren"):
        return True
    if colonne.type == "siret_libre":
        return forme_d_un_siret(propre)
    textes = (propre, lu) if isinstance(lu, str) else (propre,)
    return all(_FORME_DE_CODE.fullmatch(t) and forme_d_un_code(t) for t in textes)


def _peut_etre_un_matricule(jeu: Jeu, colonne: Colonne, cellule: str) -> bool:
    """Figures that say more than their column holds, or are written as no number is."""
    if demesuree(colonne)(cellule):
        return True
    return forme_d_un_matricule(cellule) and (jeu.pseudonymise or cellule.startswith("0"))


def affichage(lu: Lu, type_: str) -> str:
    """What a cell is read as, as a reader of French writes it."""
    if lu is None:
        return "illisible"
    if lu == "":
        return "non renseigné"
    if type_ == "duree" and isinstance(lu, Decimal):
        heures, minutes = divmod(lu, 60)
        return f"{int(heures)} h {minutes.normalize():02f}" if minutes else f"{int(heures)} h"
    if isinstance(lu, Decimal):
        texte = f"{lu:,f}".replace(",", " ").replace(".", ",")
        return texte + {"pourcentage": " %"}.get(type_, "")
    return lu.strftime("%d/%m/%Y") if isinstance(lu, dt.date) else str(lu)
