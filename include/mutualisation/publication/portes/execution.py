"""Have Great Expectations run checkpoints in a child process that is started early: its import takes seconds. We write
its data docs ourselves, as one French page that needs no network: what each suite judged last, counts without a cell.
Great Expectations' own are in English and load their styles from a content delivery network."""

import atexit
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from mutualisation.entrepot.base.connexion import Surveillance, options_du_role
from mutualisation.entrepot.base.pannes import panne, passagere, sqlstate_de
from mutualisation.entrepot.base.parametres_libpq import Adresse
from mutualisation.publication.portes.resultat import Constat
from mutualisation.publication.portes.suites import Attente, echec, fichier_de, lire_point
from mutualisation.socle.chemins import dossier_attentes
from mutualisation.socle.disque import ecrire
from mutualisation.socle.enfant.hote import Enfant
from mutualisation.socle.erreurs import ControleEchoue
from mutualisation.socle.francais.formats import nombre as nombre_francais
from mutualisation.socle.francais.formats import plusieurs

SEVERITES = {"critical": "Bloque", "warning": "Avertit", "info": "Informe"}
LISIBLE = 0o644


@dataclass
class _Etat:
    """Keep the child of this process, and each judgement by section of the page of the gates."""

    enfant: Enfant | None = None
    jugements: dict[str, dict[str, Any]] = field(default_factory=dict)


_etat = _Etat()


def precharger() -> None:
    """Start importing Great Expectations in a child process, and return at once; harmless if never used."""
    _enfant_vivant()


Lignes = tuple[Iterable[Mapping[str, Any]], Sequence[str]]


def executer(
    porte: str, dsn: str, point: str, lignes: Iterable[Mapping[str, Any]] | None = None, colonnes: Sequence[str] = ()
) -> list[Constat]:
    """Run a checkpoint and return a `Constat` for each expectation that its suites declare, in their order.

    `lignes` are rows that the gate worked out itself, for a checkpoint on a data frame of these `colonnes`. Raises
    `ControleEchoue` (« porte … : … ») when there is nothing to run, nothing could be, or one expectation declared was
    not evaluated; `PannePassagere` when the child dies or the warehouse is gone: nothing is known against what was to
    be judged."""
    (constats,) = commencer(porte, dsn, {point: None if lignes is None else (lignes, colonnes)})()
    return constats


def commencer(porte: str, dsn: str, points: Mapping[str, Lignes | None]) -> Callable[[], list[list[Constat]]]:
    """Have checkpoints run, each on its rows; return at once a function that waits for them. Raises as `executer`."""
    if not (dossier_attentes() / "gx" / "great_expectations.yml").is_file():
        # Great Expectations makes a project where there is none
        raise echec(porte, f"{dossier_attentes()}/gx/great_expectations.yml manque — le remettre")
    adresse = Adresse.lire(dsn)
    attentes = [[attente for suite in lire_point(porte, point) for attente in suite.attentes] for point in points]
    demandes = [
        {
            "dossier": str(dossier_attentes()),
            "url": adresse.url_sqlalchemy(options_du_role()),
            "point": point,
            "lignes": None if donnees is None else [[ligne.get(nom) for nom in donnees[1]] for ligne in donnees[0]],
            "colonnes": () if donnees is None else donnees[1],
            "attentes": attentes_du_point,
        }
        for (point, donnees), attentes_du_point in zip(points.items(), attentes, strict=True)
    ]
    finir = _enfant_vivant().commencer(f"porte {porte}", demandes, Surveillance(adresse))
    return lambda: [
        _constats(porte, attentes_du_point, r) for attentes_du_point, r in zip(attentes, finir(), strict=True)
    ]


def _constats(porte: str, attentes: Sequence[Attente], reponse: Mapping[str, Any]) -> list[Constat]:
    """Check that the child judged every expectation declared, and return its answer."""
    if "faute" in reponse:
        attente, faute = reponse["faute"]
        lieu = f"porte {porte}, attente « {attente.nom} » de {fichier_de(attente.suite)}"
        raise ControleEchoue([f"{lieu} : {faute} — la corriger"])
    constats = {(c.attente.suite, c.attente.nom): c for c in reponse.get("constats", ())}
    erreurs = [reponse["erreur"]] if "erreur" in reponse else [c.erreur for c in constats.values()]
    for code in (sqlstate_de(erreur.split(":", 1)[0]) for erreur in erreurs if erreur):
        if passagere(code):  # this failure passes: nothing was judged, and the query may succeed next time
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
    """Say whether this command judged something."""
    return bool(_etat.jugements)


def documenter(dossier: Path) -> Path:
    """Write the page of what this command judged, beside those of former commands; return the index page."""
    return ecrire_pages(dossier, _etat.jugements.values())


