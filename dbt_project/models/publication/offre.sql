-- R17: what a year would cost a commune that is no member, by the tariffs of 31 December; what depends on its use is named,
-- and one that may not join has no price (R17b).
with communes as (
  select distinct on (e.exercice, a.siret)
    e.exercice, e.fin, a.siret, p.population_totale as population
  from {{ ref('int_exercices') }} as e
  inner join {{ ref('stg_referentiel__adherents') }} as a on a.type = 'commune' and {{ en_vigueur('a', 'e.fin') }}
  left join {{ ref('stg_referentiel__populations') }} as p on a.code_insee = p.code_insee and e.exercice = p.annee
  where e.exercice in {{ exercices_demandes() }}
  order by e.exercice, a.siret, a.debut desc, a.ligne desc
),

tarifs as (
  select
    c.exercice, c.siret, t.dispositif, t.mode_recouvrement, i.obstacle,
    case
      when {{ mode_sans('t.mode_recouvrement', 'du') }} then 0
      when t.regle = 'forfait' then t.montant
      when t.regle = 'par_habitant' then t.montant * c.population
      when
        t.regle = 'par_tranche' and c.population >= coalesce(t.tranche_min, 0) and (t.tranche_max is null or c.population < t.tranche_max)
        then t.montant
    end as fixe,
    case
      when {{ mode_sans('t.mode_recouvrement', 'du') }} then null
      when t.regle in ('par_habitant', 'par_tranche') then case when c.population is null then 'population' end
      when t.regle <> 'forfait' then t.regle
    end as depend
  from communes as c
  inner join {{ ref('stg_referentiel__tarifs') }} as t on {{ en_vigueur('t', 'c.fin') }}
  left join {{ ref('int_eligibilites') }} as i
    on c.exercice = i.exercice and c.siret = i.siret_adherent and t.dispositif = i.dispositif
  where
    exists (select from {{ ref('stg_referentiel__dispositifs') }} as d where d.code = t.dispositif and {{ en_vigueur('d', 'c.fin') }})
    and not exists (
      select from {{ ref('stg_referentiel__adhesions_effectives') }} as h
      where h.dispositif = t.dispositif and h.siret_adherent = c.siret and c.fin between h.debut and h.fin
    )
),

sommes as (
  select
    exercice, dispositif, siret,
    min(mode_recouvrement) as mode_recouvrement,
    case when bool_or(depend = 'population' or obstacle is not null) is not true then sum({{ arrondi('fixe') }}) end as montant,
    coalesce(min(obstacle), string_agg(distinct depend, '+' order by depend)) as depend_de
  from tarifs
  where num_nonnulls(fixe, depend, obstacle) > 0
  group by exercice, dispositif, siret
)

select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  siret as siret_adherent,
  mode_recouvrement,
  case when {{ tient_dans('montant', 13) }} then montant end::numeric(15, 2) as montant,
  depend_de
from sommes
