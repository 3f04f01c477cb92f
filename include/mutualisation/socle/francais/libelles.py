"""Give a French label, for reading only, to what the warehouse names in ASCII; a name without a label shows itself. The
tables are `libelles.toml`: the label of a new name goes there, and nowhere else; the words of a referentiel
(parameters, roles, rules of a tariff, modes) have theirs in `sources/vocabulaire.toml`."""

import csv
import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from string import ascii_lowercase
from typing import Any

from mutualisation.socle.chemins import LIBELLES, PAGE_REGLES, PLAN_COMPTABLE, SEEDS, VOCABULAIRE
from mutualisation.socle.francais import formats
from mutualisation.socle.francais.typographie import lettres

CONTROLES = SEEDS / "controles_index.csv"
_TABLES: dict[str, Any] = tomllib.loads(LIBELLES.read_text(encoding="utf-8"))
_VOCABULAIRE: dict[str, dict[str, Any]] = tomllib.loads(VOCABULAIRE.read_text(encoding="utf-8"))
Noms = dict[str, str]
# the word of one thing, then that of several
Nombres = dict[str, tuple[str, str]]


def _du_vocabulaire(table: str, cle: str) -> dict[str, Any]:
    """Return {name: value of `cle`} for the names of a table of the vocabulary that have this key."""
    return {nom: mots[cle] for nom, mots in _VOCABULAIRE[table].items() if cle in mots}


MESURES: Noms = _TABLES["mesures"]
MESURES_UNITAIRES: Noms = _TABLES["mesures_unitaires"]
CATEGORIES: Noms = _TABLES["categories"]
EFFETS: Noms = _TABLES["effets"]
REGLES_CITEES: Noms = _TABLES["regles_citees"]
INDICATEURS: Noms = _TABLES["indicateurs"]
STATUTS: Noms = _TABLES["statuts"]
MANQUES: Noms = _TABLES["manques"]
DOSSIERS: Noms = _TABLES["dossiers"]
SOURCES: Noms = _TABLES["sources"]
DESTINATIONS: Noms = _TABLES["destinations"]
MOTIFS: Noms = _TABLES["motifs"]
ROLES: Noms = _du_vocabulaire("roles", "motif")
RUBRIQUES: Noms = _TABLES["rubriques"]
ORIGINES: Noms = _TABLES["origines"]
AIDES: Noms = _TABLES["aides"]
MODES: Noms = _du_vocabulaire("modes", "libelle")
TARIFS: Noms = _du_vocabulaire("tarifs", "libelle")
UNITES_TARIF: Noms = _du_vocabulaire("tarifs", "unite")
ORIGINES_CLES: Noms = _TABLES["origines_cles"]
PARAMETRES: Noms = _du_vocabulaire("parametres", "libelle")
METHODES_ETP: Noms = _TABLES["methodes_etp"]
SCENARIOS: Noms = _TABLES["scenarios"]
MESURES_HYPOTHESES: Noms = _TABLES["mesures_hypotheses"]
TYPE_ADHERENT: Noms = _TABLES["type_adherent"]
CLES_USAGE: Noms = _TABLES["cles_usage"]
STATUTS_FACTURE: Noms = _TABLES["statuts_facture"]
HORIZONS: Noms = _TABLES["horizons"]
STATUTS_ACTION: Noms = _TABLES["statuts_action"]
DEPENDANCES: Noms = _TABLES["dependances"]
STATUTS_AVIS: Nombres = _TABLES["statuts_avis"]
STATUTS_CONVENTION: Nombres = _TABLES["statuts_convention"]
REMEDES: Noms = _TABLES["remedes"]
GLOSSAIRE: Noms = _TABLES["glossaire"]
INSTITUTIONS: Noms = _TABLES["institutions"]
DECOMPTES: Nombres = _TABLES["decomptes"]
FAMILLES_UNITES: dict[str, list[str]] = _TABLES["familles_unites"]
UNITES_SERVICE: Nombres = _TABLES["unites_service"]
ADHERENTS: Nombres = _TABLES["adherents"]
VALEURS: dict[str, Noms] = _du_vocabulaire("parametres", "valeurs")
# the names of the contract write these words in ASCII
_MOTS = {lettres(mot): mot for mot in _TABLES["mots"]["accentues"].split()}
# a reason of `rejets` ends with its rule: « … (C1) »
_REGLE = re.compile(r"\b([A-Z][0-9]{1,2}[a-z]?'?)(?=[,) ]|$)")
_CITEE = re.compile(r"\b[CFGHKPR][0-9]{1,2}[a-z]?\b")
_DEFAUT = "corriger la cellule en faute"
# without an amount, a service is free, or nobody gave its price: one is not the other
GRATUIT, PRIX_INCONNU = "gratuit", "prix non renseigné"


@cache
def controles() -> dict[str, dict[str, str]]:
    """Return {control: {libelle, remede, …}} from the index of controls, which the warehouse loads as a seed."""
    with CONTROLES.open(encoding="utf-8", newline="") as fichier:
        return {ligne["controle"]: ligne for ligne in csv.DictReader(fichier)}


def libelle_controle(nom: str) -> str:
    """Return the label of a control, else its name with spaces."""
    return controles().get(nom, {}).get("libelle") or nom.replace("_", " ")


