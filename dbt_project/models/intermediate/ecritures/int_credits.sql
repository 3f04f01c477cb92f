-- R23: each row voted for an exercice asked, or ordered at the end of its month, with the component of its role and its key of the last
-- day of the period, whatever the day of the vote. `composante` is NULL where it counts nowhere (R23a); `montant_part`: that of the communes.
with periodes as (
  select
    exercice, mois,
    coalesce((make_date(exercice, mois, 1) + interval '1 month - 1 day')::date, make_date(exercice, 12, 31)) as fin
  from {{ ref('stg_journal__construction') }}
),

lignes as (
  select
    'budget' as jeu, b.exercice_fichier as exercice, p.fin, b.fichier, b.ligne, b.date_vote, b.axe_analytique, b.nature, b.sens, b.montant
  from {{ ref('stg_compta__budget') }} as b
  inner join periodes as p on b.exercice_fichier = p.exercice
  union all
  select 'engagements', e.exercice_fichier, p.fin, e.fichier, e.ligne, null, e.axe_analytique, e.nature, 'D', e.reste_engage
  from {{ ref('stg_compta__engagements') }} as e
  inner join periodes as p on e.exercice_fichier = p.exercice and e.mois_fichier = p.mois
),

roles as (
  select
    l.*, r.role,
    case
      when l.sens = 'D' and (r.role in {{ roles_de_charge() }} or r.role = 'rabais') then 'fonctionnement'
      when l.sens = 'R' and r.role in {{ roles_de_recette() }} then 'recettes'
    end as composante
  from lignes as l
  left join {{ ref('int_roles_comptes') }} as r on l.exercice = r.exercice and l.nature = r.nature
)

select
  l.jeu, l.exercice, l.fin, l.fichier, l.ligne, l.date_vote, l.axe_analytique, l.nature, l.sens, l.role, l.montant, l.composante,
  k.dispositif as cle_dispositif,
  case l.composante when 'fonctionnement' then {{ arrondi('l.montant * k.part_communes / 100') }} else l.montant end as montant_part
from roles as l
left join {{ ref('int_cles') }} as k on k.origine = 'axe' and l.axe_analytique = k.code and l.fin between k.debut and k.fin
