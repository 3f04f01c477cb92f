"""The judge of the gates: suites given to Great Expectations, in a child process started early."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mutualisation.enfant.hote import Enfant
from mutualisation.entrepot.connexion import url_sqlalchemy
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.pages import Jugement, ecrire_pages
from mutualisation.portes.resultat import Avertissement, Constat
from mutualisation.portes.suites import Attente, Suite

# The engine has its own connection: a lock the caller holds must end as a failed gate, never as a wait for ever.
ATTENTE_VERROU_MS = 30_000


@dataclass
class _Etat:
    """The child of this process, and what it judged: shown by the data docs."""

    enfant: Enfant | None = None
    jugements: dict[str, Jugement] | None = None


_etat = _Etat()


def precharger() -> None:
    """Start importing Great Expectations in a child process, and return at once. Harmless if never used."""
    _vivant()


def juger(porte: str, dsn: str, suite: Suite, requetes: Mapping[str, str] | None = None) -> list[Constat]:
    """Evaluate a suite; `requetes` gives the query of each batch that has none of its own.

    As many results as expectations, in their order. Raises `ControleEchoue` (« porte … : … ») when nothing is to be
    evaluated, the child dies, a batch can't be computed, or one expectation declared was not evaluated.
    """
    if not suite.attentes:
        raise ControleEchoue([f"porte {porte} : la suite {suite.nom} n'a rien à exécuter — y déclarer des attentes"])
    demande = {"url": _url(dsn), "lots": [_pour_moteur(lot, requetes or {}) for lot in suite.lots]}
    reponse = _vivant().demander(porte, demande)
    if "erreur" in reponse:
        raise ControleEchoue(
            [f"porte {porte} : aucun contrôle n'a pu être exécuté ({reponse['erreur']}) — vérifier l'entrepôt"]
        )
    constats = {brut["nom"]: Constat(**brut) for brut in reponse["constats"]}
    attentes = suite.attentes
    manquantes = [attente.nom for attente in attentes if attente.nom not in constats]
    if manquantes or len(constats) != len(attentes):
        raise ControleEchoue(
            [
                f"porte {porte} : {len(constats)} contrôles exécutés sur {len(attentes)} déclarés (manquent : "
                f"{', '.join(manquantes) or 'aucun'}) — relancer, et signaler l'anomalie si elle revient"
            ]
        )
    ordonnes = [constats[attente.nom] for attente in attentes]
    _etat.jugements = (_etat.jugements or {}) | {suite.nom: Jugement(porte, suite, ordonnes)}
    return ordonnes


def phrases(attente: Attente, constat: Constat) -> list[str]:
    """French sentences of one failed expectation: a row each, or the count where rows are not shown."""
    if constat.erreur is not None:
        return [f"{attente.description} : le contrôle n'a pas pu être exécuté ({constat.erreur})"]
    if constat.reussi:
        return []
    trouvees = [attente.phrase(ligne) for ligne in constat.lignes]
    reste = constat.nombre - len(constat.lignes)
    if reste > 0 or not trouvees:
        sur = f" sur {constat.elements}" if constat.elements else ""
        autres = f"{reste} autre(s) écart(s) non listé(s)" if trouvees else f"{constat.nombre} écart(s){sur}"
        trouvees.append(f"{attente.description} : {autres}" + (f" — {attente.remede}" if attente.remede else ""))
    return trouvees


def avertissements(suite: Suite, constats: list[Constat]) -> list[Avertissement]:
    """The failed expectations that do not block, in order; those of severity `info` are only in the data docs."""
    return [
        Avertissement(attente.nom, attente.description, constat.nombre, constat.elements)
        for attente, constat in zip(suite.attentes, constats, strict=True)
        if attente.severity == "warning" and not constat.reussi
    ]


def a_juge() -> bool:
    """True when this command judged something: there is something to document."""
    return bool(_etat.jugements)


def documenter(dossier: Path) -> Path:
    """Write the pages of what this command judged, beside those of former commands; give back the index page."""
    return ecrire_pages(dossier, list((_etat.jugements or {}).values()))


def fermer() -> None:
    """End the child process, if any, and forget what it judged."""
    if _etat.enfant is not None:
        _etat.enfant.fermer()
    _etat.enfant, _etat.jugements = None, None


def _pour_moteur(lot: Any, requetes: Mapping[str, str]) -> dict[str, Any]:
    if not (requete := lot.requete or requetes.get(lot.nom, "")):
        raise ControleEchoue([f"porte : le lot « {lot.nom} » n'a pas de requête — corriger la suite d'attentes"])
    attentes = [
        {
            "nom": a.nom,
            "type": a.type,
            "kwargs": dict(a.kwargs),
            "severity": a.severity,
            "description": a.description,
        }
        for a in lot.attentes
    ]
    return {"requete": requete, "montre": list(lot.montre), "attentes": attentes}


def _url(dsn: str) -> str:
    options = f"{conninfo_to_dict(dsn).get('options') or ''} -c lock_timeout={ATTENTE_VERROU_MS}".strip()
    return url_sqlalchemy(make_conninfo(dsn, options=options))


def _vivant() -> Enfant:
    if _etat.enfant is None or not _etat.enfant.vivant:
        if _etat.enfant is not None:
            _etat.enfant.fermer()
        _etat.enfant = Enfant("le moteur de contrôle", "mutualisation.portes.moteur")
    return _etat.enfant


atexit.register(fermer)
