"""This module alone knows the paths of the project, in a checkout (folders beside `include/`) or in the wheel (which
carries them as `mutualisation/donnees/`)."""

import os
from pathlib import Path

PAQUET = Path(__file__).resolve().parents[1]
INSTALLE = (PAQUET / "donnees").is_dir()
RACINE = PAQUET / "donnees" if INSTALLE else PAQUET.parents[1]

PROJET_DBT = RACINE / "dbt_project"
SEEDS = PROJET_DBT / "seeds"
PLAN_COMPTABLE = SEEDS / "comptes_m57.csv"
ROLES_LIVRES = SEEDS / "comptes_role_cout.csv"
CLASSES_POPULATION = SEEDS / "classes_population.csv"
MODELES = PROJET_DBT / "models"
DAGS = RACINE / "dags"
PAGE_REGLES = RACINE / "docs" / "regles.md"

DECLARATIONS = PAQUET / "entree" / "sources" / "declarations"
VOCABULAIRE = PAQUET / "entree" / "sources" / "vocabulaire.toml"
VUES_BI = PAQUET / "publication" / "versions" / "vues_bi.toml"
QUESTIONS = PAQUET / "usage" / "initiation" / "questions.toml"
MIGRATIONS = PAQUET / "entrepot" / "base" / "sql"
TYPES_DE_COLONNE = PAQUET / "entree" / "sources" / "types.toml"
FORMES_NON_LUES = PAQUET / "entree" / "lecteurs" / "formes_non_lues.toml"
ELEMENTS_PES = PAQUET / "entree" / "lecteurs" / "pes_aller.toml"
FICHIER_RAISONS = PAQUET / "socle" / "raisons.toml"
SCHEMA_PES = PAQUET / "documents" / "factures" / "schema_pes.toml"
LIBELLES = PAQUET / "socle" / "francais" / "libelles.toml"
USAGES = PAQUET / "usage" / "examen" / "usages.toml"
OUVERT = PAQUET / "documents" / "extrait" / "ouvert.toml"
ENONCES = PAQUET / "documents" / "rapport" / "enonces.toml"
GABARITS_PDF = PAQUET / "documents" / "composition" / "gabarits"
PALETTE = GABARITS_PDF / "palette.toml"
GLYPHES = PAQUET / "documents" / "composition" / "glyphes.csv"
GABARITS_HTML = PAQUET / "documents" / "mise_en_forme" / "gabarits"
LARGEURS = PAQUET / "documents" / "mise_en_forme" / "dessin" / "largeurs.csv"
POSITIONS = PAQUET / "documents" / "mise_en_forme" / "dessin" / "positions_communes.csv"


def dossier_attentes() -> Path:
    """Return the folder of the suites: `MUTUALISATION_EXPECTATIONS`, else `expectations/` of the project."""
    return Path(os.environ.get("MUTUALISATION_EXPECTATIONS") or RACINE / "expectations")


def dossier_var() -> Path:
    """Return the folder where runs write: `MUTUALISATION_VAR`, else `var/` of the checkout or the current folder."""
    if choisi := os.environ.get("MUTUALISATION_VAR"):
        return Path(choisi).expanduser().resolve()
    ici = Path.cwd()
    racine = next((d for d in (ici, *ici.parents) if (d / "include" / "mutualisation").is_dir()), ici)
    return racine / "var"


def page_controles(var: Path) -> Path:
    """Return the path of the page that shows what every gate judged."""
    return var / "data_docs" / "index.html"
