"""Columns of the workbook by their names: title, kind and width follow from the contract, also for one of tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from mutualisation.francais.formats import majuscule
from mutualisation.francais.libelles import MESURES
from mutualisation.francais.typographie import ordre
from mutualisation.mise_en_forme.modele import DISPOSITIF, Colonne
from mutualisation.publication.relations import lire_relations

# words that a name of column writes in ASCII
MOTS_FRANCAIS = (
    "adhérents bénéficiaire catégorie constaté constatées contrôle coût dépôt début dû écart EPCI ETP ETPT HT INSEE "
    "opérations précédent prévu prévues référence scénario thématique unité unités"
)
MOTS = {ordre(mot): mot for mot in MOTS_FRANCAIS.split()}
TITRES = MESURES | {
    "achats_compares_ht": "Achats comparés HT",
    "charges_mesurees": "Dépenses directes mesurées",
    "cle": "Réparti selon",
    "commune": "Commune de rattachement",
    "complet": "Coût moyen complet",
    "cout_complet_unitaire": "Coût complet par unité",
    "cout_d5211": "Base D5211-16",
    "cout_d5211_unitaire": "Base D5211-16 par unité",
    "cout_habitant": "Coût par habitant",
    "cout_moyen": "Coût moyen par ETPT, hors structure",
    "cout_personnel_d5211": "dont base D5211-16",
    "cout_structure": "Structure par ETPT",
    "cout_usage": "Coût de ce qui est utilisé",
    "dont_structure": "Structure écartée",
    "du_habitant": "Dû par habitant",
    "erreur_relative": "Erreur, en %",
    "etp_mesure": "ETP mesurés",
    "etpt": "ETPT de la catégorie",
    "etpt_groupe": "ETPT du regroupement",
    "exercice_base": "Prévu depuis",
    "frais": "Frais retenus",
    "gain_pct": "Gain, en % du prix de référence",
    "groupe": "Regroupement",
    "manque": "Ce qui manque",
    "montant_facture": "Facturé",
    "montant_titre": "Titré",
    "moyen": "Coût moyen complet",
    "nom": "Adhérent",
    "part_epci": "Part de l'intercommunalité",
    "population": "Population totale",
    "prix_reference_ht": "Prix de référence HT",
    "produit": "Produit des ventes",
    "rattaches": "CCAS et satellites",
    "recalcule": "Coût recalculé : ETP × coût moyen",
    "recettes_ac": "Imputé sur l'attribution de compensation",
    "reversement": "Reversé aux autres bénéficiaires",
    "services": "Services utilisés",
    "siret_adherent": "SIRET",
    "taux": "Taux de frais",
    "taux_couverture": "Taux de couverture",
    "taux_couverture_d5211": "Couverture de la base",
    "valeur_attendue": "Attendu",
    "valeur_constatee": "Constaté",
    "valorisation": "État",
    "vente": "Exercice de la vente",
}
GENRES = {"numeric(15,2)": "centimes", "numeric(20,6)": "moyen", "date": "date", "boolean": "texte", "text": "texte"}
# of a column by its name, or the first word of it, before its type
GENRES_PAR_NOM = {
    "code_insee": "code", "complet": "moyen", "effet": "variation", "erreur": "variation",
    "erreur_relative": "taux", "etp": "etp", "etpt": "etp_fin", "exercice": "annee", "fichier": "code",
    "gain_pct": "taux", "insee": "code", "moyen": "moyen", "seuil": "constat", "siret_adherent": "code", "taux": "taux",
    "valeur_attendue": "constat", "valeur_constatee": "constat",
}  # fmt: skip
ENTIERS = ("population", "services", "rattaches", "marches", "commandes", "operations", "lignes", "adherents")
TEXTES = ("commune", "mesure", "mode", "nom", "portee", "type", "unite", "vente", "issue", "sujet", "constat", "objet")
ADDITIFS = ("centimes", "variation", "etp", "etp_fin", "milliers", "entier")
# a mean, a rate, or what several rows count
NON_ADDITIFS = ("services", "adherents", "semestre", "etpt_groupe", "etp_prevu", "etp_constate")
LARGEURS = {"annee": 10, "code": 18, "constat": 24, "date": 12, "entier": 12, "etp": 12, "etp_fin": 14, "milliers": 13,
            "moyen": 22, "nombre": 14, "taux": 14, "texte": 34, "variation": 16}  # fmt: skip
LARGEURS_PAR_NOM = {
    "bloquant": 11, "categorie": 26, "cle": 18, "code_insee": 9, "commune": 26, "compte": 44, "constat": 90,
    "controle": 52, "destination": 48, "fichier": 44, "insee": 9, "issue": 14, "justification": 48, "lignes": 10,
    "manque": 60, "mesure": 14, "mode": 30, "motif": 60, "portee": 16, "scenario": 26, "seuil": 10, "source": 28,
    "statut": 14, "type": 12, "vente": 24,
}  # fmt: skip


def colonnes(noms: str, titres: Mapping[str, str] | None = None, **formules: str) -> list[Colonne]:
    """Columns in this order. `titres`: what this sheet calls some of them; `formules`: those computed from others.

    `adherent` stands for the four that say who an adherent is; `-nom`: read with a minus.
    """
    lues = []
    for nom in noms.replace("adherent ", "nom siret_adherent type commune ").split():
        cle = nom.removeprefix("-")
        lue = colonne(cle, (titres or {}).get(cle), formule=formules.get(cle, ""))
        lues.append(replace(lue, deduit=nom != cle))
    return lues


def colonne(cle: str, titre: str | None = None, genre: str = "", **autres: object) -> Colonne:
    """A column as wide as its kind; amounts and ETP add up."""
    if cle in ("dispositif", "libelle"):
        return DISPOSITIF
    genre = genre or _genre(cle)
    somme = genre in ADDITIFS and cle not in NON_ADDITIFS and not cle.endswith(("_unitaire", "_habitant"))
    largeur = LARGEURS_PAR_NOM.get(cle) or LARGEURS.get(genre, 18)
    return Colonne(cle, titre or intitule(cle), genre, **{"largeur": largeur, "somme": somme} | autres)  # type: ignore[arg-type]


def intitule(nom: str) -> str:
    """`cout_prevu` reads « Coût prévu »."""
    return TITRES.get(nom) or majuscule(" ".join(MOTS.get(mot, mot) for mot in nom.split("_")))


def _genre(nom: str) -> str:
    """The kind of a column: its name's, else that of its type in the contract, else an amount."""
    if genre := GENRES_PAR_NOM.get(nom) or GENRES_PAR_NOM.get(nom.partition("_")[0]):
        return genre
    if nom in ENTIERS or nom in TEXTES:
        return "entier" if nom in ENTIERS else "texte"
    type_ = _types().get(nom, "numeric(15,2)")
    return GENRES.get(type_) or ("entier" if type_ == "integer" else "nombre")


@cache
def _types() -> dict[str, str]:
    """{column: type} of the contract, as the first relation that has it says."""
    toutes = [c for relation in reversed(lire_relations().values()) for c in relation.colonnes]
    return {c.nom: c.type for c in toutes}