def fermer() -> None:
    """End the child process, if any, and forget what was judged."""
    if _etat.enfant is not None:
        _etat.enfant.fermer()
    _etat.enfant, _etat.jugements = None, {}


def _enfant_vivant() -> Enfant:
    if _etat.enfant is None or not _etat.enfant.vivant:
        if _etat.enfant is not None:
            _etat.enfant.fermer()
        _etat.enfant = Enfant("le moteur de contrôle", "mutualisation.publication.portes.moteur")
    return _etat.enfant


atexit.register(fermer)


# ---------------------------------------------------------------- data docs
def jugement(section: str, libelle: str, constats: Iterable[Constat]) -> dict[str, Any]:
    """Return what the page shows of a section judged now, ready for JSON, with `constats` grouped by suite."""
    lots: dict[str, list[dict[str, Any]]] = {}
    for constat in constats:
        lots.setdefault(constat.attente.libelle, []).append(_ligne_de_constat(constat))
    return {
        "suite": section,
        "libelle": libelle,
        "juge_le": datetime.now(UTC).astimezone().strftime("%d/%m/%Y à %H:%M"),
        "lots": [{"libelle": nom, "attentes": lignes} for nom, lignes in lots.items()],
    }


def ecrire_pages(dossier: Path, jugements: Iterable[dict[str, Any]]) -> Path:
    """Keep each verdict under `resultats/`, and write `index.html` over all that are kept. Several processes may write
    there at once. Raises `OSError` when the folder can't be written."""
    resultats = dossier / "resultats"
    resultats.mkdir(parents=True, exist_ok=True)
    for verdict in jugements:
        contenu = json.dumps(verdict, ensure_ascii=False, indent=1)
        ecrire(resultats / f"{verdict['suite']}.json", contenu.encode(), LISIBLE)
    suites = [_resumer(json.loads(c.read_text(encoding="utf-8"))) for c in sorted(resultats.glob("*.json"))]
    index = dossier / "index.html"
    ecrire(index, _gabarit().render(suites=suites).encode(), LISIBLE)
    return index


@cache
def _gabarit() -> Template:
    environnement = Environment(
        loader=PackageLoader("mutualisation.publication.portes", ""),
        autoescape=select_autoescape(["html", "j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environnement.filters["plusieurs"] = plusieurs
    return environnement.get_template("pages.html.j2")


def _ligne_de_constat(constat: Constat) -> dict[str, Any]:
    attente = constat.attente
    return {
        "description": attente.description,
        "type": attente.type,
        "severite": SEVERITES[attente.severity],
        "attendu": _limites_attendues(attente.kwargs),
        "statut": "illisible" if constat.erreur else "conforme" if constat.reussi else attente.severity,
        "resultat": _resultat(constat),
        "decisions": list(attente.decisions),
    }


def _resultat(constat: Constat) -> str:
    if constat.erreur is not None:
        return "n'a pas pu être exécutée"
    sur = f" sur {nombre_francais(constat.elements)}" if constat.elements else ""
    if constat.reussi and not constat.nombre:
        return f"conforme{sur}"
    ecarts = f"{nombre_francais(constat.nombre)} écart{'s' if constat.nombre > 1 else ''}{sur}"
    return f"conforme, {ecarts} toléré{'s' if constat.nombre > 1 else ''}" if constat.reussi else ecarts


def _limites_attendues(kwargs: Any) -> str:
    bas, haut = kwargs.get("min_value"), kwargs.get("max_value")
    morceaux = [" · ".join(map(_mot, kwargs.get("value_set") or ()))]
    if bas is not None and bas == haut:
        morceaux.append(_borne(bas))
    else:
        bornes = {"au moins": bas, "au plus": haut}
        morceaux.append(", ".join(f"{mot} {_borne(b)}" for mot, b in bornes.items() if b is not None))
    if (longueur := kwargs.get("value")) is not None:
        morceaux.append(_borne(longueur))
    if motif := kwargs.get("regex"):
        morceaux.append(f"forme {motif}")
    if tolerance := kwargs.get("mostly"):
        morceaux.append(f"{round(100 * tolerance)} % des lignes au moins")
    return " — ".join(filter(None, morceaux))


def _mot(valeur: Any) -> str:
    return {True: "vrai", False: "faux"}[valeur] if isinstance(valeur, bool) else str(valeur)


def _borne(valeur: Any) -> str:
    return str(valeur).replace("-", "−").replace(".", ",")


def _resumer(suite: dict[str, Any]) -> dict[str, Any]:
    statuts = [ligne["statut"] for lot in suite["lots"] for ligne in lot["attentes"]]
    echecs = sum(statut in ("critical", "illisible") for statut in statuts)
    return suite | {"total": len(statuts), "echecs": echecs, "avertissements": statuts.count("warning")}
