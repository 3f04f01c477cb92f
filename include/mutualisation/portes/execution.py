"""Checkpoints run by Great Expectations, in a child process that is started early: its import takes seconds."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mutualisation.chemins import dossier_attentes
from mutualisation.enfant.hote import Enfant
from mutualisation.entrepot.connexion import options_du_role, surveillance
from mutualisation.entrepot.pannes import panne, passagere, sqlstate_de
from mutualisation.entrepot.parametres_libpq import url_sqlalchemy
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.pages import ecrire_pages, jugement
from mutualisation.portes.resultat import Constat
from mutualisation.portes.suites import echec, fichier_de, lire_point


@dataclass
class _Etat:
    """The child of this process, and what was judged, by section of the page of the gates."""

    enfant: Enfant | None = None
    jugements: dict[str, dict[str, Any]] = field(default_factory=dict)


_etat = _Etat()


def precharger() -> None:
    """Start importing Great Expectations in a child process, and return at once. Harmless if never used."""
    _vivant()


def executer(
    porte: str, dsn: str, point: str, lignes: Iterable[Mapping[str, Any]] | None = None, colonnes: Sequence[str] = ()
) -> list[Constat]:
    """Run a checkpoint; as many results as its suites declare expectations, in their order.

    `lignes`: what the gate worked out itself, for a checkpoint on a data frame of these `colonnes`.

    Raises `ControleEchoue` (« porte … : … ») when there is nothing to run, nothing could be, or one expectation
    declared was not evaluated; `PannePassagere` when the child dies or the warehouse is gone: nothing is known against
    what was to be judged.
    """
    attentes = [attente for suite in lire_point(porte, point) for attente in suite.attentes]
    demande = {
        "dossier": str(dossier_attentes()),
        "url": url_sqlalchemy(dsn, options=options_du_role()),
        "point": point,
        "lignes": None if lignes is None else [[ligne.get(nom) for nom in colonnes] for ligne in lignes],
        "colonnes": colonnes,
        "attentes": attentes,
    }
    reponse = _vivant().demander(porte, demande, surveillance(dsn))
    if "faute" in reponse:
        attente, faute = reponse["faute"]
        lieu = f"porte {porte}, attente « {attente.nom} » de {fichier_de(attente.suite)}"
        raise ControleEchoue([f"{lieu} : {faute} — la corriger"])
    constats = {(c.attente.suite, c.attente.nom): c for c in reponse.get("constats", ())}
    erreurs = [reponse["erreur"]] if "erreur" in reponse else [c.erreur for c in constats.values()]
    for code in (sqlstate_de(erreur.split(":", 1)[0]) for erreur in erreurs if erreur):
        if passagere(code):  # what stopped a query may not stop it next time: nothing was judged
            raise panne(code, f"Porte {porte} : l'entrepôt")
    if erreurs and all(erreurs):
        raise echec(porte, f"aucun contrôle n'a pu être exécuté ({erreurs[0]}) — vérifier l'entrepôt")
    if manquantes := [a.nom for a in attentes if (a.suite, a.nom) not in constats]:
        raise echec(
            porte,
            f"{len(constats)} contrôles exécutés sur {len(attentes)} déclarés (manquent : {', '.join(manquantes)}) — "
            "relancer, et signaler l'anomalie si elle revient",
        )
    return [constats[attente.suite, attente.nom] for attente in attentes]


def retenir(section: str, libelle: str, constats: Sequence[Constat]) -> None:
    """Keep what was judged for a section of the page of the gates."""
    _etat.jugements[section] = jugement(section, libelle, constats)


def a_documenter() -> bool:
    """True when this command judged something."""
    return bool(_etat.jugements)


def documenter(dossier: Path) -> Path:
    """Write the page of what this command judged, beside that of former commands; give back the index page."""
    return ecrire_pages(dossier, _etat.jugements.values())


def fermer() -> None:
    """End the child process, if any, and forget what was judged."""
    if _etat.enfant is not None:
        _etat.enfant.fermer()
    _etat.enfant, _etat.jugements = None, {}


def _vivant() -> Enfant:
    if _etat.enfant is None or not _etat.enfant.vivant:
        if _etat.enfant is not None:
            _etat.enfant.fermer()
        _etat.enfant = Enfant("le moteur de contrôle", "mutualisation.portes.moteur")
    return _etat.enfant


atexit.register(fermer)
