"""Columns of the workbook by their names: title, kind and width follow from the contract, also for one of tomorrow."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from mutualisation.chemins import PAQUET
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
DONNEES = tomllib.loads((PAQUET / "classeur" / "colonnes.toml").read_text(encoding="utf-8"))
TITRES = MESURES | DONNEES["titres"]
GENRES, LARGEURS, SOMMES = DONNEES["genres"], DONNEES["largeurs"], DONNEES["sommes"]
ADHERENT = "nom siret_adherent type commune"


def colonnes(noms: str, titres: Mapping[str, str] | None = None, **formules: str) -> list[Colonne]:
    """Columns in this order. `titres`: what this sheet calls some of them; `formules`: those computed from others.

    `adherent` stands for the four that say who an adherent is; `-nom`: read with a minus.
    """
    lues = []
    for nom in " ".join(ADHERENT if nom == "adherent" else nom for nom in noms.split()).split():
        cle = nom.removeprefix("-")
        lue = colonne(cle, (titres or {}).get(cle), formule=formules.get(cle, ""))
        lues.append(replace(lue, deduit=nom != cle))
    return lues


def colonne(cle: str, titre: str | None = None, genre: str = "", **autres: object) -> Colonne:
    """A column as wide as its kind; amounts and ETP add up."""
    if cle in ("dispositif", "libelle"):
        return DISPOSITIF
    genre = genre or _genre(cle)
    somme = genre in SOMMES["genres"] and cle not in SOMMES["sauf"] and not cle.endswith(("_unitaire", "_habitant"))
    largeur = LARGEURS["par_nom"].get(cle) or LARGEURS["par_genre"].get(genre, 18)
    return Colonne(cle, titre or intitule(cle), genre, **{"largeur": largeur, "somme": somme} | autres)


def intitule(nom: str) -> str:
    """`cout_prevu` reads « Coût prévu »."""
    return TITRES.get(nom) or majuscule(" ".join(MOTS.get(mot, mot) for mot in nom.split("_")))


def _genre(nom: str) -> str:
    """The kind of a column: its name's, else that of its type in the contract, else an amount."""
    type_ = _types().get(nom, "numeric(15,2)")
    par_nom = GENRES["par_nom"].get(nom) or GENRES["par_nom"].get(nom.partition("_")[0])
    return str(par_nom or GENRES["par_type"].get(type_, "nombre"))


@cache
def _types() -> dict[str, str]:
    """{column: type} of the contract, as the first relation that has it says."""
    toutes = [c for relation in reversed(lire_relations().values()) for c in relation.colonnes]
    return {c.nom: c.type for c in toutes}
