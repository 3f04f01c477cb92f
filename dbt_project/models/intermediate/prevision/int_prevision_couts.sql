-- R19: cost of each scenario, by base, year forecast and dispositif.
with ajouts as (
  select
    exercice_base, exercice, scenario, dispositif,
    sum({{ arrondi('valeur * part') }}) filter (where mesure = 'fonctionnement') as cout_fonctionnement,
    sum({{ arrondi('valeur * part') }}) filter (where mesure = 'subventions') as subventions,
    sum(valeur * part_annee) filter (where mesure = 'etp_communes') as etp_communes,
    sum({{ arrondi('valeur * part_annee') }}) filter (where mesure = 'depenses_communes') as depenses_communes
  from {{ ref('int_prevision_hypotheses') }}
  group by exercice_base, exercice, scenario, dispositif
),

actif as (
  select p.exercice_base, p.exercice, p.scenario, p.dispositif, sum(a.amortissements) as amortissements, sum(a.reprises) as reprises
  from {{ ref('int_prevision_perimetre') }} as p
  inner join {{ ref('int_prevision_amortissements') }} as a
    on
      p.exercice_base = a.exercice_base and p.exercice = a.exercice and p.dispositif = a.dispositif
      and (p.scenario = a.scenario or (a.scenario is null and p.etablie))
  group by p.exercice_base, p.exercice, p.scenario, p.dispositif
),

lignes as (
  select
    exercice_base, p.exercice, scenario, p.dispositif,
    coalesce(s.etp, 0) as etp,
    coalesce(s.cout_personnel, 0) as cout_personnel,
    case when p.etablie then {{ arrondi('c.cout_fonctionnement * t.prix') }} else 0 end + coalesce(h.cout_fonctionnement, 0)
      as cout_fonctionnement,
    coalesce(a.amortissements, 0) as amortissements,
    case when p.etablie then c.subventions else 0 end + coalesce(h.subventions, 0) as subventions,
    coalesce(a.reprises, 0) as reprises,
    coalesce(h.etp_communes, 0) as etp_communes,
    coalesce(h.depenses_communes, 0) as depenses_communes
  from {{ ref('int_prevision_perimetre') }} as p
  inner join {{ ref('int_prevision_taux') }} as t using (exercice_base, exercice, scenario, dispositif)
  left join {{ ref('int_prevision_personnel') }} as s using (exercice_base, exercice, scenario, dispositif)
  left join ajouts as h using (exercice_base, exercice, scenario, dispositif)
  left join actif as a using (exercice_base, exercice, scenario, dispositif)
  left join {{ ref('int_couts') }} as c on p.exercice_base = c.exercice and p.dispositif = c.dispositif
  where p.prevu
)

select *, cout_personnel + cout_fonctionnement + amortissements - subventions - reprises as cout_net
from lignes
