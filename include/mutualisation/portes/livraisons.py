# ruff: noqa: S608 - names of the registry (checked identifiers) and integers only
"""Each pending file beside its former delivery."""

from __future__ import annotations

from collections.abc import Mapping

from mutualisation.portes.sommes_fichiers import EN_ATTENTE, FichiersDuJeu
from mutualisation.sources.jeux import Jeu

SANS_SOMME = "select 0::bigint as fichier_id, 0::numeric as total where false"


def requete_livraisons(chargement_id: int, source: str, groupes: list[FichiersDuJeu], totaux: Mapping[str, str]) -> str:
    """One row per pending file: chemin, lignes, and how much its rows and its total moved, in percent rounded to one
    decimal, since the former delivery.

    The former delivery is the last one of the same jeu and periode, else that of the same periode a year before.
    """
    sommes = [_somme(g.jeu, totaux[g.jeu.nom]) for g in groupes if g.jeu.nom in totaux]
    return f"""
with connus as (
  select f.fichier_id, f.jeu, f.periode, f.chemin, f.lignes, f.version
  from journal.fichiers f
  where f.source = '{source}' and (f.statut = 'accepte' or ({EN_ATTENTE}{int(chargement_id)}))
),
livres as (
  select f.fichier_id, f.jeu, f.periode, f.chemin, f.lignes, p.fichier_id as precedent_id,
    p.lignes as lignes_precedentes
  from journal.fichiers f
  left join lateral (
    select c.* from connus c
    where c.jeu = f.jeu and c.fichier_id <> f.fichier_id and (
      (c.periode = f.periode and c.fichier_id < f.fichier_id)
      or (f.exercice is not null and c.periode = (f.exercice - 1)::text || substr(f.periode, 5)))
    order by c.periode = f.periode desc, c.version desc, c.fichier_id desc
    limit 1
  ) p on true
  where {EN_ATTENTE}{int(chargement_id)}
),
sommes as materialized ({" union all ".join(sommes) or SANS_SOMME})
select l.chemin, l.lignes,
  round(100.0 * (l.lignes - l.lignes_precedentes) / nullif(l.lignes_precedentes, 0), 1)::float8 as variation_lignes_pct,
  round(100.0 * (s.total - p.total) / nullif(abs(p.total), 0), 1)::float8 as variation_total_pct
from livres l
left join sommes s on s.fichier_id = l.fichier_id
left join sommes p on p.fichier_id = l.precedent_id
"""


def _somme(jeu: Jeu, colonne: str) -> str:
    return (
        f"select b.fichier_id, sum(b.{colonne})::numeric as total from brut.{jeu.nom} b "
        f"where b.fichier_id in (select fichier_id from livres union select precedent_id from livres) group by 1"
    )
