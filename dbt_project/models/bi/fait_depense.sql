-- R3 by month and account. What is issued after the year ends, or before it begins, counts in its last month, or its first.
with lignes as (
  select
    exercice,
    destination as dispositif,
    nature,
    {{ mois_de('date_emission', 'exercice') }} as mois,
    montant_mesure
  from {{ ref('int_ecritures_parts') }}
  where mesure = 'cout_fonctionnement'
),

depenses as (
  select exercice, dispositif, nature, mois, sum(montant_mesure) as montant
  from lignes
  group by exercice, dispositif, nature, mois
),

comptes as (
  select distinct on (n.nature) n.nature, c.libelle
  from (select distinct nature from depenses) as n
  inner join {{ ref('comptes_m57') }} as c on starts_with(n.nature, c.compte)
  order by n.nature, length(c.compte) desc
)

select
  {{ version_courante() }} as version,
  d.exercice,
  d.mois,
  d.dispositif,
  d.nature,
  c.libelle as libelle_nature,
  d.montant::numeric(15, 2) as montant,
  make_date(d.exercice, d.mois, 1) as jour,
  d.exercice || '|' || d.dispositif as cle_dispositif
from depenses as d
left join comptes as c using (nature)
where
  (d.exercice, d.dispositif) in (select i.exercice, i.dispositif from {{ ref('int_couts') }} as i)
  and d.exercice in {{ exercices_demandes() }}
