"""What the pool of small catégories protects of people's pay, and what it does not (R2c, K8)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from mutualisation.documents.rapport.contenu.ouverture import est_restreinte, seuil_effectif
from mutualisation.documents.rapport.enonces import lire_phrase
from mutualisation.documents.rapport.publie import Bilan, Ligne
from mutualisation.socle.francais import formats, libelles


def protection(bilan: Bilan) -> str:
    """The promise on pay that the years shown can keep; that the extract is restricted, where it does not say it."""
    promesse = promettre(seuil_effectif(bilan), {e: bilan.lignes("cout_moyen", e) for e in bilan.exercices})
    restreinte = est_restreinte(bilan) and "diffusion de ce bilan est restreinte" not in promesse
    return f"{promesse} {lire_phrase('paie.restreinte')}" if restreinte else promesse


def promettre(seuil: Decimal, annees: Mapping[int, Sequence[Ligne]]) -> str:
    """No exact figure below the threshold, estimates across years; `annees`: {exercice: rows of `cout_moyen`}."""
    if seuil <= 0:
        return lire_phrase("paie.sans_regroupement")
    lu = formats.exact(seuil)
    sous = [e for e, x in annees.items() if any(r["etpt_groupe"] is not None and r["etpt_groupe"] < seuil for r in x)]
    suite = "sous_le_seuil" if sous else "protege"
    phrases = [lire_phrase(f"paie.{nom}", seuil=lu, annees=formats.et(sous)) for nom in ("regroupement", suite)]
    return " ".join([*phrases, lire_phrase("paie.estimation", comparaison=_comparaison(annees))])


def _comparaison(annees: Mapping[int, Sequence[Ligne]]) -> str:
    """Catégories that one year pools otherwise than another: both years side by side give an estimate."""
    groupes: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for exercice, rangees in annees.items():
        for r in rangees:
            groupes[r["categorie"]][r["groupe"]].append(exercice)
    dits = [
        f"{_nommer([c])} : " + ", ".join(f"{_dire_avec(c, g)} en {formats.et(e)}" for g, e in siens.items())
        for c, siens in sorted(groupes.items())
        if len(siens) > 1
    ]
    return f" ({' ; '.join(dits)})" if dits else ""


def _dire_avec(categorie: str, groupe: str) -> str:
    autres = [c for c in groupe.split("+") if c != categorie]
    return f"avec {_nommer(autres)}" if autres else "à part"


def _nommer(categories: Sequence[str]) -> str:
    return formats.et([formats.minuscule(libelles.CATEGORIES.get(c, f"catégorie {c}")) for c in categories])
