"""Who has joined what."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from mutualisation.francais.libelles import TYPES_ADHERENT
from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan

MEMBRES = """
select dispositif, type_adherent, count(distinct siret_adherent) as adherents
  from {source}
 where exercice = %(exercice)s and version = %(version)s
   and debut <= make_date(%(exercice)s, 12, 31) and (fin is null or fin >= make_date(%(exercice)s, 12, 31))
 group by dispositif, type_adherent
"""
COLONNES = (
    m.DISPOSITIF,
    m.Colonne("siret_adherent", "SIRET de l'adhérent", largeur=20),
    m.Colonne("type_adherent", "Type", largeur=12),
    m.Colonne("code_insee", "Code INSEE", largeur=12),
    m.Colonne("debut", "Début", "date", largeur=12),
    m.Colonne("fin", "Fin", "date", largeur=12),
)


def section(bilan: Bilan) -> m.Section:
    """Members on 31 December; the workbook lists the periods of the exercice."""
    titre, notice = f"Adhésions de l'exercice {bilan.exercice}", "Périodes d'adhésion qui touchent l'exercice."
    liste = m.liste(titre, COLONNES, bilan["adhesion"], "Adhésions", notice)
    titre = f"Adhésions au 31 décembre {bilan.exercice}"
    return m.Section("adhesions", titre, "Adhésions", [_membres(bilan), liste])


def _membres(bilan: Bilan) -> m.Tableau:
    """Members by dispositif and type on 31 December, most joined first."""
    membres: dict[str, dict[str, int]] = defaultdict(dict)
    for r in bilan.agreger("adhesion", MEMBRES):
        membres[r["dispositif"]][r["type_adherent"]] = r["adherents"]
    types = [(t, nom) for t, nom in TYPES_ADHERENT.items() if any(t in compte for compte in membres.values())]
    colonnes = (
        m.DISPOSITIF,
        *(m.Colonne(t, nom, "entier") for t, nom in types),
        m.Colonne("ensemble", "Ensemble", "entier", fort=True),
    )
    lignes: list[dict[str, Any]] = [
        {t: compte.get(t, 0) for t, _ in types} | {"libelle": bilan.libelle(d), "ensemble": sum(compte.values())}
        for d, compte in membres.items()
    ]
    lignes.sort(key=lambda x: (-x["ensemble"], x["libelle"]))
    return m.Tableau(f"Adhérents par dispositif et par type, au 31 décembre {bilan.exercice}", colonnes, lignes)
