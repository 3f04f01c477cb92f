-- What stops the invoices of a semestre before the year's accounts (R18): gaps of R7 and of what it reads, the files that
-- a tariff needs, up to that semestre. A justification lifts those that it may (G5).
{% set lus = ['adherent_ambigu', 'cout_precedent_absent', 'modes_melanges', 'periodes_chevauchantes', 'ponderation_manquante',
  'ponderations_chevauchantes', 'population_manquante', 'tarifs_chevauchants', 'tranche'] %}
with adhesions as (
  select distinct a.exercice, a.semestre, t.regle, t.base
  from {{ ref('int_adhesions_semestre') }} as a
  inner join {{ ref('int_tarifs_semestre') }} as t using (exercice, semestre, dispositif)
  inner join {{ ref('stg_journal__construction') }} as c using (exercice)
  where {{ mode_qui('t.mode_recouvrement', 'du') }} and a.semestre <= c.semestre
),

attendus as (
  select distinct 'fichier_manquant' as controle, 'unites' as cle, exercice, 'unites_' || exercice || '-S' || semestre as fichier
  from adhesions
  where
    regle in ('par_unite', 'cout_unitaire')
    and (exercice, semestre) not in (
      select f.exercice, f.semestre from {{ ref('stg_journal__fichiers') }} as f where f.jeu = 'unites'
    )
  union all
  select 'mois_manquant', m.fichier, a.exercice, m.fichier
  from adhesions as a
  cross join generate_series(6 * a.semestre - 5, 6 * a.semestre) as g (mois)
  cross join lateral (select 'commandes_' || a.exercice || '-' || to_char(g.mois, 'FM00') as fichier) as m
  where
    a.base = 'achats_ht'
    and not exists (
      select from {{ ref('stg_journal__fichiers') }} as f
      where f.jeu = 'commandes' and f.exercice = a.exercice and g.mois between f.mois_debut and f.mois
    )
),

constates as (
  select exercice, controle, cle, valeur_attendue, valeur_constatee from {{ ref('ctl_recouvrement') }}
  union all
  select exercice, controle, cle, valeur_attendue, valeur_constatee from {{ ref('ctl_referentiel') }}
),

ecarts as (
  select * from constates
  where controle in ('{{ lus | join("', '") }}') and not starts_with(cle, 'actions/')
  union all
  select exercice, controle, cle, string_agg(fichier, ', ' order by fichier), 'aucun fichier'
  from attendus
  group by exercice, controle, cle
)

-- the index speaks of the file of a year: these are of a semestre
select
  e.*,
  case
    when e.controle = 'fichier_manquant' then 'déposer ' || e.valeur_attendue || ', ou justifier son absence' else x.remede
  end as remede
from ecarts as e
inner join {{ ref('controles_index') }} as x using (controle)
where
  e.exercice in (select c.exercice from {{ ref('stg_journal__construction') }} as c)
  and {{ non_justifie('e', 'x') }}
union all
select exercice, controle, cle, valeur_attendue, valeur_constatee, remede from {{ ref('controles_divulgation') }}
