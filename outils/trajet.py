"""How many functions and modules of the package a piece of work goes through, and how often it comes back to one.

    python outils/trajet.py [--detail]          # after `make bilan`; works on a copy of var/echantillon

A *step* is a run of functions of one module, in the order in which each is first entered; a *return* is a step in a
module that the work had left. A file: from its opening to its rows landed (`atterrir`).
"""

from __future__ import annotations

import inspect
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

from mutualisation.documents.extrait import imprimerie
from mutualisation.documents.rapport.contenu import communes
from mutualisation.documents.rapport.publie import Bilan
from mutualisation.entree.ingestion.chargement import charger_depot
from mutualisation.entree.sources.registre import registre
from mutualisation.publication.versions.contexte import lire_contexte, version_publiee
from mutualisation.socle.poste import Poste
from mutualisation.usage.operations import Session, cloturer

ECHANTILLON, EXERCICE = Path("var/echantillon"), 2021


def suivre(travail: Callable[[], object], dans: str = "") -> list[tuple[str, str]]:
    """(module, function) in the order of first entry, of those that `travail` enters first in its function `dans`."""
    entrees: dict[tuple[str, str], bool] = {}
    actif = not dans

    def noter(cadre: FrameType, evenement: str, _: Any) -> None:
        nonlocal actif
        code, module = cadre.f_code, str(cadre.f_globals.get("__name__", ""))
        # neither a body, nor a lambda, nor what a dataclass makes
        fonction = code.co_flags & inspect.CO_NEWLOCALS and "<" not in code.co_name + code.co_filename
        if code.co_name == dans and evenement in ("call", "return"):
            actif = evenement == "call"
        if evenement == "call" and fonction and module.startswith("mutualisation."):
            entrees.setdefault((module.removeprefix("mutualisation."), code.co_qualname), actif)

    threading.setprofile(noter)
    sys.setprofile(noter)
    try:
        travail()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return [entree for entree, dedans in entrees.items() if dedans]


def dire(nom: str, entrees: list[tuple[str, str]], *, detail: bool) -> None:
    """One line, then the steps."""
    pas = [(module, [f for _, f in fonctions]) for module, fonctions in groupby(entrees, key=lambda e: e[0])]
    modules = len({module for module, _ in pas})
    print(f"{nom} : {len(entrees)} fonctions, {modules} modules, {len(pas) - modules} retours")
    for module, fonctions in pas if detail else ():
        print(f"    {module} : {', '.join(fonctions)}")


def main() -> None:
    """A file of mandats landed, a commune's page composed, an exercice closed."""
    detail = "--detail" in sys.argv
    registre()
    with tempfile.TemporaryDirectory(prefix="trajet-") as dossier:
        ici = Path(dossier)
        shutil.copytree(ECHANTILLON, ici / "var", ignore=shutil.ignore_patterns("depot"))
        shutil.copytree("var/bilans", ici / "bilans")
        fichier = ECHANTILLON / "depot" / "compta" / f"mandats_{EXERCICE}-03.csv"
        (ici / "depot" / "compta").mkdir(parents=True)
        (ici / "depot" / "compta" / fichier.name.replace(".csv", "_v99.csv")).write_bytes(fichier.read_bytes() + b"\n")
        with Session.depuis_environnement(poste=Poste.ici(ici / "var")) as session, session.connexion() as conn:
            charger = partial(charger_depot, conn, ici / "depot", poste=session.poste, porte=lambda *_: list)
            dire("un fichier de mandats", suivre(charger, "atterrir"), detail=detail)
            bilan = Bilan(conn, lire_contexte(conn, EXERCICE, version_publiee(conn, EXERCICE)))
            composer = lambda: imprimerie.ecrire(next(iter(communes.documents(bilan))), ici / "pages")  # noqa: E731
            dire("la page d'une commune", suivre(composer), detail=detail)
            clore = partial(cloturer, session, EXERCICE, "trajet", str(ici / "bilans"))
            dire("une clôture", suivre(clore), detail=detail)


if __name__ == "__main__":
    main()
