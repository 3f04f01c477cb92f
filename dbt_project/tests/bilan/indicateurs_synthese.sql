-- R10.
with s as (
  select s.exercice, m.indicateur, m.valeur from {{ ref('synthese_financiere') }} as s
  cross join lateral (values ('etp_total', s.etp), ('cout_net_total', s.cout_net), ('recettes_total', s.recettes))
    as m (indicateur, valeur)
  where s.dispositif = 'TOTAL')
select s.exercice, s.indicateur, coalesce(s.valeur, 0)::text as attendu,
  case when i.indicateur is null then 'aucune ligne' else coalesce(i.valeur, 0)::text end as constate
from s left join {{ ref('indicateurs_cles') }} as i on i.exercice = s.exercice and i.indicateur = s.indicateur
where i.indicateur is null or abs(coalesce(s.valeur, 0) - coalesce(i.valeur, 0))
  > case when s.indicateur = 'etp_total' then 0.000001 else 0 end
