"""Read the registry from `declarations/*.yml`: one file per source, one entry per jeu. It feeds the readers, the tables
of `brut`, the dbt sources (`_sources.yml`) and the gates: a new source is configuration, not code."""

from collections.abc import Collection
from dataclasses import MISSING, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from mutualisation.entree.sources.jeux import (
    COLONNES_TECHNIQUES,
    PERIODES,
    TYPES,
    TYPES_LIBRES,
    TYPES_SOMMABLES,
    Arrete,
    Colonne,
    Jeu,
    Registre,
    Regle,
    Source,
)
from mutualisation.socle.chemins import DECLARATIONS
from mutualisation.socle.erreurs import ErreurMutualisation

EXTENSIONS_PAR_FORMAT = {"tabulaire": ("csv", "xlsx"), "pes": ("xml",), "decp": ("json",)}
# {key of a declaration: the values that it may take}
_PERMIS: dict[str, Collection[str]] = {
    "type": TYPES,
    "periode": PERIODES,
    "format": EXTENSIONS_PAR_FORMAT,
    "extensions": [e for extensions in EXTENSIONS_PAR_FORMAT.values() for e in extensions],
    "attendu": ("mensuel", "annuel"),
    "issue": ("rejete", "retenu", "affectation"),
}
# cells of these types are kept as they are, or masked already
_GARDES_TELS = TYPES_LIBRES | {"personnel", "pseudonyme", "empreinte"}
T = TypeVar("T")


def registre(dossier: str | Path | None = None) -> Registre:
    """Read the declarations once per process and folder (default: the shipped ones). Raises `ErreurMutualisation`,
    naming file, jeu and column, when a declaration is wrong."""
    return _lire_dossier(str(dossier or DECLARATIONS))


@lru_cache(maxsize=16)
def _lire_dossier(dossier: str) -> Registre:
    fichiers = sorted(Path(dossier).glob("*.yml"))
    if not fichiers:
        raise ErreurMutualisation(f"Aucune déclaration de source (*.yml) dans {dossier}.")
    sources = tuple(_lire_source(f) for f in fichiers)
    vus: dict[str, str] = {}
    for j in (j for s in sources for j in s.jeux):
        if (autre := vus.setdefault(j.nom, j.source)) != j.source:
            raise ErreurMutualisation(
                f"{dossier} : le jeu « {j.nom} » est déclaré par deux sources ({autre} et {j.source})."
            )
    if len({s.nom for s in sources}) != len(sources):
        raise ErreurMutualisation(f"{dossier} : une source est déclarée par deux fichiers.")
    return Registre(sources)


