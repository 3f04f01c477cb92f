"""A sheet has what `feuilles.toml` declares, columns that follow from the contract, and rows in words. A column of
tomorrow has a title, a kind and a width without a word here; `colonnes.toml` says what differs."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from mutualisation.documents.mise_en_forme import modele as m
from mutualisation.documents.rapport.publie import COMMUNE, Bilan, Ligne, commune_de, par_insee, somme
from mutualisation.publication.versions.relations import lire_relations
from mutualisation.socle.chemins import PAQUET
from mutualisation.socle.francais import libelles
from mutualisation.socle.francais.formats import majuscule
from mutualisation.socle.francais.libelles import libelle
from mutualisation.socle.francais.typographie import ordre

FEUILLES = tomllib.loads((PAQUET / "documents" / "classeur" / "feuilles.toml").read_text(encoding="utf-8"))
DONNEES = tomllib.loads((PAQUET / "documents" / "classeur" / "colonnes.toml").read_text(encoding="utf-8"))
TITRES = libelles.MESURES | DONNEES["titres"]
GENRES, LARGEURS, SOMMES = DONNEES["genres"], DONNEES["largeurs"], DONNEES["sommes"]
MISE_EN_PAGE = ("filtre", "table", "imprimee", "pages")
ADHERENT = "nom siret_adherent type commune"
HORS = "—"
STATUTS = libelles.STATUTS | libelles.STATUTS_FACTURE
STATUTS |= {statut: majuscule(un) for statut, (un, _) in libelles.STATUTS_CONVENTION.items()}
# {column: how its codes read, wherever it is shown}
MOTS_DES_CODES: dict[str, Callable[[Any], str]] = {
    "categorie": lambda x: libelles.CATEGORIES.get(x, x),
    "compte": libelles.libelle_compte,
    "controle": libelles.libelle_controle,
    "groupe": libelles.libelle_groupe,
    "motif": lambda x: majuscule(libelles.libelle_motif(x)),
    "scenario": lambda x: libelle(libelles.SCENARIOS, x),
    "source": lambda x: libelle(libelles.SOURCES, x),
    "statut": lambda x: libelle(STATUTS, x),
    "valorisation": majuscule,
}


# ---------------------------------------------------------------- sheets
def feuille(
    bilan: Bilan,
    nom: str,
    lignes: Sequence[Ligne] | None = None,
    *,
    ajouts: Iterable[m.Colonne] = (),
    sans: Collection[str] = (),
    total: Ligne | None = None,
    intitule: str = "Total",
    publie: Ligne | None = None,
    suite: str = "",
) -> m.Tableau:
    """Make a sheet as it is declared; `lignes` are by default those of its relation. `ajouts` are the columns that `*`
    stands for; `sans` are left out; `total` gives known totals, the rest being added up; `publie` replaces the declared
    one, where it depends on the bilan; `suite` ends its note."""
    definition = FEUILLES[nom]

    def dire(texte: str) -> str:
        return texte.format(e=bilan.exercice, avant=bilan.exercice - 1)

    lignes_lues = en_clair(bilan, definition["relation"]) if lignes is None else lignes
    precisions = definition.get("colonne", {})
    colonnes: list[m.Colonne] = []
    for mot in re.sub(r"\badherent\b", ADHERENT, definition["colonnes"]).split():
        cle = mot.removeprefix("-")
        if mot.startswith("*"):
            colonnes += ajouts
        elif cle not in sans:
            declaree = colonne(cle, **precisions.get(cle, {}))
            colonnes.append(replace(declaree, titre=dire(declaree.titre), deduit=mot != cle))
    sommes = None
    if definition.get("additive", True) and (total is not None or any(c.somme for c in colonnes)):
        sommes = {**m.additionner(intitule, colonnes, lignes_lues), **(total or {}), colonnes[0].cle: intitule}
    if "publie" in definition:
        lieux = {cle: ou.split(".") for cle, ou in definition["publie"].items()}
        publie = {cle: bilan.total[c] if r == "total" else somme(bilan[r], c) for cle, (r, c) in lieux.items()}
    dessin = None
    if trace := definition.get("dessin"):
        series = ((dire(cle), sens) for cle, sens in trace["series"].items())
        presentes = tuple(x for x in series if any(c.cle == x[0] for c in colonnes))
        dessin = m.Dessin(dire(trace["titre"]), presentes, trace.get("empile", False))
    presentation = m.Feuille(
        dire(definition["nom"]),
        dire(definition["notice"]) if "notice" in definition else _notice(definition),
        publie=publie,
        dessin=dessin,
        resume=tuple(definition.get("resume", ())) if len(lignes_lues) > definition.get("longue", 0) else (),
        **{"filtre": "relation" in definition} | {cle: definition[cle] for cle in MISE_EN_PAGE if cle in definition},
    )
    note = definition.get("note", "") + suite
    return m.Tableau(dire(definition["titre"]), tuple(colonnes), lignes_lues, sommes, note, feuille=presentation)


def _notice(definition: Mapping[str, Any]) -> str:
    ecran = "" if definition.get("imprimee", True) else " Liste pour l'écran, non imprimée."
    return lire_relations()[definition["relation"]].description + ecran


# ---------------------------------------------------------------- columns
def colonne(cle: str, titre: str = "", genre: str = "", **autres: object) -> m.Colonne:
    """Make a column as wide as its kind asks; amounts and ETP add up."""
    if cle in ("dispositif", "libelle"):
        return m.DISPOSITIF
    genre = genre or _genre(cle)
    additive = genre in SOMMES["genres"] and cle not in SOMMES["sauf"] and not cle.endswith(("_unitaire", "_habitant"))
    largeur = LARGEURS["par_nom"].get(cle) or LARGEURS["par_genre"].get(genre, 18)
    return m.Colonne(cle, titre or intitule(cle), genre, **{"largeur": largeur, "somme": additive} | autres)


def intitule(nom: str) -> str:
    """Read a name as words: `cout_prevu` gives « Coût prévu »."""
    return TITRES.get(nom) or libelles.en_mots(nom)


def _genre(nom: str) -> str:
    """Return the kind of a column: that of its name, else of its type in the contract, else an amount."""
    par_nom = GENRES["par_nom"].get(nom) or GENRES["par_nom"].get(nom.partition("_")[0])
    return str(par_nom or GENRES["par_type"].get(_types().get(nom, "numeric(15,2)"), "nombre"))


@cache
def _types() -> dict[str, str]:
    """Return {column: type} of the contract, as the first relation that has it says."""
    return {c.nom: c.type for relation in reversed(lire_relations().values()) for c in relation.colonnes}


# ---------------------------------------------------------------- rows
def en_clair(bilan: Bilan, relation: str) -> list[Ligne]:
    """Return the rows of a relation in words, by dispositif, commune and adherent, then in the order of its key."""
    lignes, qui = bilan[relation], annuaire(bilan)
    if lignes and "siret_adherent" in lignes[0]:
        lignes = sorted(map(qui.nommer, lignes), key=_rang)
    if lignes and "dispositif" in lignes[0]:
        lignes = bilan.dans_l_ordre(lignes)
    mots = MOTS_DES_CODES
    return [{cle: mots[cle](x) if cle in mots and x is not None else x for cle, x in r.items()} for r in lignes]


@dataclass(frozen=True)
class Annuaire:
    """Adherents of the exercice by SIRET, and communes by INSEE, are {nom, type_adherent, code_insee, population}."""

    adherents: Mapping[str, Ligne]
    communes: Mapping[str, Ligne]

    def nommer(self, ligne: Ligne) -> Ligne:
        """Add to a row `nom`, `type`, `commune`, `insee` of its `siret_adherent`."""
        siret = ligne["siret_adherent"]
        connu = self.adherents.get(siret or "", {})
        type_ = connu.get("type_adherent") or ligne.get("type_adherent") or ""
        insee = commune_de(type_, connu.get("code_insee"), self.communes) or ""
        return ligne | {
            "nom": connu.get("nom") or ("Adhérent hors référentiel" if siret else "Non réparti"),
            "type": libelles.TYPE_ADHERENT.get(type_, type_),
            "commune": self.communes.get(insee, {}).get("nom") or "",
            # a sum by this code is of the commune alone, without its CCAS and satellites
            "insee": (type_ == COMMUNE and insee) or HORS,
        }


def annuaire(bilan: Bilan) -> Annuaire:
    adherents = bilan["adherent"]
    return Annuaire({r["siret_adherent"]: r for r in adherents}, par_insee(adherents))


def _rang(nommee: Ligne) -> tuple[Any, ...]:
    """Order named rows by commune, then what depends on it."""
    types, commune = list(libelles.TYPE_ADHERENT.values()), nommee["commune"]
    place = types.index(nommee["type"]) if nommee["type"] in types else len(types)
    return not commune, ordre(commune), place, ordre(nommee["nom"]), nommee["siret_adherent"] or ""