def examine(nom: str, nombre: int) -> str:
    """Say what a control counted: `1 234 périodes d'emploi examinées`; empty for an unknown control or one of sums."""
    controle = controles().get(nom, {})
    if controle.get("unite") != "nombre":
        return ""
    return formats.plusieurs(nombre, controle["regarde_un"], controle["regarde"])


def libelle_motif(motif: str) -> str:
    """Label a reason: `role:personnel` reads « Compte exclu : personnel, déjà dans la masse salariale »."""
    nature, _, role = motif.partition(":")
    return f"Compte exclu : {libelle(ROLES, role)}" if nature == "role" else libelle(MOTIFS, motif)


def libelle(table: dict[str, str], nom: str) -> str:
    """Return the label of a name, else the name with spaces."""
    return table.get(nom) or nom.replace("_", " ")


def en_mots(nom: str) -> str:
    """Read a name of the contract as words, with their accents: `synthese_financiere` is « Synthèse financière »."""
    return formats.majuscule(" ".join(_MOTS.get(mot, mot) for mot in nom.split("_")))


def libelle_mode(mode: str | None) -> str:
    """Label a recovery mode; no mode means that no tariff was in force (R7b)."""
    return libelle(MODES, mode) if mode else formats.majuscule(PRIX_INCONNU)


def decompte(statut: str, nombre: int) -> str:
    """Name what a status counts, in the singular or the plural."""
    un, plusieurs = DECOMPTES.get(statut, (statut, statut))
    return un if nombre < 2 else plusieurs


def libelle_unite(code: str, nombre: int = 2) -> str:
    """Label a unit: `adherent_actif` reads « adhérents actifs »; an unknown code loses its capitals and underscores."""
    if noms := UNITES_SERVICE.get(code):
        return noms[0] if nombre < 2 else noms[1]
    return code.replace("_", " ").lower()


def libelle_parametre(nom: str, nommer: Callable[[str], str] = str) -> str:
    """Label a parameter: `actualisation:ADS` reads « Actualisation du coût unitaire — ADS », by `nommer`."""
    racine, _, objet = nom.partition(":")
    return libelle(PARAMETRES, racine) + (f" — {nommer(objet)}" if objet else "")


def valeur_parametre(nom: str, valeur: str) -> str:
    """Write the value of a parameter for readers: `reel` reads « jours réels », a figure stays as it was typed."""
    return VALEURS.get(nom.partition(":")[0], {}).get(valeur, valeur)


@cache
def _noms_de_comptes() -> dict[str, str]:
    """Return {account of up to five digits: its name in the last year of 2019-2024 that has it} (`comptes_m57.csv`).

    The file is the chart of accounts M57 (M57 développé from 2022) of DGCL and DGFiP, classes 6 and 7 and assets of 20
    and 21, read in the repository megalis-bretagne/opendata-extraction (`plans-de-comptes/**/planDeCompte.xml`). A name
    that only completes that of its parent is set after it. No figure depends on a name: the role of an account does
    that (R3)."""
    with PLAN_COMPTABLE.open(encoding="utf-8", newline="") as fichier:
        return {ligne["compte"]: ligne["libelle"] for ligne in csv.DictReader(fichier, delimiter=";")}


def libelle_compte(compte: str) -> str:
    """Write an account and its name, or that of its longest named prefix: `60612 (Energie - Electricité)`."""
    prefixes = (compte[:n] for n in range(len(compte), 1, -1))
    nom = next((_noms_de_comptes()[p] for p in prefixes if p in _noms_de_comptes()), "")
    return f"{compte} ({nom})" if nom else compte


@cache
def page_des_regles() -> dict[str, str]:
    """Return {rule or control in lower case: its row of `docs/regles.md`, as one line}."""
    rangees = re.findall(
        r'^\| <a id="(\w+)"></a>(.+?) \| (.+) \| (.*) \|$', PAGE_REGLES.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {ancre: f"{nom} : {sens} ({ou})".replace(" ()", "").replace("`", "") for ancre, nom, sens, ou in rangees}


def regle_citee(motif: str) -> str:
    """Return the rule that a reason of `rejets` ends with (`C1`), empty when it names none."""
    trouvees = _REGLE.findall(motif)
    return trouvees[-1] if trouvees else ""


def regles_citees(textes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (rule, its meaning) for each rule that the texts cite, in order: R3f before R10. A rule without words of
    its own takes those of its family: R3f those of R3."""
    codes = {code for texte in textes for code in _CITEE.findall(texte)}
    sens = {code: REGLES_CITEES.get(code) or REGLES_CITEES.get(code.rstrip(ascii_lowercase), "") for code in codes}
    return [(code, sens[code]) for code in sorted(codes, key=_rang) if sens[code]]


def _rang(code: str) -> tuple[str, int, str]:
    chiffres = re.sub(r"\D", "", code)
    return code[0], int(chiffres), code


def remede_du_motif(motif: str) -> str:
    """Say in one French phrase what to do about a row that was rejected or held for this reason."""
    regle = regle_citee(motif)
    return REMEDES.get(regle) or REMEDES.get(regle.rstrip(f"{ascii_lowercase}'")) or _DEFAUT
