-- R19, R19d: what each hypothesis that is no rate weighs in a year forecast: `part_annee`, the share of the year that its period takes;
-- `part`, less the share that it took in E where the dispositif is valorisé in E, since its accounts hold that already.
with jours as (
  select
    p.exercice_base, p.exercice, p.scenario, p.dispositif, p.valorise_en_base,
    a.fin_base, a.base_jours, a.jours, a.jours_base, a.debut as debut_exercice, a.fin as fin_exercice,
    h.propre, h.mesure, h.categorie, h.valeur, h.duree, h.debut, h.fin,
    {{ jours_communs('h', 'a.debut', 'a.fin') }} as jours_annee,
    {{ jours_communs('h', 'a.debut_base', 'a.fin_base') }} as jours_en_base
  from {{ ref('int_prevision_perimetre') }} as p
  inner join {{ ref('int_prevision_annees') }} as a using (exercice_base, exercice)
  inner join {{ ref('int_prevision_scenarios') }} as h on p.scenario = h.scenario and p.dispositif = h.dispositif
  where right(h.mesure, 4) <> '_pct'
)

select
  *,
  {{ quotient('jours_annee', 'jours') }} as part_annee,
  {{ quotient('jours_annee', 'jours') }}
  - case when valorise_en_base then {{ quotient('jours_en_base', 'jours_base') }} else 0 end as part
from jours
