"""dbt in its child process: the project parsed early, once for as long as nothing of it changes, built on request."""

import contextlib
import gc
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mutualisation.socle import disque
from mutualisation.socle.chemins import INSTALLE
from mutualisation.socle.enfant.hote import Reponse, avancer, servir

EXTENSIONS = {".sql", ".yml", ".csv"}
PAQUET = "mutualisation"
GARDE = "manifeste_{}.msgpack"
# data tests with this tag are run by the test suite only: a build does not wait for them
ESSAIS = "essais"
# what no build makes: views of `bi`, made over what is published (publication/preparation.py), days of the metrics
VUES = "vue"
COMMANDES = {
    "build": ["build", "--exclude-resource-type", "unit_test", "--exclude", f"tag:{ESSAIS}", f"tag:{VUES}"],
    "essais": ["test", "--select", "test_type:unit", f"tag:{ESSAIS}"],
}
OPTIONS = ("--target", "entrepot", "--quiet", "--log-level", "none", "--log-level-file", "none")


class ProjetAnalyse:
    """The manifest of the project, kept from one command to the next, whatever the database: beside the project of
    a checkout, which whoever writes there could change as well, or in `cible` where one may not write; parsed when none
    is kept, or not as it was written.

    Each build wants one of its own: what a compiled manifest holds of the ephemeral models is not written in a query
    twice. `refaite`: what was kept is of another project or another version, or damaged.
    """

    def __init__(self, projet: Path, cible: Path, options: list[str]) -> None:
        self._projet, self._options = projet, options
        # nothing is written in an installed package
        self._dossiers = (cible,) if INSTALLE else (projet / "target", cible)
        self._empreinte, self._octets, self.faute, self.refaite = "", b"", "", False
        self._pret: Any = None
        self._lire()

    def neuf(self) -> Any | None:
        """A manifest that no build has used; None when the project can't be parsed: `faute` says why."""
        if empreinte_projet(self._projet) != self._empreinte:
            self._lire()
        pret, self._pret = self._pret, None
        return None if self.faute else adresser(pret or _manifeste(self._octets))

    def _lire(self) -> None:
        self._empreinte, self.faute, self.refaite = empreinte_projet(self._projet), "", False
        nom, gardes = GARDE.format(self._empreinte), GARDE.format("*")
        for dossier in self._dossiers:
            if octets := _relire(dossier / nom):
                self._octets, self._pret = octets, _manifeste(octets)
                return
        anciens = [garde for dossier in self._dossiers for garde in dossier.glob(gardes)]
        self._analyser()
        if self.faute:
            return
        self.refaite = bool(anciens)
        for garde in anciens:
            with contextlib.suppress(OSError):
                garde.unlink()
        for dossier in self._dossiers:
            # where both refuse, the next command parses
            with contextlib.suppress(OSError):
                dossier.mkdir(exist_ok=True)
                disque.ecrire(dossier / nom, hashlib.sha256(self._octets).digest() + self._octets)
                return

    def _analyser(self) -> None:
        from dbt.cli.main import dbtRunner
        from dbt.contracts.graph.manifest import Manifest

        analyse = dbtRunner().invoke(["parse", "--no-partial-parse", *self._options])
        lu = analyse.result if analyse.success else None
        self.faute = "" if isinstance(lu, Manifest) else str(analyse.exception)
        self._octets, self._pret = (lu.to_msgpack(), lu) if isinstance(lu, Manifest) else (b"", None)


def _relire(garde: Path) -> bytes:
    """What was kept in a file, as it was written; nothing when it is not there, or no longer so."""
    try:
        contenu = garde.read_bytes()
    except OSError:
        return b""
    somme, octets = contenu[:32], contenu[32:]
    return octets if hashlib.sha256(octets).digest() == somme else b""


def _manifeste(octets: bytes) -> Any:
    from dbt.contracts.graph.manifest import Manifest

    return Manifest.from_msgpack(octets)


def adresser(manifeste: Any) -> Any:
    """The manifest, which names the database where it was parsed, with each relation in that of this process: parsing
    takes six seconds, and a server has a database of each EPCI."""
    base = os.environ["MUTUALISATION_PG_BASE"]
    for noeud in (*manifeste.nodes.values(), *manifeste.sources.values()):
        if noeud.relation_name:
            noeud.relation_name = noeud.relation_name.replace(f'"{noeud.database}".', f'"{base}".', 1)
        noeud.database = base
    return manifeste


def empreinte_projet(projet: Path) -> str:
    """sha256 of what dbt reads, of its version and its adapter's, and of the folder, which the manifest names."""
    from importlib.metadata import version

    noms = (version("dbt-core"), version("dbt-postgres"), str(projet))
    somme = hashlib.sha256("\0".join(noms).encode())
    for chemin in sorted(projet.rglob("*")):
        if chemin.suffix in EXTENSIONS and "target" not in chemin.relative_to(projet).parts[:1]:
            somme.update(f"{chemin.relative_to(projet)}\0".encode())
            somme.update(chemin.read_bytes())
    return somme.hexdigest()[:24]