def _lire_source(chemin: Path) -> Source:
    ou = chemin.name
    try:
        brut = yaml.load(chemin.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        marque = getattr(e, "problem_mark", None)
        raison = f"ligne {marque.line + 1}, YAML à corriger" if marque else "ce n'est pas de l'UTF-8"
        raise ErreurMutualisation(f"{ou} : déclaration illisible ({raison}).") from None
    if not isinstance(brut, dict) or not isinstance(brut.get("jeux"), dict):
        raise ErreurMutualisation(f"{ou} : « jeux » doit être un dictionnaire non vide.")
    declare = {cle: valeur for cle, valeur in brut.items() if cle != "gabarits"}
    declare["nom"] = declare.pop("source", "")
    personnes = bool(declare.pop("personnes", False))
    commun = {"source": declare["nom"], "personnes": personnes}
    jeux = [_lire_jeu(ou, nom, commun, jeu) for nom, jeu in declare.pop("jeux").items()]
    agents = any(jeu.pseudonymise for jeu in jeux)
    return _construire_objet(Source, declare, ou, jeux=tuple(replace(jeu, agents=agents) for jeu in jeux))


def _lire_jeu(fichier: str, nom: str, commun: dict[str, Any], brut: Any) -> Jeu:
    ou = f"{fichier}, jeu {nom}"
    if not isinstance(brut, dict) or not isinstance(brut.get("colonnes"), list):
        raise ErreurMutualisation(f"{ou} : « colonnes » doit être une liste non vide.")
    declare = commun | {"nom": nom} | brut
    jeu = _construire_objet(
        Jeu,
        {cle: valeur for cle, valeur in declare.items() if cle not in ("colonnes", "regles", "arrete")},
        ou,
        colonnes=tuple(_lire_colonne(c, ou, personnes=commun["personnes"]) for c in declare["colonnes"]),
        regles=tuple(_construire_objet(Regle, r, f"{ou}, règle") for r in declare.get("regles", ())),
        arrete=_construire_objet(Arrete, declare["arrete"], f"{ou}, arrete") if "arrete" in declare else None,
    )
    _verifier_jeu(jeu, ou)
    return jeu


def _lire_colonne(brut: Any, ou: str, *, personnes: bool) -> Colonne:
    if not isinstance(brut, dict):
        raise ErreurMutualisation(f"{ou}, colonne : un dictionnaire est attendu.")
    aussi = tuple((str(a["nom"]), _lire_valeur("type", a["type"], f"{ou}, aussi")) for a in brut.get("aussi", ()))
    colonne = _construire_objet(Colonne, brut | {"aussi": aussi}, f"{ou}, colonne {brut.get('nom')}")
    if (colonne.type == "enumeration") != bool(colonne.valeurs):
        raise ErreurMutualisation(
            f"{ou}, colonne {colonne.nom} : « valeurs » va avec le type enumeration, et lui seul."
        )
    gardee = personnes and colonne.entete is not None and colonne.type not in _GARDES_TELS
    return replace(colonne, gardee=gardee)


def _construire_objet(classe: type[T], brut: Any, ou: str, **autres: Any) -> T:
    """Build an object of the registry from its declaration: lists become tuples, a condition (column, value)."""
    if not isinstance(brut, dict):
        raise ErreurMutualisation(f"{ou} : un dictionnaire est attendu.")
    connues = {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(classe)}  # type: ignore[arg-type]
    for cle, requise in connues.items():
        if requise and cle not in brut and cle not in autres:
            raise ErreurMutualisation(f"{ou} : la clé « {cle} » manque.")
    for cle in brut:
        if cle not in connues:
            raise ErreurMutualisation(f"{ou} : clé inconnue « {cle} » (connues : {', '.join(sorted(connues))}).")
    return classe(**{cle: _lire_valeur(cle, valeur, f"{ou}, {cle}") for cle, valeur in brut.items()}, **autres)


def _lire_valeur(cle: str, brut: Any, ou: str) -> Any:
    for valeur in brut if isinstance(brut, list) else [brut]:
        if cle in _PERMIS and valeur not in _PERMIS[cle]:
            permis = ", ".join(sorted(_PERMIS[cle]))
            raise ErreurMutualisation(f"{ou} : « {valeur} » n'est pas connu (permis : {permis}).")
    if cle == "nom" and not (brut.isascii() and brut.isidentifier() and brut == brut.lower() and len(brut) <= 60):
        raise ErreurMutualisation(f"{ou} : « {brut} » n'est pas un nom (minuscules ASCII, chiffres, souligné).")
    if isinstance(brut, dict):
        return str(brut["colonne"]), str(brut["valeur"])
    return tuple(brut) if isinstance(brut, list) else brut


def _verifier_jeu(jeu: Jeu, ou: str) -> None:
    noms = [c.nom for c in jeu.colonnes]
    for doublon in {n for n in noms if noms.count(n) > 1} | set(noms) & set(COLONNES_TECHNIQUES):
        raise ErreurMutualisation(f"{ou} : le nom de colonne « {doublon} » est déjà pris.")
    if jeu.format == "tabulaire":
        entetes = [c.entete for c in jeu.colonnes]
        if None in entetes or len(set(entetes)) != len(entetes):
            raise ErreurMutualisation(f"{ou} : chaque colonne d'un fichier tabulaire a son propre « entete ».")
        if not jeu.obligatoires:
            raise ErreurMutualisation(f"{ou} : il faut au moins une colonne obligatoire pour reconnaître l'en-tête.")
    _verifier_colonnes_citees(jeu, noms, ou)


def _verifier_colonnes_citees(jeu: Jeu, noms: list[str], ou: str) -> None:
    mesures = [c for c in jeu.colonnes if c.mesure]
    if len(mesures) > 1 or not {c.type for c in mesures} <= TYPES_SOMMABLES:
        raise ErreurMutualisation(f"{ou} : « mesure » est d'une seule colonne, qui s'additionne.")
    for r in jeu.regles:
        if r.colonne not in noms:
            raise ErreurMutualisation(f"{ou}, règle « {r.motif} » : la colonne « {r.colonne} » n'existe pas.")
    if jeu.arrete and jeu.arrete.colonne not in [c.nom for c in jeu.colonnes if c.type == "date"]:
        raise ErreurMutualisation(f"{ou}, arrete : « {jeu.arrete.colonne} » n'est pas une colonne de date.")
    for c in jeu.colonnes:
        citees = (*c.empreinte_de, *(d[0] for d in (c.clair_si, c.pourcent_si) if d), c.garde_si_siret)
        for citee in citees:
            if citee and citee not in noms:
                raise ErreurMutualisation(f"{ou}, colonne {c.nom} : la colonne citée « {citee} » n'existe pas.")
        if bool(c.clair_si) != bool(c.empreinte_de):
            raise ErreurMutualisation(f"{ou}, colonne {c.nom} : « clair_si » et « empreinte_de » vont ensemble.")
