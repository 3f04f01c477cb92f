"""People planted in every column of every jeu of rh and compta are nowhere after a `bilan` (K7, K9, S2).

What the contract keeps: `Objet` in raw, for the loader and transformer roles (K7); `Tiers` beside a valid SIRET; in a
ledger, figures in a form that their column allows: a matricule of figures among them can't be told from a number.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.atelier import petit_depot, plantation
from tests.atelier.commande import Sortie, lancer
from tests.atelier.fouille import colonnes_qui_disent, contenu, fichiers
from tests.atelier.petit_depot import EXERCICE
from tests.atelier.plantation import INCONNU, SECRETS
from tests.atelier.une_fois import une_fois

from mutualisation import operations as op
from mutualisation.entrepot.serveur import serveur_entrepot
from mutualisation.sources.registre import registre

# columns of raw, and of what reads it, where a secret may be: `Objet`; `Tiers` of the titres, whose SIRET is valid
# (K7); the ledger lines as delivered, where both stand
PERMISE = re.compile(
    r"(?:brut\.|construction\.lec_compta__)\w+\.objet|(?:brut|construction)\.\w*titres\.tiers"
    r"|brut\.(?:mandats|titres|pes)\.delivre"
)
MATRICULES = tuple(agent[0] for agent in petit_depot.AGENTS)
NOMMES = tuple(s for s in SECRETS if s not in MATRICULES)
SCHEMAS = ("brut", "journal", "construction", "versions", "publication", "documents")
# people of the files of PostgreSQL are those of raw: they are searched by SQL
POSTGRES = ("pg", "postgres", "entrepot")


@dataclass(frozen=True)
class Plantee:
    """The planted drop after `bilan`: folder of what runs, extracts, what was printed."""

    var: Path
    sortie: Path
    resultat: Sortie


@pytest.fixture(scope="module")
def plantee(tmp_path_factory: pytest.TempPathFactory) -> Plantee:
    """Made once for every process of the tests."""

    def faire(dossier: Path) -> Sortie:
        depot = plantation.planter(petit_depot.ecrire(dossier / "depot"))
        bilan = ("bilan", "--depot", depot, "--exercice", EXERCICE, "--sortie", dossier / "bilans", "--bavard")
        return lancer(dossier / "var", *bilan)

    dossier, resultat = une_fois(tmp_path_factory, "plantee", faire)
    return Plantee(dossier / "var", dossier / "bilans", resultat)


def test_le_depot_plante_est_publie(plantee: Plantee) -> None:
    """Otherwise nothing below would be worth much."""
    assert plantee.resultat.code == 0, plantee.resultat.erreurs
    assert (plantee.sortie / f"bilan_{EXERCICE}" / "rejets.csv").exists()


def test_rien_n_est_affiche(plantee: Plantee) -> None:
    affiche = (plantee.resultat.texte + plantee.resultat.erreurs).casefold()
    assert [s for s in SECRETS if s.casefold() in affiche] == []


def test_rien_dans_l_entrepot_brut_compris(plantee: Plantee, tmp_path: Path) -> None:
    var = Path(shutil.copytree(plantee.var, tmp_path / "var", symlinks=True, ignore=shutil.ignore_patterns("pg.prise")))
    with serveur_entrepot(var) as dsn:
        trouves = colonnes_qui_disent(dsn, NOMMES, SCHEMAS)
        matricules = colonnes_qui_disent(dsn, MATRICULES, ("brut", "journal"))
    fautes = sorted(f"{ou} : {s}" for ou, s in trouves if not PERMISE.fullmatch(ou))
    assert not fautes, "\n".join(fautes)
    # what is permitted is there: the search finds
    assert ("brut.mandats.objet", INCONNU) in trouves
    jeux_rh = {f"brut.{j.nom}" for j in registre().source("rh").jeux}
    dans_rh = sorted(ou for ou, _ in matricules if ou.rpartition(".")[0] in jeux_rh)
    assert dans_rh == []


def test_rien_dans_les_extraits_ni_les_journaux(plantee: Plantee) -> None:
    vus = 0
    for chemin in fichiers(plantee.sortie, plantee.var):
        if chemin.is_relative_to(plantee.var) and chemin.relative_to(plantee.var).parts[0].startswith(POSTGRES):
            continue
        lu = contenu(chemin).decode("utf-8", "replace").casefold()
        vus += 1
        assert [s for s in NOMMES if s.casefold() in lu] == [], chemin
    assert vus > 100


def test_un_nom_parmi_les_numeros_de_documents_n_est_publie_nulle_part(
    neuf: op.Session, depot: Path, tmp_path: Path
) -> None:
    """The line counts, its identity is a digest."""
    ligne = petit_depot.ecriture(999, 4, "6064", "XCEP", "77,00")
    assert ";00;4;999;" in ligne
    ligne = ligne.replace(";00;4;999;", ";ROY-2;LE-GALL.Z;KERVELLA-M;")
    petit_depot.ajouter(depot / "compta" / f"mandats_{EXERCICE}-04.csv", ligne)
    op.bilan(neuf, str(depot), [EXERCICE], str(tmp_path / "bilans"))
    secrets = ("ROY-2", "LE-GALL.Z", "KERVELLA")
    textes = {c.name: contenu(c).decode("utf-8", "replace") for c in fichiers(tmp_path / "bilans")}
    assert [(n, s) for n, t in textes.items() for s in secrets if s in t] == []
    traces = [x for x in textes["tracabilite.csv"].splitlines() if f"{EXERCICE}/~" in x]
    assert len(traces) == 1
    assert "77.00" in traces[0]
    assert colonnes_qui_disent(neuf.dsn, secrets, SCHEMAS) == set()
