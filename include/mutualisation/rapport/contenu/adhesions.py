"""Who has joined what."""

from __future__ import annotations

from typing import Any

from mutualisation.francais.libelles import TYPES_ADHERENT
from mutualisation.rapport.bilan import Bilan
from mutualisation.rapport.contenu.modele import DISPOSITIF, Colonne, Feuille, Section, Tableau

COLONNES = (
    DISPOSITIF,
    Colonne("siret_adherent", "SIRET de l'adhérent", largeur=20),
    Colonne("type_adherent", "Type", largeur=12),
    Colonne("code_insee", "Code INSEE", largeur=12),
    Colonne("debut", "Début", "date", largeur=12),
    Colonne("fin", "Fin", "date", largeur=12),
)


def section(bilan: Bilan) -> Section:
    """Members on 31 December; the workbook lists the periods of the exercice."""
    membres = _membres(bilan)
    periodes = [{**a, "libelle": bilan.libelle(a["dispositif"])} for a in bilan.adhesions]
    liste = Tableau(f"Adhésions de l'exercice {bilan.exercice}", COLONNES, periodes)
    return Section(
        "adhesions",
        f"Adhésions au 31 décembre {bilan.exercice}",
        "Adhésions",
        [membres] if membres.lignes else [],
        [Feuille("Adhésions", "Périodes d'adhésion qui touchent l'exercice.", liste, filtre=True)],
    )


def _membres(bilan: Bilan) -> Tableau:
    """Members by dispositif and type on 31 December, most joined first."""
    types = [(t, nom) for t, nom in TYPES_ADHERENT.items() if any(t in m for m in bilan.membres.values())]
    colonnes = (
        DISPOSITIF,
        *(Colonne(t, nom, "entier") for t, nom in types),
        Colonne("ensemble", "Ensemble", "entier", fort=True),
    )
    lignes: list[dict[str, Any]] = [
        {t: compte.get(t, 0) for t, _ in types} | {"libelle": bilan.libelle(d), "ensemble": sum(compte.values())}
        for d, compte in bilan.membres.items()
    ]
    lignes.sort(key=lambda x: (-x["ensemble"], x["libelle"]))
    return Tableau(f"Adhérents par dispositif et par type, au 31 décembre {bilan.exercice}", colonnes, lignes)
