-- R4, R5: depreciation of the year of each asset row, before and after quote-part, and release of its subsidy.
with biens as (
  select
    b.*,
    e.base_jours,
    e.debut as debut_exercice,
    e.fin as fin_exercice
  from {{ ref('stg_compta__etat_actif') }} as b
  inner join {{ ref('int_exercices') }} as e using (exercice)
),

{{ plan_des_biens() }}

select
  r.fichier_id, r.ligne, r.fichier, r.sha256, r.exercice, r.numero_inventaire, r.compte, r.axe_analytique, r.quote_part,
  r.valeur_brute, r.numero_subvention, r.dotation,
  {{ arrondi('r.dotation * r.quote_part / 100') }} as dotation_part,
  r.reprise,
  {{ arrondi('r.reprise * r.quote_part / 100') }} as reprise_part,
  concat_ws('|', r.numero_inventaire, r.valeur_brute, r.duree, r.mode, r.date_mise_en_service, r.date_sortie) as bien,
  coalesce(k.dispositif, 'NON_REPARTI') as destination
from reprises as r
left join {{ ref('int_cles') }} as k
  on k.origine = 'axe' and r.axe_analytique = k.code
  -- the key is read on 31/12, or on the exit date of the year (R4d)
  and least(r.date_sortie, r.fin_exercice) between k.debut and k.fin
where r.exercice between r.annee_service and r.derniere_annee
