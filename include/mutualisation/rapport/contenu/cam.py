"""Purchases through the purchasing body by theme, and the gain where a reference price is stated (R9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mutualisation.rapport.contenu import modele as m
from mutualisation.rapport.publie import Bilan

PAR_THEME = """
select thematique, count(distinct numero_marche) as marches, count(distinct siret_adherent) as acheteurs,
       sum(commandes) as commandes, sum(achats_ht) as achats_ht, sum(achats_compares_ht) as achats_compares_ht,
       sum(prix_reference_ht) as prix_reference_ht, sum(gain) as gain
  from {source}
 where exercice = %(exercice)s and version = %(version)s
 group by thematique
 order by sum(achats_ht) desc, thematique collate "C"
"""
COLONNES = (
    m.Colonne("thematique", "Thématique", part=3, largeur=40),
    m.Colonne("marches", "Marchés", "entier", largeur=12, somme=True),
    m.Colonne("commandes", "Commandes", "entier", largeur=12, somme=True),
    m.Colonne("achats_ht", "Achats HT", "euros", somme=True, fort=True),
    m.Colonne("achats_compares_ht", "dont comparés", "euros", somme=True),
    m.Colonne("prix_reference_ht", "Prix de référence HT", "euros", somme=True),
    m.Colonne("gain", "Gain", "euros", somme=True),
    m.Colonne("gain_pct", "Gain, en %", "taux", largeur=12),
)
NOTE = (
    "Le gain est l'écart entre le prix de référence et les achats comparés : les seules lignes qui donnent un prix de "
    "référence ; ce n'est pas une économie constatée dans les comptes des communes."
)

FEUILLE = m.Feuille("CAM", "Achats par la centrale d'achat, par thématique, et gain sur prix de référence.")


def section(bilan: Bilan) -> m.Section:
    """One table of the exercice."""
    lignes = [{**r, "gain_pct": _gain(r)} for r in bilan.agreger("cam_achats", PAR_THEME)]
    total = m.additionner("Total", COLONNES, lignes)
    titre, complet = f"Achats par la centrale d'achat, {bilan.exercice}", total | {"gain_pct": _gain(total)}
    cam = m.Tableau(titre, COLONNES, lignes, complet, NOTE, feuille=FEUILLE)
    return m.Section("cam", "Centrale d'achat", "Centrale d'achat", [cam])


def _gain(ligne: dict[str, Any]) -> Decimal | None:
    gain, reference = ligne["gain"], ligne["prix_reference_ht"]
    return gain / reference if gain is not None and reference else None
