"""Registry of the sources, read from `declarations/*.yml`: one file per source, one entry per jeu.

It feeds the readers, the tables of `brut`, the dbt sources (`_sources.yml`) and the gates: adding a source or
a dialect is configuration, not code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from mutualisation.chemins import DECLARATIONS
from mutualisation.erreurs import ErreurMutualisation
from mutualisation.sources.jeux import (
    COLONNES_TECHNIQUES,
    PERIODES,
    RANG_ORDINAIRE,
    TYPES,
    Colonne,
    Dialecte,
    Jeu,
    Registre,
    Regle,
    Source,
)

ATTENDUS = frozenset({"mensuel", "annuel"})
ISSUES = frozenset({"rejete", "retenu", "affectation"})
EXTENSIONS_PAR_FORMAT = {"tabulaire": ("csv", "xlsx"), "pes": ("xml",), "decp": ("json",)}

_CLES_SOURCE = frozenset({"source", "libelle", "description", "gabarits", "jeux", "dialecte", "personnes", "rang"})
_CLES_JEU = frozenset(f.name for f in fields(Jeu)) - {"source", "nom", "personnes"}
_CLES_COLONNE = frozenset(f.name for f in fields(Colonne)) - {"gardee"}
# kept as they are, or masked already
_TYPES_LIBRES = frozenset({"texte", "personnel", "pseudonyme", "empreinte"})
_CLES_REGLE = frozenset(f.name for f in fields(Regle))
_CLES_DIALECTE = frozenset(f.name for f in fields(Dialecte))
_ENCODAGES = frozenset({"utf-8", "cp1252"})


def registre(dossier: str | Path | None = None) -> Registre:
    """Read the declarations (once per process and folder; default: the shipped ones).

    ErreurMutualisation, naming file, jeu and column, when a declaration is wrong.
    """
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
        brut = yaml.safe_load(chemin.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        marque = getattr(e, "problem_mark", None)
        raison = f"ligne {marque.line + 1}, YAML à corriger" if marque else "ce n'est pas de l'UTF-8"
        raise ErreurMutualisation(f"{ou} : déclaration illisible ({raison}).") from None
    d = _dictionnaire(brut, ou, _CLES_SOURCE, ("source", "libelle", "jeux"))
    dialecte = _lire_dialecte(d.get("dialecte"), ou, Dialecte())
    jeux = d["jeux"]
    if not isinstance(jeux, dict) or not jeux:
        raise ErreurMutualisation(f"{ou} : « jeux » doit être un dictionnaire non vide.")
    nom = _identifiant(d["source"], ou)
    personnes = bool(d.get("personnes", False))
    lus = [
        _lire_jeu(nom, _identifiant(k, ou), v, f"{ou}, jeu {k}", dialecte, personnes=personnes) for k, v in jeux.items()
    ]
    agents = any(jeu.pseudonymise for jeu in lus)
    return Source(
        nom=nom,
        libelle=str(d["libelle"]),
        description=str(d.get("description", "")),
        jeux=tuple(replace(jeu, agents=agents) for jeu in lus),
        rang=int(d.get("rang", RANG_ORDINAIRE)),
    )


def _lire_jeu(source: str, nom: str, brut: Any, ou: str, dialecte: Dialecte, *, personnes: bool) -> Jeu:
    d = _dictionnaire(brut, ou, _CLES_JEU, ("libelle", "periode", "colonnes"))
    forme = _parmi(d.get("format", "tabulaire"), EXTENSIONS_PAR_FORMAT, f"{ou}, format")
    extensions = tuple(str(e) for e in d.get("extensions", EXTENSIONS_PAR_FORMAT[forme]))
    for e in extensions:
        _parmi(e, EXTENSIONS_PAR_FORMAT[forme], f"{ou}, extensions")
    if not isinstance(d["colonnes"], list) or not d["colonnes"]:
        raise ErreurMutualisation(f"{ou} : « colonnes » doit être une liste non vide.")
    jeu = Jeu(
        source=source,
        nom=nom,
        libelle=str(d["libelle"]),
        periode=_parmi(d["periode"], PERIODES, f"{ou}, periode"),
        colonnes=tuple(_lire_colonne(c, ou, personnes=personnes) for c in d["colonnes"]),
        format=forme,
        extensions=extensions,
        attendu=_parmi(d["attendu"], ATTENDUS, f"{ou}, attendu") if "attendu" in d else None,
        silencieux=bool(d.get("silencieux", False)),
        instantane=bool(d.get("instantane", False)),
        personnes=personnes,
        regles=tuple(_lire_regle(r, ou) for r in d.get("regles", ())),
        dialecte=_lire_dialecte(d.get("dialecte"), ou, dialecte),
    )
    _verifier_colonnes(jeu, ou)
    return jeu


def _lire_colonne(brut: Any, ou: str, *, personnes: bool) -> Colonne:
    d = _dictionnaire(brut, f"{ou}, colonne", _CLES_COLONNE, ("nom", "type"))
    ici = f"{ou}, colonne {d['nom']}"
    valeurs = tuple(str(v) for v in d.get("valeurs", ()))
    type_ = _parmi(d["type"], TYPES, f"{ici}, type")
    if (type_ == "enumeration") != bool(valeurs):
        raise ErreurMutualisation(f"{ici} : « valeurs » va avec le type enumeration, et lui seul.")
    return Colonne(
        nom=_identifiant(d["nom"], ici),
        type=type_,
        entete=str(d["entete"]) if "entete" in d else None,
        obligatoire=bool(d.get("obligatoire", False)),
        valeurs=valeurs,
        unite=str(d["unite"]) if "unite" in d else None,
        clair_si=_condition(d.get("clair_si"), f"{ici}, clair_si"),
        empreinte_de=tuple(str(c) for c in d.get("empreinte_de", ())),
        garde_si_siret=str(d["garde_si_siret"]) if "garde_si_siret" in d else None,
        pourcent_si=_condition(d.get("pourcent_si"), f"{ici}, pourcent_si"),
        inconnue_vide=bool(d.get("inconnue_vide", False)),
        document=bool(d.get("document", False)),
        plafond=int(d["plafond"]) if "plafond" in d else None,
        aussi=tuple((_identifiant(a["nom"], ici), _parmi(a["type"], TYPES, ici)) for a in d.get("aussi", ())),
        gardee=personnes and "entete" in d and type_ not in _TYPES_LIBRES,
    )


def _lire_regle(brut: Any, ou: str) -> Regle:
    d = _dictionnaire(brut, f"{ou}, règle", _CLES_REGLE, ("colonne", "si", "motif"))
    issue = _parmi(d.get("issue", "rejete"), ISSUES, f"{ou}, règle, issue")
    return Regle(str(d["colonne"]), str(d["si"]), str(d["motif"]), issue)


def _condition(brut: Any, ou: str) -> tuple[str, str] | None:
    """(column, value) of a condition over another column of the row."""
    if brut is None:
        return None
    d = _dictionnaire(brut, ou, frozenset({"colonne", "valeur"}), ("colonne", "valeur"))
    return str(d["colonne"]), str(d["valeur"])


def _verifier_colonnes(jeu: Jeu, ou: str) -> None:
    noms = [c.nom for c in jeu.colonnes]
    for doublon in {n for n in noms if noms.count(n) > 1} | set(noms) & set(COLONNES_TECHNIQUES):
        raise ErreurMutualisation(f"{ou} : le nom de colonne « {doublon} » est déjà pris.")
    if jeu.format == "tabulaire":
        entetes = [c.entete for c in jeu.colonnes]
        if None in entetes or len(set(entetes)) != len(entetes):
            raise ErreurMutualisation(f"{ou} : chaque colonne d'un fichier tabulaire a son propre « entete ».")
        if not jeu.obligatoires:
            raise ErreurMutualisation(f"{ou} : il faut au moins une colonne obligatoire pour reconnaître l'en-tête.")
    _verifier_citees(jeu, noms, ou)


def _verifier_citees(jeu: Jeu, noms: list[str], ou: str) -> None:
    """Columns that rules and other columns name."""
    for r in jeu.regles:
        if r.colonne not in noms:
            raise ErreurMutualisation(f"{ou}, règle « {r.motif} » : la colonne « {r.colonne} » n'existe pas.")
    for c in jeu.colonnes:
        citees = (*c.empreinte_de, *(d[0] for d in (c.clair_si, c.pourcent_si) if d), c.garde_si_siret)
        for citee in citees:
            if citee and citee not in noms:
                raise ErreurMutualisation(f"{ou}, colonne {c.nom} : la colonne citée « {citee} » n'existe pas.")
        if bool(c.clair_si) != bool(c.empreinte_de):
            raise ErreurMutualisation(f"{ou}, colonne {c.nom} : « clair_si » et « empreinte_de » vont ensemble.")


def _lire_dialecte(brut: Any, ou: str, defaut: Dialecte) -> Dialecte:
    if brut is None:
        return defaut
    d = _dictionnaire(brut, f"{ou}, dialecte", _CLES_DIALECTE, ())
    separateurs = tuple(str(s) for s in d.get("separateurs", defaut.separateurs))
    if not separateurs or any(len(s) != 1 or s in '"\r\n' for s in separateurs):
        raise ErreurMutualisation(f"{ou}, dialecte : un séparateur est un seul caractère, autre que guillemet.")
    encodages = tuple(_parmi(e, _ENCODAGES, f"{ou}, encodages") for e in d.get("encodages", defaut.encodages))
    bannieres = d.get("bannieres", defaut.bannieres)
    if not isinstance(bannieres, int) or bannieres < 0:
        raise ErreurMutualisation(f"{ou}, dialecte : « bannieres » est un nombre de lignes.")
    return Dialecte(separateurs, encodages, bannieres)


def _dictionnaire(brut: Any, ou: str, cles: frozenset[str], requises: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(brut, dict):
        raise ErreurMutualisation(f"{ou} : un dictionnaire est attendu.")
    for k in requises:
        if k not in brut:
            raise ErreurMutualisation(f"{ou} : la clé « {k} » manque.")
    for k in brut:
        if k not in cles:
            raise ErreurMutualisation(f"{ou} : clé inconnue « {k} » (connues : {', '.join(sorted(cles))}).")
    return brut


def _parmi(valeur: Any, permis: Any, ou: str) -> str:
    if valeur not in permis:
        raise ErreurMutualisation(f"{ou} : « {valeur} » n'est pas connu (permis : {', '.join(sorted(permis))}).")
    return str(valeur)


def _identifiant(valeur: Any, ou: str) -> str:
    nom = str(valeur)
    if not (nom.isascii() and nom.isidentifier() and nom == nom.lower() and len(nom) <= 60):
        raise ErreurMutualisation(f"{ou} : « {nom} » n'est pas un nom (minuscules ASCII, chiffres, souligné).")
    return nom
