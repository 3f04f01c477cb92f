"""Visas, then who prepared and who approves: blanks to sign, filled by the closing with who approved and when."""

from __future__ import annotations

from mutualisation.francais import formats
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.contenu import textes
from mutualisation.rapport.enonces import lire_tableau
from mutualisation.rapport.publie import Bilan

A_REMPLIR = "……………………………"


def section_signatures(bilan: Bilan) -> m.Section:
    """Visas where there are some, the table to sign, and what it signs: version and hash."""
    visas = [(f"Visa {rang}", textes.signe(t)) for rang, t in enumerate(textes.de(bilan, "visa"), start=1)]
    construction, cloture = bilan.contexte.construction, bilan.contexte.cloture
    approuve = (cloture.approuve_par, _jour(cloture.approuve_le)) if cloture else (A_REMPLIR, "…… / …… / ……")
    lignes = [
        {"libelle": "Préparé par", "nom": construction.prepare_par, "date": _jour(construction.construit_le)},
        {"libelle": "Approuvé par", "nom": approuve[0], "date": approuve[1]},
    ]
    signe = [ligne | {"signature": A_REMPLIR} for ligne in lignes]
    blocs: list[m.Bloc] = [m.Liste(visas)] if visas else []
    blocs += [
        lire_tableau("signatures.signatures", signe, e=bilan.exercice, version=construction.version),
        m.p("Empreinte de la publication signée : ", m.Code(bilan.empreinte), note=True),
    ]
    return m.Section("signatures", "Visas et signatures" if visas else "Signatures", "Signatures", blocs)


def _jour(horodatage: str | None) -> str:
    return formats.jour(formats.lire_jour(horodatage)) or A_REMPLIR
