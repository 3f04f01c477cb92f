-- R11, R11a: the key by which the cost of each valorisé dispositif is shared among its adherents: the one of the
-- parameter in force on 31 December, else units where one counts, else days. inconnue: control cle_usage_inconnue.
{% set cles_usage = "('unites', 'jours', 'population', 'achats')" %}
with unites as (
  select distinct exercice, dispositif
  from (
    select exercice, dispositif, siret_adherent
    from {{ ref('int_unites_semestre') }}
    group by exercice, dispositif, siret_adherent
    having sum(unites_annee) > 0
  ) as u
),

demandees as (
  select
    c.exercice,
    c.dispositif,
    {{ parametre('cle_usage', 'make_date(c.exercice, 12, 31)', precision='c.dispositif') }} as demandee
  from {{ ref('int_couts') }} as c
)

select
  d.exercice, d.dispositif, d.demandee,
  d.demandee not in {{ cles_usage }} as inconnue,
  case
    when d.demandee in {{ cles_usage }} then d.demandee
    when u.dispositif is not null then 'unites'
    else 'jours'
  end as cle
from demandees as d
left join unites as u using (exercice, dispositif)
