"""Landings are said once where nobody reads the page: what would end over the forecast (R22), then what the year became
once it is published. They are net costs and receipts of a dispositif, never the time or the pay of its agents."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import dict_row

from mutualisation.documents.situation.page_situation import MOIS, Ligne
from mutualisation.documents.situation.suivi_budgetaire import somme
from mutualisation.socle.francais.formats import INSECABLE, ZERO, arrondi, euros, evolution, plusieurs, signe

# of the exercices that a version is the first to publish: a later one is compared with what was published before it
REALISES = """
with premiers as (
  select exercice from journal.publications
   where version = %(version)s and exercice not in (
     select unnest(exercices) from journal.constructions where statut = 'publiee' and version < %(version)s)
),
dits as (select * from journal.atterrissages where exercice in (table premiers)),
publies as (
  select exercice, dispositif, cout_net, recettes as titrees from publication.synthese_financiere
   where not est_total and exercice in (select exercice from dits)
)
select exercice, max(mois) over (partition by exercice) as mois, dispositif, cout, cout_net, recettes, titrees
  from dits full join publies using (exercice, dispositif)
 order by exercice, abs(coalesce(cout_net, 0) - coalesce(cout, 0)) desc, dispositif
"""


def dire_depassements(lignes: Iterable[Ligne]) -> str:
    """Say which dispositifs of a situation would end over what was forecast, the largest excess first, then all that
    was forecast; "" where none would."""
    prevues = [r for r in lignes if None not in (r["atterrissage_cout"], r["prevu_cout"])]
    dites = sorted((r for r in prevues if r["depasse"]), key=lambda r: r["prevu_cout"] - r["atterrissage_cout"])
    if not dites:
        return ""
    combien = plusieurs(len(dites), "dispositif finirait", "dispositifs finiraient")
    parts = [f"{r['dispositif']} {_au_lieu(r['atterrissage_cout'], r['prevu_cout'])}" for r in dites]
    total = _au_lieu(*(somme(prevues, colonne) for colonne in ("atterrissage_cout", "prevu_cout")))
    return (
        f"Situation {dites[0]['exercice']}-{dites[0]['mois']:02}, provisoire : {combien} au-dessus du coût net prévu : "
        f"{' ; '.join(parts)}. En tout, {total}."
    )


def dire_realises(conn: psycopg.Connection[Any], version: int) -> list[str]:
    """Say of each exercice that a version is the first to publish what it became, beside the landing of its last
    situation: in all, then by dispositif, the largest difference first; [] without a situation."""
    with conn.cursor(row_factory=dict_row) as curseur:
        lignes = curseur.execute(REALISES, {"version": version}).fetchall()
    exercices = [list(groupe) for _, groupe in groupby(lignes, key=lambda r: r["exercice"])]
    return [_dire_realise(e) for e in exercices if somme(e, "cout") is not None]


def _dire_realise(lignes: Sequence[Ligne]) -> str:
    cout = _au_lieu(somme(lignes, "cout_net"), somme(lignes, "cout"))
    recettes = _au_lieu(somme(lignes, "titrees"), somme(lignes, "recettes"))
    parts = [
        f"{r['dispositif']} {_au_lieu(r['cout_net'], r['cout'])}"
        for r in lignes
        if arrondi(r["cout_net"] or ZERO) != arrondi(r["cout"] or ZERO)
    ]
    exercice, mois = lignes[0]["exercice"], MOIS[lignes[0]["mois"] - 1]
    return (
        f"Exercice {exercice} publié, à côté de l'atterrissage de fin {mois} : coût net {cout}, recettes {recettes}. "
        f"Coût net par dispositif : {' ; '.join(parts) or 'aucun écart'}."
    )


def _au_lieu(valeur: Decimal | None, reference: Decimal | None) -> str:
    """Write `29 670 € au lieu de 23 045 € (+6 625 €, +28,7 %)`; what is not known is said so, and not compared."""
    ecart = "" if valeur is None or reference is None else f"{signe(valeur - reference)}{INSECABLE}€"
    suite = ", ".join(filter(None, [ecart, evolution(reference, valeur)]))
    return f"{euros(valeur)} au lieu de {euros(reference)}{f' ({suite})' if suite else ''}"
