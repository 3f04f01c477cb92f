-- R19: R4 and R5 of each year forecast, over the assets of E and over what a scenario invests; days as those of E (R19b). One row per
-- base, year, scenario (NULL: the assets of E, which each scenario keeps) and dispositif.
with biens as (
  select
    a.exercice_base, a.exercice, null as scenario, null as dispositif, b.axe_analytique, b.quote_part,
    b.mode, b.duree, b.valeur_brute, b.date_mise_en_service, b.montant_subvention,
    a.base_jours, a.debut as debut_exercice, a.fin as fin_exercice, b.date_sortie
  from {{ ref('stg_compta__etat_actif') }} as b
  inner join {{ ref('int_prevision_annees') }} as a on b.exercice = a.exercice_base
  union all
  select
    exercice_base, exercice, scenario, dispositif, null, 100, 'L', duree, valeur, debut, null, base_jours, debut_exercice, fin_exercice, fin
  from {{ ref('int_prevision_hypotheses') }}
  -- in service in E where the dispositif is valorisé: the assets of E hold it already
  where mesure = 'investissement' and (debut > fin_base or not valorise_en_base)
),

{{ plan_des_biens() }}

select
  r.exercice_base, r.exercice, r.scenario,
  coalesce(r.dispositif, k.dispositif) as dispositif,
  sum({{ arrondi('r.dotation * r.quote_part / 100') }}) as amortissements,
  sum({{ arrondi('r.reprise * r.quote_part / 100') }}) as reprises
from reprises as r
left join {{ ref('int_cles') }} as k
  on k.origine = 'axe' and r.axe_analytique = k.code and least(r.date_sortie, r.fin_exercice) between k.debut and k.fin
where r.exercice between r.annee_service and r.derniere_annee
group by r.exercice_base, r.exercice, r.scenario, coalesce(r.dispositif, k.dispositif)
