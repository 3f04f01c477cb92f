"""Checkpoints run by Great Expectations, in a child process that is started early: its import takes seconds."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from mutualisation.chemins import dossier_attentes
from mutualisation.enfant.hote import Enfant
from mutualisation.entrepot.connexion import options_du_role, surveillance
from mutualisation.entrepot.pannes import panne, passagere, sqlstate_de
from mutualisation.entrepot.parametres_libpq import url_sqlalchemy
from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.moteur import erreur_sans_valeur
from mutualisation.portes.pages import ecrire_pages, jugement
from mutualisation.portes.resultat import ABSENTE, Constat
from mutualisation.portes.suites import Attente, fichier_de, lire_point, nom_de


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
        "attentes": [{"nom": a.nom, "suite": a.suite, "ecrite": a.ecrite} for a in attentes],
    }
    reponse = _vivant().demander(porte, demande, surveillance(dsn))
    if "attente" in reponse:
        fautive = next(a for a in attentes if (a.suite, a.nom) == (reponse["suite"], reponse["attente"]))
        raise ControleEchoue([f"{_lieu(porte, fautive)} : {reponse['faute']} — la corriger"])
    bruts = {(b.pop("suite"), nom): b for b in reponse.get("constats", ()) if (nom := _nom(b))}
    erreurs = [reponse["erreur"]] if "erreur" in reponse else [brut["erreur"] for brut in bruts.values()]
    _exiger_l_entrepot(porte, erreurs)
    if erreurs and all(erreur and not erreur.startswith(ABSENTE) for erreur in erreurs):
        raise _rien_d_execute(porte, erreurs[0])
    manquantes = [attente.nom for attente in attentes if (attente.suite, attente.nom) not in bruts]
    if manquantes or len(bruts) != len(attentes) or not attentes:
        raise ControleEchoue(
            [
                f"porte {porte} : {len(bruts)} contrôles exécutés sur {len(attentes)} déclarés (manquent : "
                f"{', '.join(manquantes) or 'aucun'}) — relancer, et signaler l'anomalie si elle revient"
            ]
        )
    return [_situer(porte, Constat(attente, **bruts[attente.suite, attente.nom])) for attente in attentes]


@contextmanager
def dire_la_panne(porte: str) -> Iterator[None]:
    """A query of the gate itself that can't be run: raises as `executer`."""
    try:
        yield
    except psycopg.Error as erreur:
        texte = erreur_sans_valeur(f"{type(erreur).__name__}: {erreur.diag.message_primary}")
        _exiger_l_entrepot(porte, [texte])
        raise _rien_d_execute(porte, texte) from erreur


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


def _nom(brut: dict[str, Any]) -> str:
    return nom_de(brut["suite"], brut.pop("type"), brut.pop("kwargs"), brut.pop("meta"))


def _rien_d_execute(porte: str, cause: str) -> ControleEchoue:
    return ControleEchoue([f"porte {porte} : aucun contrôle n'a pu être exécuté ({cause}) — vérifier l'entrepôt"])


def _situer(porte: str, constat: Constat) -> Constat:
    """The result, its error saying where to mend it when the suite is at fault and not the warehouse."""
    if constat.erreur is None or not constat.erreur.startswith(ABSENTE):
        return constat
    return replace(constat, erreur=f"{_lieu(porte, constat.attente)} : {constat.erreur} dans le lot — la corriger")


def _lieu(porte: str, attente: Attente) -> str:
    return f"porte {porte}, attente « {attente.nom} » de {fichier_de(attente.suite)}"


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
