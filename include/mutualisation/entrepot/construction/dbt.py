"""One dbt invocation builds and tests the candidate publication (gate « modele ») from the files chosen for it."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.base.connexion import Surveillance, connecter
from mutualisation.entrepot.base.pannes import panne, passagere
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.socle.chemins import PROJET_DBT, SEEDS
from mutualisation.socle.enfant.hote import Enfant
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.socle.francais.formats import plusieurs

SCHEMA = "construction"
REUSSIS = ("success", "pass")
# the macro `cle_publiee` gives this prefix to the key of a relation
CLE = "cle_"
# libpq begins with these words when it could not connect
PERDUE = "connection to server"
Noeud = dict[str, str]
# each use has its number, which no two runs share: one run at a time holds the lock of the warehouse
SIMULATION, REDRESSEMENT = 1, 2


@dataclass(frozen=True)
class ResultatDbt:
    """`executes` and `tests` count nodes, `echecs` holds a French sentence for each that failed. `projet_dbt_sha256` is
    the digest of the project as it was compiled."""

    executes: int
    tests: int
    echecs: list[str]
    projet_dbt_sha256: str = ""

    def en_dict(self) -> dict[str, Any]:
        """Return the gate as the manifest shows it."""
        return {
            "reussie": not self.echecs,
            "noeuds": self.executes,
            "tests": self.tests,
            "echecs": self.echecs,
            "projet_dbt_sha256": self.projet_dbt_sha256,
        }


class EnfantDbt:
    """dbt runs in a child process, started with the warehouse address: it reads the project while files are loaded.
    `ensemble` numbers the set of files that counts for this process only (`construction.fichiers_choisis`); `detail` is
    told of each node that ended."""

    def __init__(
        self, dsn: Adresse, var: Path, ensemble: int | None = None, detail: Callable[[str], None] = lambda _: None
    ) -> None:
        self._dsn, self._ensemble = dsn, ensemble
        cible = var / "dbt"
        cible.mkdir(parents=True, exist_ok=True)
        variables = variables_dbt(dsn, cible, ensemble) | {"LC_ALL": "C.UTF-8"}
        self._enfant = Enfant(
            "dbt",
            "mutualisation.entrepot.construction.enfant_dbt",
            str(cible),
            variables=variables,
            journal=cible / "enfant.log",
            suivi=detail,
        )

    def construire(self, commande: str = "build") -> ResultatDbt:
        """Run one command of `enfant_dbt` and judge it. Raises `ControleEchoue` when dbt could not run to its end,
        `PannePassagere` when it died or lost the warehouse: no model was then found wrong."""
        return juger(self.demander(commande), lambda requete: refus(self._dsn, requete, self._ensemble))

    def demander(self, commande: str) -> list[Noeud]:
        """Return what dbt says of each node of a command of `enfant_dbt`. Raises as `construire` does."""
        reponse = self._enfant.demander("porte modele", commande, Surveillance(self._dsn))
        if "erreur" not in reponse:
            # dbt gives an exposure a status too
            return [noeud for noeud in reponse["resultats"] if not noeud["unique_id"].startswith("exposure.")]
        if PERDUE in reponse["erreur"]:
            raise panne(None, "Porte modele : l'entrepôt")
        with connecter(self._dsn):  # it raises when the warehouse does not answer
            raise ControleEchoue([f"porte modele : dbt n'a pas pu construire ({_une_ligne(reponse['erreur'])})"])

    def fermer(self) -> None:
        self._enfant.fermer()


def juger(noeuds: list[Noeud], refus: Callable[[str], str | None]) -> ResultatDbt:
    """Say which nodes failed; a skipped test has failed. `refus` gives the SQLSTATE of a query refused."""
    echecs = [
        f"porte modele : {_nom(noeud)} — échec {_faute(noeud, refus)}".rstrip()
        for noeud in noeuds
        if noeud["status"] not in (*REUSSIS, "skipped")
    ]
    if non_executes := sum(noeud["status"] == "skipped" for noeud in noeuds):
        absents = plusieurs(non_executes, "modèle ou test non exécuté", "modèles ou tests non exécutés")
        echecs.append(f"porte modele : {absents}")
    tests = sum(map(_est_un_test, noeuds))
    if not tests:
        echecs.append("porte modele : aucun test n'a été exécuté")
    return ResultatDbt(len(noeuds), tests, echecs, empreinte_compilee(noeuds))


def _nom(noeud: Noeud) -> str:
    description = f" ({noeud['description']})" if _est_un_test(noeud) and noeud["description"] else ""
    return noeud["unique_id"].split(".", 2)[2] + description


def _faute(noeud: Noeud, refus: Callable[[str], str | None]) -> str:
    """Say in French why a node failed. The message of dbt may quote a cell, in the language of the server. So we say
    how many rows a test found, that a key has two rows (we named the key), or the code of the refusal."""
    message = noeud["message"]
    if trouve := re.search(r"Got (\d+) results?", message):
        return plusieurs(int(trouve[1]), "ligne en défaut", "lignes en défaut")
    if f"{CLE}{noeud['unique_id'].rpartition('.')[2]}" in message:
        return "plusieurs lignes portent une même clé"
    if noeud["compiled_code"] and "Compilation Error" not in message:
        return f"requête refusée par l'entrepôt (SQLSTATE {refus(noeud['compiled_code'])})"
    return "dbt n'a pas pu l'exécuter" if message.strip() else ""


def refus(dsn: str, requete: str, ensemble: int | None = None) -> str | None:
    """Ask the warehouse a query of dbt again and return the SQLSTATE of its refusal, which dbt does not tell. Raises
    `PannePassagere` when the refusal is a passing one, or when the warehouse no longer refuses: the first was passing.
    """
    with connecter(dsn) as conn:
        conn.execute("select set_config('mutualisation.ensemble', %s, false)", (_numero(ensemble),))
        code = None
        try:
            conn.execute(f"explain (analyze, timing off) {requete}".encode())
        except psycopg.Error as erreur:
            code = erreur.sqlstate
        conn.rollback()
    if passagere(code):
        raise panne(code, "Porte modele : l'entrepôt")
    return code


def variables_dbt(dsn: Adresse, cible: Path, ensemble: int | None = None) -> dict[str, str]:
    """Return the variables that `profiles.yml` and dbt read."""
    profil = dsn.parametres
    if len(ports := set(profil["port"].split(","))) > 1:
        raise ErreurMutualisation("ENTREPOT_DSN nomme plusieurs ports : donnez le même à chaque serveur.")
    # we set it even when it is empty: a setting of the login may not choose the files of what is published
    choix = f"-c mutualisation.ensemble={_numero(ensemble)}"
    # a build makes scratch until it is published, and a publication is durable with all that came before
    options = f"-c synchronous_commit=off {choix}"
    return dsn.variables(options) | {
        "MUTUALISATION_PG_HOST": profil["host"],
        "MUTUALISATION_PG_PORT": ports.pop(),
        "MUTUALISATION_PG_USER": profil["user"],
        # dbt keeps a variable of this prefix out of its logs
        "DBT_ENV_SECRET_MUTUALISATION_PG_PASSWORD": profil["password"],
        "MUTUALISATION_PG_BASE": profil["dbname"],
        "MUTUALISATION_PG_DELAI": str(dsn.delais.connexion),
        "DBT_TARGET_PATH": str(cible),
        "DBT_LOG_PATH": str(cible),
        # only the workshop of the tests reads these files
        "DBT_WRITE_JSON": os.environ.get("DBT_WRITE_JSON", "false"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def empreinte_compilee(noeuds: Iterable[Noeud]) -> str:
    """Return the sha256 of the sorted lines `<name> <sha256>` of the project. Models and tests count as dbt compiled
    them, which name no database; seeds and macros count as they are."""
    codes = {noeud["unique_id"]: noeud["compiled_code"].encode() for noeud in noeuds}
    livres = (*SEEDS.glob("*.csv"), *(PROJET_DBT / "macros").glob("*.sql"))
    codes |= {str(fichier.relative_to(PROJET_DBT)): fichier.read_bytes() for fichier in livres}
    lignes = sorted(f"{nom} {hashlib.sha256(code).hexdigest()}\n" for nom, code in codes.items())
    return hashlib.sha256("".join(lignes).encode()).hexdigest()


def _est_un_test(noeud: Noeud) -> bool:
    return noeud["unique_id"].startswith("test.")


def _numero(ensemble: int | None) -> str:
    return "" if ensemble is None else str(ensemble)


def _une_ligne(message: str) -> str:
    """Return a database message without its DETAIL, whose values may be source cells."""
    return re.sub(r"\s+", " ", message.split("DETAIL")[0]).strip()[:300]


def choisir_ensemble(conn: psycopg.Connection[Any], ensemble: int, fichiers: Iterable[int]) -> None:
    """Make these numbers of `journal.fichiers` the whole set of the sessions whose setting names it; commit."""
    with conn.transaction():
        conn.execute("delete from journal.ensembles where ensemble = %s", (ensemble,))
        conn.execute(
            "insert into journal.ensembles (ensemble, fichier_id) select %s, unnest(%s::bigint[])",
            (ensemble, sorted(fichiers)),
        )
    conn.commit()


def fichiers_en_vigueur(conn: psycopg.Connection[Any]) -> set[int]:
    """Return the numbers of the files that count (F1, F2)."""
    return {n for (n,) in conn.execute("select fichier_id from journal.fichiers_courants").fetchall()}
