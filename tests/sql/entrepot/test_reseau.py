"""A warehouse on the network: TLS reaches psycopg, dbt and Great Expectations alike; a password is shown nowhere."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from tests.atelier.commande import lancer
from tests.atelier.serveur_reseau import ServeurReseau, serveur_reseau
from tests.atelier.tables import cas
from tests.sql.portes.projet_gx import ecrire_projet

from mutualisation.entrepot.base.connexion import connecter
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.entrepot.construction.dbt import variables_dbt
from mutualisation.publication.portes import execution
from mutualisation.publication.portes.suites import SQL_EXACT
from mutualisation.socle.chemins import PROJET_DBT
from mutualisation.socle.erreurs import PannePassagere

# every character that a URL, a libpq string, a shell or a template could take for its own
MOT_DE_PASSE = "p/a@s:s%wo'r\\d ?#&é$x{{1}}"
Client = Callable[[str, Path], None]
pytestmark = pytest.mark.systeme("openssl")


@pytest.fixture(scope="module")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReseau]:
    with serveur_reseau(tmp_path_factory.mktemp("reseau"), MOT_DE_PASSE) as ouvert:
        yield ouvert
    execution.fermer()


def par_psycopg(dsn: str, _: Path) -> None:
    with connecter(dsn) as conn:
        assert conn.pgconn.ssl_in_use


def par_great_expectations(dsn: str, dossier: Path) -> None:
    requete = "select 1 as v from {batch} where n <> 1"
    attente = {"type": SQL_EXACT, "kwargs": {"unexpected_rows_query": requete}, "description": "Essai", "notes": "TLS"}
    ecrire_projet(dossier, "select 1 as n", [attente])
    with pytest.MonkeyPatch.context() as ailleurs:
        ailleurs.setenv("MUTUALISATION_EXPECTATIONS", str(dossier))
        (constat,) = execution.executer("essai", dsn, "essai")
    assert (constat.reussi, constat.erreur) == (True, None)


def par_dbt(dsn: str, dossier: Path) -> None:
    """`dbt debug` says « Connection test: [OK connection ok] », else what psycopg2 said."""
    fini = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "debug", "--connection", "--log-level-file", "none",
         "--project-dir", str(PROJET_DBT), "--profiles-dir", str(PROJET_DBT)],
        env=os.environ | variables_dbt(Adresse.lire(dsn), dossier), capture_output=True, text=True, check=False,
    )  # fmt: skip
    dit = fini.stdout + fini.stderr
    assert MOT_DE_PASSE not in dit
    if fini.returncode != 0:
        raise PannePassagere(dit)


CLIENTS = {"psycopg": par_psycopg, "dbt": par_dbt, "great_expectations": par_great_expectations}


@pytest.mark.parametrize("nom", CLIENTS)
def test_l_autorite_du_serveur_est_verifiee(serveur: ServeurReseau, tmp_path: Path, nom: str) -> None:
    CLIENTS[nom](serveur.dsn(f"?sslmode=verify-full&sslrootcert={serveur.autorite}"), tmp_path)
    with pytest.raises(PannePassagere):
        CLIENTS[nom](serveur.dsn(f"?sslmode=verify-full&sslrootcert={serveur.autre_autorite}"), tmp_path)


@cas
def test_le_mot_de_passe_n_est_montre_nulle_part(
    serveur: ServeurReseau, tmp_path: Path, dsn: str, code: int, dit: str
) -> None:
    """Neither the sentence, nor a log, nor a file of the folder of what runs."""
    adresse = dsn.format(bonne=serveur.dsn(), brut=MOT_DE_PASSE, port=serveur.port, autre=serveur.autre_autorite)
    sortie = lancer(tmp_path / "var", "etat", ENTREPOT_DSN=adresse)
    assert sortie.code == code, sortie
    assert dit in sortie.texte + sortie.erreurs
    ecrits = [f.read_text(errors="replace") for f in (tmp_path / "var").rglob("*") if f.is_file()]
    for forme in (MOT_DE_PASSE, quote(MOT_DE_PASSE, safe=""), quote_plus(MOT_DE_PASSE), repr(MOT_DE_PASSE)[1:-1]):
        assert all(forme not in texte for texte in (sortie.texte, sortie.erreurs, *ecrits))
