"""Who is behind a SIRET, which commune an adherent belongs to, what an identifier of the warehouse says in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from mutualisation.francais import libelles
from mutualisation.francais.typographie import ordre
from mutualisation.mise_en_forme import modele as m
from mutualisation.rapport.publie import Bilan, Ligne

# the others stand under no commune, whatever their INSEE
COMMUNAUX = ("commune", "ccas", "satellite")
HORS = "—"
INCONNU = "Adhérent hors référentiel"
SANS_SIRET = "Non réparti"
NOM = m.Colonne("nom", "Adhérent", largeur=34)
SIRET = m.Colonne("siret_adherent", "SIRET", "code", largeur=18)
TYPE = m.Colonne("type", "Type", largeur=12)
COMMUNE = m.Colonne("commune", "Commune de rattachement", largeur=26)
TAUX = ("indexation_masse_salariale", "evolution_tarifs", "actualisation")
# an identifier, not a number: leading zeros count
CODES = ("pes_", "compte_recette", "fonction_recette")


@dataclass(frozen=True)
class Annuaire:
    """Adherents of the exercice by SIRET, communes by INSEE: {nom, type_adherent, code_insee, population}.

    Empty for a version published before the relation existed: names are then left out.
    """

    adherents: Mapping[str, Ligne]
    communes: Mapping[str, Ligne]

    def nommer(self, ligne: Ligne) -> Ligne:
        """A row with `nom`, `type`, `commune`, `insee` of its `siret_adherent`."""
        siret = ligne["siret_adherent"]
        connu = self.adherents.get(siret or "", {})
        type_ = connu.get("type_adherent") or ligne.get("type_adherent") or ""
        insee = (connu.get("code_insee") or "") if type_ in COMMUNAUX else ""
        commune = self.communes.get(insee, {})
        return ligne | {
            "nom": connu.get("nom") or (INCONNU if siret else SANS_SIRET),
            "type": libelles.TYPE_ADHERENT.get(type_, type_),
            "commune": commune.get("nom") or "",
            "insee": insee if commune else HORS,
        }

    def rang(self, ligne: Ligne) -> tuple[Any, ...]:
        """By commune, then what depends on it."""
        nomme, types = self.nommer(ligne), list(libelles.TYPE_ADHERENT.values())
        commune, siret = nomme["commune"], ligne["siret_adherent"] or ""
        place = types.index(nomme["type"]) if nomme["type"] in types else len(types)
        return not commune, ordre(commune), place, ordre(nomme["nom"]), siret


def annuaire(bilan: Bilan) -> Annuaire:
    """Who is who in the exercice."""
    rangees = bilan["adherent"]
    communes = {r["code_insee"]: r for r in rangees if r["type_adherent"] == "commune" and r["code_insee"]}
    return Annuaire({r["siret_adherent"]: r for r in rangees}, communes)


def nommes(bilan: Bilan) -> tuple[m.Colonne, ...]:
    """The columns that say who an adherent is, its name first where names are known."""
    return (NOM, SIRET, TYPE, COMMUNE) if bilan["adherent"] else (SIRET,)


def lire_parametre(bilan: Bilan, nom: str, valeur: str) -> m.Valeur:
    """The value of a parameter in its type: words for a code, a date, a rate, a number."""
    racine = nom.partition(":")[0]
    if (dite := libelles.valeur_parametre(nom, valeur)) != valeur:
        return m.Valeur(dite)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", valeur):
        return m.Valeur(date.fromisoformat(valeur), "date")
    if racine.startswith(CODES) or racine in ("horizon_prevision", "exercice_base"):
        return m.Valeur(valeur)
    try:
        lu = Decimal(valeur.replace(",", "."))
    except InvalidOperation:
        return m.Valeur(bilan.libelle(valeur))
    return m.Valeur(lu, "taux" if racine in TAUX else "nombre")
