"""`enonces.toml` holds the words that the documents say every year, as data: sentences, columns, whole tables."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mutualisation.documents.mise_en_forme.modele import Colonne, Ligne, Tableau, additionner
from mutualisation.socle.chemins import ENONCES

# dots are left for somebody to fill
BLANC = "…………………"
_ENONCES: dict[str, dict[str, Any]] = tomllib.loads(ENONCES.read_text(encoding="utf-8"))


def _lire_enonce(nom: str) -> Any:
    section, _, cle = nom.partition(".")
    return _ENONCES[section][cle]


def lire_phrase(nom: str, **valeurs: Any) -> str:
    """Return the sentence `section.name`; `valeurs` fill its `{name}`, here and below."""
    return str(_lire_enonce(nom)).format(**valeurs) if valeurs else str(_lire_enonce(nom))


def lire_listes(nom: str) -> dict[str, dict[str, list[str]]]:
    """Return {subject: {name: words}} of the table `section.name`, in order."""
    return dict(_lire_enonce(nom))


def lire_champs(nom: str, /, **valeurs: Any) -> dict[str, Any]:
    """Return the fields that `section.name` declares, their texts filled."""
    return {cle: x.format(**valeurs) if isinstance(x, str) else x for cle, x in _lire_enonce(nom).items()}


def lire_graphique(nom: str, **valeurs: Any) -> dict[str, Any]:
    """Return the declared fields of the chart `nom`; the caller gives what is drawn."""
    return lire_champs(f"graphiques.{nom}", **valeurs)


def lire_points(nom: str, **valeurs: Any) -> list[tuple[str, str]]:
    """Return (subject, sentence) of the table `section.name`, in order."""
    return [(sujet, enonce.format(**valeurs)) for sujet, enonce in _lire_enonce(nom).items()]


def lire_colonnes(nom: str, **valeurs: Any) -> tuple[Colonne, ...]:
    """Return the columns `section.name`, in order."""
    return tuple(Colonne(**champs | {"titre": champs["titre"].format(**valeurs)}) for champs in _lire_enonce(nom))


def lire_tableau(
    nom: str,
    lignes: Sequence[Ligne],
    /,
    *,
    total: Mapping[str, Any] | None = None,
    note: str = "",
    sans: Collection[str] = (),
    **valeurs: Any,
) -> Tableau:
    """Return the table `section.name` with these rows; columns `sans` are left out. The total adds up the columns that
    can be, with what `total` says of others; none without either."""
    champs = dict(_lire_enonce(nom))
    pleines = champs.pop("pleines", False)
    colonnes = [
        Colonne(**c | {"titre": c["titre"].format(**valeurs)})
        for c in champs.pop("colonnes")
        if c["cle"] not in sans and not (pleines and lignes and all(x.get(c["cle"]) in (None, "") for x in lignes))
    ]
    if total is not None or any(c.somme for c in colonnes):
        champs["total"] = additionner("Total", colonnes, lignes) | dict(total or {})
    if "reste" in champs:
        champs["reste"] = tuple(champs["reste"])
    titre = champs.pop("titre").format(**valeurs)
    champs["note"] = note or champs.get("note", "").format(**valeurs)
    return Tableau(titre, tuple(colonnes), lignes, **champs)
