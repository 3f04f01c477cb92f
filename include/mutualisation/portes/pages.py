"""Data docs in French: one page, without network, of what each suite judged last. Counts only, no cell.

Great Expectations' own pages are in English and load their styles from a content delivery network.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from mutualisation.disque import ecrire
from mutualisation.francais.formats import nombre as nombre_francais
from mutualisation.francais.formats import plusieurs
from mutualisation.portes.resultat import Constat

SEVERITES = {"critical": "Bloque", "warning": "Avertit", "info": "Informe"}
LISIBLE = 0o644


def jugement(section: str, libelle: str, constats: Iterable[Constat]) -> dict[str, Any]:
    """What the page shows of a section judged now, ready for JSON; `constats` by suite."""
    lots: dict[str, list[dict[str, Any]]] = {}
    for constat in constats:
        lots.setdefault(constat.attente.libelle, []).append(_ligne(constat))
    return {
        "suite": section,
        "libelle": libelle,
        "juge_le": datetime.now(UTC).astimezone().strftime("%d/%m/%Y à %H:%M"),
        "lots": [{"libelle": nom, "attentes": lignes} for nom, lignes in lots.items()],
    }


def ecrire_pages(dossier: Path, jugements: Iterable[dict[str, Any]]) -> Path:
    """Keep each verdict under `resultats/`, and write `index.html` over all that are kept.

    Several processes may write there at once. Raises `OSError` when the folder can't be written.
    """
    resultats = dossier / "resultats"
    resultats.mkdir(parents=True, exist_ok=True)
    for dit in jugements:
        contenu = json.dumps(dit, ensure_ascii=False, indent=1)
        ecrire(resultats / f"{dit['suite']}.json", contenu.encode(), LISIBLE)
    suites = [_resumer(json.loads(c.read_text(encoding="utf-8"))) for c in sorted(resultats.glob("*.json"))]
    index = dossier / "index.html"
    ecrire(index, _gabarit().render(suites=suites).encode(), LISIBLE)
    return index


@cache
def _gabarit() -> Template:
    environnement = Environment(
        loader=PackageLoader("mutualisation.portes", ""),
        autoescape=select_autoescape(["html", "j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environnement.filters["plusieurs"] = plusieurs
    return environnement.get_template("pages.html.j2")


def _ligne(constat: Constat) -> dict[str, Any]:
    attente = constat.attente
    return {
        "description": attente.description,
        "type": attente.type,
        "severite": SEVERITES[attente.severity],
        "attendu": _attendu(attente.kwargs),
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


def _attendu(kwargs: Any) -> str:
    """The limits that the suite gives, in words."""
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
