-- R22: R4 and R5 of E and of the year before, whole, each over the latest `etat_actif` that is not after it (R22a).
with etats as (
  select p.exercice, max(f.exercice) as exercice_actif
  from (select distinct exercice from {{ ref('int_exercices_situation') }}) as p
  inner join {{ ref('stg_journal__fichiers') }} as f on f.jeu = 'etat_actif' and f.exercice <= p.exercice
  group by p.exercice
),

biens as (
  select
    e.exercice, b.axe_analytique, b.quote_part, b.mode, b.duree, b.valeur_brute, b.date_mise_en_service, b.date_sortie,
    b.montant_subvention,
    e.base_jours,
    e.debut as debut_exercice,
    e.fin as fin_exercice
  from etats as t
  inner join {{ ref('stg_compta__etat_actif') }} as b on t.exercice_actif = b.exercice
  inner join {{ ref('int_exercices') }} as e on t.exercice = e.exercice
),

{{ plan_des_biens() }}

select
  r.exercice, k.dispositif,
  sum({{ arrondi('r.dotation * r.quote_part / 100') }}) as amortissements,
  sum({{ arrondi('r.reprise * r.quote_part / 100') }}) as reprises
from reprises as r
inner join {{ ref('int_cles') }} as k
  on k.origine = 'axe' and r.axe_analytique = k.code and least(r.date_sortie, r.fin_exercice) between k.debut and k.fin
where r.exercice between r.annee_service and r.derniere_annee
group by r.exercice, k.dispositif
