"""Which cells may be shown: never a person, a reason of absence, a name that sits in another column (K9)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from mutualisation.examen.usages import sens_usuel
from mutualisation.ingestion.cellules_lues import Lu, lecture_de
from mutualisation.ingestion.entete import normaliser
from mutualisation.sources.jeux import Colonne, Jeu

MASQUE = "masqué"
# sources whose files speak of people, by name or as tiers
DISCRETES = frozenset({"rh", "compta"})
# a figure or an underscore: « O.MARTIN » and « MARTIN-DUPONT » are names
_FORME_DE_CODE = re.compile(r"(?=.*[0-9_])[A-Z0-9_.\-/]{1,20}")
_FIGURES = re.compile(r"[\d\s.,:/€%hHT()+\-]{1,40}")


def montrable(jeu: Jeu, colonne: Colonne, cellule: str, lu: Lu) -> bool:
    """Whether a cell of the file may be printed as it is, beside `lu`, what it is read as once translated.

    Judged on its own reading: a translation makes a name read, it does not make it fit to be shown.
    """
    if colonne.type in ("personnel", "pseudonyme") or colonne.garde_si_siret or colonne.clair_si:
        return False
    if not cellule.strip() or jeu.source not in DISCRETES:
        return True
    brut = lecture_de(colonne, pourcent=colonne.pourcent_si is not None)[cellule]
    if colonne.type == "enumeration":
        return bool(brut) or sens_usuel(colonne, cellule) is not None
    if isinstance(brut, (Decimal, int, dt.date)) or colonne.type in ("siret", "compte", "siren"):
        return brut is not None
    if brut is None:
        return bool(_FIGURES.fullmatch(cellule))
    textes = (cellule.strip(), lu) if isinstance(lu, str) else (cellule.strip(),)
    return all(_FORME_DE_CODE.fullmatch(t) and not _est_iban(t) for t in textes)


def _est_iban(cellule: str) -> bool:
    return bool(re.match(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10}", normaliser(cellule).upper().replace(" ", "")))


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
