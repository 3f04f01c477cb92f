"""One dbt invocation builds and tests the candidate publication (gate « modele »), over the files chosen for it."""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.entrepot.base.connexion import surveillance
from mutualisation.entrepot.base.pannes import panne, passagere
from mutualisation.entrepot.base.parametres_libpq import Delais, parametres, variables
from mutualisation.socle.chemins import PROJET_DBT
from mutualisation.socle.enfant.hote import Enfant
from mutualisation.socle.erreurs import ControleEchoue, ErreurMutualisation
from mutualisation.socle.francais.formats import plusieurs

SCHEMA = "construction"
REUSSIS = {"success", "pass"}
CLE_REPETEE = "23505"
# a number by use: one run at a time holds the lock of the warehouse
SIMULATION, REDRESSEMENT = 1, 2


@dataclass(frozen=True)
class ResultatDbt:
    """Nodes that ran, French sentences of those that failed, digest of the project as it was compiled; `refaite`: what
    was kept of the project could not be used, so that it was parsed anew."""

    executes: int
    tests: int
    echecs: list[str]
    projet_dbt_sha256: str = ""
    refaite: bool = False

    def en_dict(self) -> dict[str, Any]:
        """As the manifest shows the gate."""
        return {
            "reussie": not self.echecs,
            "noeuds": self.executes,
            "tests": self.tests,
            "echecs": self.echecs,
            "projet_dbt_sha256": self.projet_dbt_sha256,
        }


class EnfantDbt:
    """dbt in a child process: started with the warehouse address, it parses the project while files are loaded.

    `ensemble`: the set of files that counts for this process only (`construction.fichiers_choisis`); `detail`: told of
    each node that ended.
    """

    def __init__(
        self, dsn: str, var: Path, ensemble: int | None = None, detail: Callable[[str], None] = lambda _: None
    ) -> None:
        self._dsn = dsn
        cible = var / "dbt"
        cible.mkdir(parents=True, exist_ok=True)
        self._enfant = Enfant(
            "dbt",
            "mutualisation.entrepot.construction.enfant_dbt",
            str(PROJET_DBT),
            str(cible),
            variables=variables_dbt(dsn, cible, ensemble),
            journal=cible / "enfant.log",
            suivi=detail,
        )

    def construire(self) -> ResultatDbt:
        """Run `dbt build` once. Raises `ControleEchoue` when dbt could not run to its end, `PannePassagere` when it
        died or lost the warehouse: no model was found wrong."""
        reponse = self.demander("build")
        if "erreur" in reponse:
            raise ControleEchoue([f"porte modele : dbt n'a pas pu construire ({_une_ligne(reponse['erreur'])})"])
        return _bilan(reponse)

    def demander(self, commande: str) -> dict[str, Any]:
        """The outcome of a command of `enfant_dbt`, by name. Raises `PannePassagere` as `construire` does."""
        reponse: dict[str, Any] = self._enfant.demander("porte modele", commande, surveillance(self._dsn))
        if passageres := [code for code in reponse.get("codes", []) if passagere(code)]:
            raise panne(passageres[0], "Porte modele : l'entrepôt")
        return reponse

    def fermer(self) -> None:
        self._enfant.fermer()


def variables_dbt(dsn: str, cible: Path, ensemble: int | None = None) -> dict[str, str]:
    """The variables that `profiles.yml` and dbt read."""
    profil = parametres(dsn)
    if len(ports := set(profil["port"].split(","))) > 1:
        raise ErreurMutualisation("ENTREPOT_DSN nomme plusieurs ports : donnez le même à chaque serveur.")
    # said also when there is none: a setting of the login's own may not choose the files of what is published
    choix = f"-c mutualisation.ensemble={'' if ensemble is None else ensemble}"
    # what a build makes is scratch until it is published, and a publication is durable with all that came before
    options = f"-c synchronous_commit=off {choix}"
    return variables(dsn, options=options) | {
        "MUTUALISATION_PG_HOST": profil["host"],
        "MUTUALISATION_PG_PORT": ports.pop(),
        "MUTUALISATION_PG_USER": profil["user"],
        # dbt hides what is so named from its logs
        "DBT_ENV_SECRET_MUTUALISATION_PG_PASSWORD": profil["password"],
        "MUTUALISATION_PG_BASE": profil["dbname"],
        "MUTUALISATION_PG_DELAI": str(Delais.de_l_environnement().connexion),
        "DBT_TARGET_PATH": str(cible),
        "DBT_LOG_PATH": str(cible),
        # nothing reads them but the workshop of the tests
        "DBT_WRITE_JSON": os.environ.get("DBT_WRITE_JSON", "false"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def _bilan(reponse: dict[str, Any]) -> ResultatDbt:
    """What ran, and what did not: a test that was skipped has failed."""
    # dbt gives an exposure a status too
    juges = [r for r in reponse["resultats"] if not r["id"].startswith("exposure.")]
    executes = [r for r in juges if r["statut"] != "skipped"]
    echecs = []
    for resultat in executes:
        if resultat["statut"] not in REUSSIS:
            description = f" ({resultat['description']})" if _est_un_test(resultat) and resultat["description"] else ""
            nom = resultat["id"].split(".", 2)[2] + description
            echecs.append(f"porte modele : {nom} — échec {_faute(resultat['message'], resultat['sqlstate'])}".rstrip())
    if non_executes := len(juges) - len(executes):
        absents = plusieurs(non_executes, "modèle ou test non exécuté", "modèles ou tests non exécutés")
        echecs.append(f"porte modele : {absents}")
    tests = sum(map(_est_un_test, juges))
    if not tests:
        echecs.append("porte modele : aucun test n'a été exécuté")
    return ResultatDbt(
        len(reponse["resultats"]), tests, echecs, reponse["projet_dbt_sha256"], reponse.get("refaite", False)
    )


def _est_un_test(resultat: dict[str, str]) -> bool:
    return resultat["id"].startswith("test.")


def _une_ligne(message: str) -> str:
    """A database message without the values of its DETAIL (they may be source cells)."""
    return re.sub(r"\s+", " ", message.split("DETAIL")[0]).strip()[:300]


def _faute(message: str, sqlstate: str | None = None) -> str:
    """What failed, in French: the rows that a test found, else the code of the refusal (its words may quote a cell)."""
    if trouve := re.search(r"Got (\d+) results?", message):
        return plusieurs(int(trouve[1]), "ligne en défaut", "lignes en défaut")
    if sqlstate == CLE_REPETEE:
        return "plusieurs lignes portent une même clé"
    if sqlstate:
        return f"requête refusée par l'entrepôt (SQLSTATE {sqlstate})"
    return "dbt n'a pas pu l'exécuter" if message.strip() else ""


def choisir_ensemble(conn: psycopg.Connection[Any], ensemble: int, fichiers: Iterable[int]) -> None:
    """Make these numbers of `journal.fichiers` the whole set, for the sessions whose setting names it; commits."""
    with conn.transaction():
        conn.execute("delete from journal.ensembles where ensemble = %s", (ensemble,))
        conn.execute(
            "insert into journal.ensembles (ensemble, fichier_id) select %s, unnest(%s::bigint[])",
            (ensemble, sorted(fichiers)),
        )
    conn.commit()


def fichiers_en_vigueur(conn: psycopg.Connection[Any]) -> set[int]:
    """Numbers of the files that count (F1, F2)."""
    return {n for (n,) in conn.execute("select fichier_id from journal.fichiers_courants").fetchall()}
