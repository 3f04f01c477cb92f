# ruff: noqa: S608 - names of the registry (checked identifiers) and integers only
"""SQL of the file gate: what the pending files of one load announce, beside what their landed rows hold.

One row per file and rule: fichier_id, chemin, jeu, regle (`lignes_posees`, `lignes_annoncees`,
`total_annonce`, `ligne_total`), colonne (literal header), attendu, constate (text), ecart
(boolean). Rules F3 and F4; cells and totals were read when the file landed, an unreadable cell counts 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from mutualisation.ingestion.typage import ILLISIBLE
from mutualisation.sources.cellules_sql import litteral
from mutualisation.sources.jeux import TYPES_SOMMABLES, Colonne, Jeu, Source

# « 12 h 30 min », exact: hundredths of an hour are not always whole minutes.
AFFICHAGE = """case when type = 'duree'
      then trunc({n} / 60) || ' h ' || trim_scale({n} - 60 * trunc({n} / 60)) || ' min'
    else replace({n}::text, '.', ',') end"""
EN_ATTENTE = "f.statut = 'en_attente' and f.chargement_id = "


@dataclass
class FichiersDuJeu:
    """Pending files of one jeu, how many rows they have, and the columns that at least one announces a total of."""

    jeu: Jeu
    fichiers: list[int] = field(default_factory=list)
    lignes: int = 0
    annoncees: set[str] = field(default_factory=set)

    @property
    def colonnes(self) -> list[Colonne]:
        """The announced columns that may be summed."""
        return [c for c in sommables(self.jeu) if c.nom in self.annoncees]


def fichiers_en_attente(conn: psycopg.Connection[Any], chargement_id: int, source: Source) -> list[FichiersDuJeu]:
    """The pending files of a load, by jeu."""
    requete = (
        "select f.jeu, f.fichier_id, coalesce(f.lignes, 0), f.controle->>'colonne', "
        "array(select t.colonne from journal.totaux t where t.fichier_id = f.fichier_id) "
        f"from journal.fichiers f where {EN_ATTENTE}%s order by f.fichier_id"
    )
    groupes = {jeu.nom: FichiersDuJeu(jeu) for jeu in source.jeux}
    for nom, fichier_id, lignes, entete, totaux in conn.execute(requete, [chargement_id]):
        groupe = groupes[nom]
        groupe.fichiers.append(fichier_id)
        groupe.lignes += lignes
        groupe.annoncees.update(totaux)
        groupe.annoncees.update(c.nom for c in groupe.jeu.colonnes if c.entete == entete)
    return [groupe for groupe in groupes.values() if groupe.fichiers]


def requete_annonces(chargement_id: int, groupes: list[FichiersDuJeu]) -> str:
    """The query for the pending files of `chargement_id` (at least one group)."""
    tabulaires = [groupe.jeu for groupe in groupes if groupe.jeu.format == "tabulaire"]
    return f"""
with en_attente as materialized (
  select f.fichier_id, f.chemin, f.jeu, f.lignes, f.controle
  from journal.fichiers f where {EN_ATTENTE}{int(chargement_id)}
),
colonnes (jeu, colonne, entete, type) as ({_colonnes(tabulaires)}),
sommes as materialized ({" union all ".join(_sommes(groupe) for groupe in groupes)}),
annonces as (
  select 'total_annonce' as regle, f.fichier_id, f.jeu, c.colonne, c.type, c.entete, f.controle->>'total' as valeur
  from en_attente f left join colonnes c on c.jeu = f.jeu and c.entete = f.controle->>'colonne'
  where f.controle->>'total' is not null and f.jeu in ({_liste(jeu.nom for jeu in tabulaires)})
  union all
  select 'ligne_total', f.fichier_id, f.jeu, c.colonne, c.type, c.entete, t.valeur
  from journal.totaux t
  join en_attente f using (fichier_id)
  join colonnes c on c.jeu = f.jeu and c.colonne = t.colonne
  ),
lus as materialized (
  select a.*, case when a.colonne is not null then coalesce(s.somme, 0) end as somme,
    nullif(a.valeur, '{ILLISIBLE}')::numeric as total
  from annonces a left join sommes s on s.fichier_id = a.fichier_id and s.colonne = a.colonne
),
comptes as (
  select f.*, coalesce(s.somme, 0) as nombre
  from en_attente f left join sommes s on s.fichier_id = f.fichier_id and s.colonne is null
)
select fichier_id, chemin, jeu, 'lignes_posees' as regle, null as colonne,
  lignes::text as attendu, nombre::text as constate, lignes is distinct from nombre as ecart
from comptes
union all
select fichier_id, chemin, jeu, 'lignes_annoncees', null,
  controle->>'lignes', nombre::text,
  (controle->>'lignes')::numeric is distinct from nombre
from comptes
where controle->>'lignes' is not null and jeu in ({_liste(jeu.nom for jeu in tabulaires)})
union all
select f.fichier_id, f.chemin, f.jeu, l.regle, coalesce(l.entete, 'absente ou non sommable'),
  coalesce({AFFICHAGE.format(n="l.total")}, 'un nombre illisible'),
  coalesce({AFFICHAGE.format(n="l.somme")}, 'introuvable'), l.total is distinct from l.somme or l.somme is null
from lus l join en_attente f using (fichier_id)
"""


def sommables(jeu: Jeu) -> list[Colonne]:
    """Columns whose cells may be summed."""
    return [c for c in jeu.colonnes_entrepot if c.type in TYPES_SOMMABLES and not c.confidentielle]


def _sommes(groupe: FichiersDuJeu) -> str:
    """One scan per jeu: rows (colonne NULL) and the announced columns alone, since reading cells is what costs."""
    calculs = "".join(f", sum(b.{c.nom}) as {c.nom}" for c in groupe.colonnes)
    valeurs = "".join(f", ({litteral(c.nom)}, s.{c.nom})" for c in groupe.colonnes)
    fichiers = ", ".join(str(int(fichier_id)) for fichier_id in groupe.fichiers)
    return (
        f"select s.fichier_id, v.colonne, v.somme from ("
        f"select b.fichier_id, count(*) as nombre_de_lignes{calculs} "
        f"from brut.{groupe.jeu.nom} b where b.fichier_id in ({fichiers}) group by b.fichier_id) s "
        f"cross join lateral (values (null::text, s.nombre_de_lignes::numeric){valeurs}) v (colonne, somme)"
    )


def _colonnes(jeux: list[Jeu]) -> str:
    lignes = [
        f"({litteral(jeu.nom)}, {litteral(c.nom)}, {litteral(c.entete or c.nom)}, {litteral(c.type)})"
        for jeu in jeux
        for c in sommables(jeu)
    ]
    return f"values {', '.join(lignes)}" if lignes else "select ''::text, ''::text, ''::text, ''::text where false"


def _liste(noms: Iterable[str]) -> str:
    return ", ".join(litteral(nom) for nom in noms) or "''"