def empreinte_compilee(manifeste: Any) -> str:
    """sha256 over the lines `<unique id> <sha256 of its code>`, sorted: models and tests as compiled, seeds as they
    are, macros of the project. The name of the database is no part of it."""
    codes = {n.unique_id: _code(n) for n in manifeste.nodes.values()}
    codes |= {m.unique_id: m.macro_sql for m in manifeste.macros.values() if m.package_name == PAQUET}
    lignes = sorted(f"{nom} {hashlib.sha256(code.encode()).hexdigest()}\n" for nom, code in codes.items())
    return hashlib.sha256("".join(lignes).encode()).hexdigest()


def _code(noeud: Any) -> str:
    if str(noeud.resource_type) == "seed":
        return str(noeud.checksum.checksum)
    compile_ = getattr(noeud, "compiled_code", None) or noeud.raw_code or ""
    return str(compile_).replace(f'"{noeud.database}".', "")


def preparer(projet: str, cible: str) -> Reponse:
    """Parse the project; the answer to a name of `COMMANDES` is the outcome of one invocation."""
    from dbt.cli.main import dbtRunner

    # looking for cycles among so many objects is a quarter of the processor time of a build: done between two
    gc.set_threshold(100_000, 20, 100)
    codes = noter_les_codes()
    taire_les_evenements()
    options = ["--project-dir", projet, "--profiles-dir", projet, *OPTIONS]
    analyse = ProjetAnalyse(Path(projet), Path(cible), options)

    gc.freeze()
    gc.disable()

    def repondre(commande: str) -> dict[str, Any]:
        gc.collect()
        codes.clear()
        manifeste = analyse.neuf()
        if manifeste is None:
            return {"erreur": f"le projet dbt ne se lit pas : {analyse.faute}"}
        build = dbtRunner(manifest=manifeste).invoke([*COMMANDES[commande], *options])
        erreur = {} if build.exception is None else {"erreur": str(build.exception)}
        return {
            "resultats": _resultats(build, dict(codes)),
            "codes": [code for _, code in codes],
            "projet_dbt_sha256": empreinte_compilee(manifeste),
            "refaite": analyse.refaite,
            **erreur,
        }

    return repondre


def taire_les_evenements() -> None:
    """dbt writes each of its events as a message that nobody reads here, a sixth of the processor time of a build: the
    end of a node is said, and nothing else."""
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    class Muet(EventManager):
        faits = 0

        def fire_event(self, e: Any, *_: Any, **__: Any) -> None:
            if type(e).__name__ == "NodeFinished":
                self.faits += 1
                avancer(f"Construction : {self.faits}, {e.node_info.node_name}")

    ctx_set_event_manager(Muet())


def noter_les_codes() -> list[tuple[str, str | None]]:
    """(node, SQLSTATE) of each statement that the server refused, None for a lost connection.

    dbt keeps the words of an error only, in the language of the server.
    """
    import psycopg2  # type: ignore[import-untyped]
    from dbt.adapters.postgres.connections import PostgresConnectionManager
    from dbt_common.events.contextvars import get_node_info

    codes: list[tuple[str, str | None]] = []
    d_origine = PostgresConnectionManager.exception_handler

    @contextmanager
    def avec_code(gestion: Any, sql: str) -> Iterator[None]:
        try:
            with d_origine(gestion, sql):
                yield
        except Exception as erreur:
            cause, noeud = erreur.__cause__ or erreur, str(get_node_info().get("unique_id", ""))
            if isinstance(cause, psycopg2.Error):
                perdue = isinstance(cause, (psycopg2.OperationalError, psycopg2.InterfaceError))
                codes.append((noeud, cause.pgcode or (None if perdue else "XX000")))
            elif type(cause).__name__ == "FailedToConnectError":
                codes.append((noeud, None))
            raise

    PostgresConnectionManager.exception_handler = avec_code
    return codes


def _resultats(invocation: Any, codes: Mapping[str, str | None]) -> list[dict[str, str]]:
    """[{id, description, statut, message, sqlstate}] of the nodes of the command; `codes`: {node: SQLSTATE} of those
    refused."""
    if invocation.result is None or not hasattr(invocation.result, "results"):
        return []
    return [
        {
            "id": r.node.unique_id,
            "description": r.node.description,
            "statut": str(r.status),
            "message": str(r.message or ""),
            "sqlstate": codes.get(r.node.unique_id) or "",
        }
        for r in invocation.result.results
    ]


def analyser_d_avance() -> None:
    """Parse the project for the embedded warehouse, whose first build then finds it done (`make environnement`)."""
    from mutualisation.entrepot.base.serveur import BASE, UTILISATEUR
    from mutualisation.entrepot.construction.dbt import variables_dbt
    from mutualisation.socle.chemins import PROJET_DBT

    with tempfile.TemporaryDirectory() as cible:
        os.environ.update(variables_dbt(f"postgresql://{UTILISATEUR}@localhost/{BASE}", Path(cible)))
        preparer(str(PROJET_DBT), cible)


if __name__ == "__main__":
    if sys.argv[1:]:
        servir(lambda: preparer(sys.argv[1], sys.argv[2]))
    else:
        analyser_d_avance()
