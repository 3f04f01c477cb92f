"""The judge of the gates: suites given to Great Expectations, in a child process started early."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mutualisation.enfant.hote import Enfant
from mutualisation.entrepot.connexion import options_du_role, surveillance
from mutualisation.entrepot.pannes import panne, passagere, sqlstate_de
from mutualisation.entrepot.parametres_libpq import url_sqlalchemy
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.pages import ecrire_pages, jugement
from mutualisation.portes.resultat import ABSENTE, Constat
from mutualisation.portes.suites import Attente, Lot, Suite


@dataclass
class _Etat:
    """The child of this process, and what it judged, by suite: shown by the data docs."""

    enfant: Enfant | None = None
    jugements: dict[str, dict[str, Any]] = field(default_factory=dict)


_etat = _Etat()


def precharger() -> None:
    """Start importing Great Expectations in a child process, and return at once. Harmless if never used."""
    _vivant()


def juger(porte: str, dsn: str, suite: Suite, requetes: Mapping[str, str] | None = None) -> list[Constat]:
    """Evaluate a suite; `requetes` gives the query of each batch that has none of its own.

    As many results as expectations, in their order. Raises `ControleEchoue` (« porte … : … ») when nothing is to be
    evaluated, a batch can't be computed, or one expectation declared was not evaluated; `PannePassagere` when the child
    dies or the warehouse is gone: nothing is known against what was to be judged.
    """
    if not suite.attentes:
        raise ControleEchoue([f"porte {porte} : la suite {suite.nom} n'a rien à exécuter — y déclarer des attentes"])
    demande = {
        "url": url_sqlalchemy(dsn, options=options_du_role()),
        "lots": [_pour_moteur(lot, requetes or {}) for lot in suite.lots],
    }
    reponse = _vivant().demander(porte, demande, surveillance(dsn))
    if "attente" in reponse:
        fautive = next(a for a in suite.attentes if a.nom == reponse["attente"])
        raise ControleEchoue([f"{_lieu(porte, fautive)} : {reponse['faute']} — la corriger"])
    if "erreur" in reponse:
        _exiger_l_entrepot(porte, [reponse["erreur"]])
        raise ControleEchoue(
            [f"porte {porte} : aucun contrôle n'a pu être exécuté ({reponse['erreur']}) — vérifier l'entrepôt"]
        )
    _exiger_l_entrepot(porte, [brut["erreur"] for brut in reponse["constats"]])
    bruts = {brut.pop("nom"): brut for brut in reponse["constats"]}
    attentes = suite.attentes
    manquantes = [attente.nom for attente in attentes if attente.nom not in bruts]
    if manquantes or len(bruts) != len(attentes):
        raise ControleEchoue(
            [
                f"porte {porte} : {len(bruts)} contrôles exécutés sur {len(attentes)} déclarés (manquent : "
                f"{', '.join(manquantes) or 'aucun'}) — relancer, et signaler l'anomalie si elle revient"
            ]
        )
    constats = [_situer(porte, Constat(attente, **bruts[attente.nom])) for attente in attentes]
    _etat.jugements[suite.nom] = jugement(porte, suite, constats)
    return constats


def a_juge() -> bool:
    """True when this command judged something: there is something to document."""
    return bool(_etat.jugements)


def documenter(dossier: Path) -> Path:
    """Write the pages of what this command judged, beside those of former commands; give back the index page."""
    return ecrire_pages(dossier, _etat.jugements.values())


def fermer() -> None:
    """End the child process, if any, and forget what it judged."""
    if _etat.enfant is not None:
        _etat.enfant.fermer()
    _etat.enfant, _etat.jugements = None, {}


def _situer(porte: str, constat: Constat) -> Constat:
    """The result, its error saying where to mend it when the suite is at fault and not the warehouse."""
    if constat.erreur is None or not constat.erreur.startswith(ABSENTE):
        return constat
    return replace(constat, erreur=f"{_lieu(porte, constat.attente)} : {constat.erreur} dans le lot — la corriger")


def _lieu(porte: str, attente: Attente) -> str:
    return f"porte {porte}, attente « {attente.nom} » de expectations/{attente.fichier}"


def _pour_moteur(lot: Lot, requetes: Mapping[str, str]) -> dict[str, Any]:
    if not (requete := lot.requete or requetes.get(lot.nom, "")):
        raise ControleEchoue([f"porte : le lot « {lot.nom} » n'a pas de requête — corriger la suite d'attentes"])
    return {"requete": requete, "montre": lot.montre, "attentes": [vars(a) for a in lot.attentes]}


def _exiger_l_entrepot(porte: str, erreurs: Iterable[str | None]) -> None:
    """Raise `PannePassagere` when what stopped a query may not stop it next time: nothing was judged."""
    for classe in (erreur.split(":", 1)[0] for erreur in erreurs if erreur):
        if passagere(code := sqlstate_de(classe)):
            raise panne(code, f"Porte {porte} : l'entrepôt")


def _vivant() -> Enfant:
    if _etat.enfant is None or not _etat.enfant.vivant:
        if _etat.enfant is not None:
            _etat.enfant.fermer()
        _etat.enfant = Enfant("le moteur de contrôle", "mutualisation.portes.moteur")
    return _etat.enfant


atexit.register(fermer)
