"""Who an extract may be given to: everyone, unless a figure of it can give somebody's pay (K8)."""

from __future__ import annotations

import re
from decimal import Decimal

from mutualisation.rapport.publie import Bilan

SEUIL, SEUIL_PAR_DEFAUT = "seuil_effectif", "5"


def seuil_effectif(bilan: Bilan) -> Decimal:
    """Parameter `seuil_effectif` on 1 January of the exercice, ETPT (R2c)."""
    jour = f"{bilan.exercice}-01-01"
    en_vigueur = [
        p["valeur"]
        for p in bilan.contexte.parametres
        if p["parametre"] == SEUIL and p["debut"] <= jour and (p["fin"] is None or p["fin"] >= jour)
    ]
    return _nombre((en_vigueur or [SEUIL_PAR_DEFAUT])[0])


def _nombre(valeur: str) -> Decimal:
    """A number in any form that C1 allows: « 1 000 », « 5,0 € », « (5) »."""
    nombre = Decimal(re.sub(r"[^0-9.]", "", valeur.replace(",", ".")))
    return -nombre if re.search(r"[-(]", valeur) else nombre


def est_restreinte(bilan: Bilan) -> bool:
    """True where no pool hides a small category: the threshold is 0, or a group of a year shown is under it."""
    seuil = seuil_effectif(bilan)
    groupes = (r["etpt_groupe"] for e in bilan.exercices for r in bilan.lignes("cout_moyen", e))
    return seuil <= 0 or any(etpt is not None and etpt < seuil for etpt in groupes)
