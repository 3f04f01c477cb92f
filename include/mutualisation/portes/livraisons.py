# ruff: noqa: S608 - names of the registry and of our own suites (checked identifiers) and integers only
"""Batches of the file gate over delivered rows: the cells of a jeu as the registry reads them, and each file beside
its former delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mutualisation.erreurs import ControleEchoue
from mutualisation.portes.sommes_fichiers import EN_ATTENTE, FichiersDuJeu
from mutualisation.portes.suites import Lot, colonnes_citees
from mutualisation.sources.jeux import Jeu

TECHNIQUES = ("fichier_id", "ligne", "defauts")
SANS_SOMME = "select 0::bigint as fichier_id, 0::numeric as total where false"


def requete_lignes(lot: Lot, groupes: list[FichiersDuJeu]) -> str:
    """Rows of the pending files of one jeu, with the columns that its expectations name, each read by its type.

    Raises `ControleEchoue` when one of them is not a column of the jeu.
    """
    groupe = next(g for g in groupes if g.jeu.nom == lot.nom)
    fichiers = ", ".join(str(int(fichier)) for fichier in groupe.fichiers)
    colonnes = [_colonne(lot, groupe.jeu, nom) for nom in sorted(colonnes_citees(lot) - set(TECHNIQUES))]
    liste = ", ".join([f"b.{nom}" for nom in TECHNIQUES] + colonnes)
    return f"select {liste} from brut.{groupe.jeu.nom} b where b.fichier_id in ({fichiers})"


def requete_livraisons(chargement_id: int, source: str, groupes: list[FichiersDuJeu], totaux: Mapping[str, str]) -> str:
    """One row per pending file: chemin, jeu, periode, lignes, total, those of the former delivery, and how much they
    moved, in percent rounded to one decimal.

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
  select f.fichier_id, f.jeu, f.periode, f.chemin, f.lignes, p.fichier_id as precedent_id, p.chemin as precedent,
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
select l.chemin, l.jeu, l.periode, l.lignes, l.precedent, l.lignes_precedentes,
  round(100.0 * (l.lignes - l.lignes_precedentes) / nullif(l.lignes_precedentes, 0), 1) as variation_lignes_pct,
  s.total, p.total as total_precedent,
  round(100.0 * (s.total - p.total) / nullif(abs(p.total), 0), 1) as variation_total_pct
from livres l
left join sommes s on s.fichier_id = l.fichier_id
left join sommes p on p.fichier_id = l.precedent_id
"""


def _somme(jeu: Jeu, colonne: str) -> str:
    return (
        f"select b.fichier_id, sum(b.{colonne})::numeric as total from brut.{jeu.nom} b "
        f"where b.fichier_id in (select fichier_id from livres union select precedent_id from livres) group by 1"
    )


def _colonne(lot: Lot, jeu: Jeu, nom: str) -> str:
    noms = [c.nom for c in jeu.colonnes_lues]
    if nom in noms and nom in (c.nom for c in jeu.colonnes if c.type == "enumeration"):
        # an unknown value of an enumeration is its text, for `expect_column_values_to_be_in_set`
        delivree = f"split_part(b.delivre, U&'\\001F', {noms.index(nom) + 1})"
        return f"coalesce(b.{nom}, nullif(btrim({delivree}), '')) as {nom}"
    if nom in noms:
        return f"b.{nom}"
    attente = next(a for a in lot.attentes if nom in colonnes_citees(replace(lot, attentes=(a,))))
    raise ControleEchoue(
        [
            f"porte fichier, attente « {attente.nom} » de expectations/{attente.fichier} : la colonne « {nom} » n'est "
            f"pas dans {jeu.nom} — la corriger"
        ]
    )
