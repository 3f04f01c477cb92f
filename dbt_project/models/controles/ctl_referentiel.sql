-- Gaps of the controls over referentiel/: they show under every exercice asked (F12, R1f, R7b). A build of invoices looks at
-- those that have a day in what it bills (R18).
with exercices as (
  select exercice from {{ ref('int_exercices') }} where demande
),

paires as (
  select 'cles_chevauchantes' as controle, a.origine || '/' || a.code as cle, {{ bornes_de_deux() }}
  {{ chevauchement('stg_referentiel__cles_analytiques', ['origine', 'code']) }}
  union all
  select 'periodes_chevauchantes', 'parametres/' || a.parametre, {{ bornes_de_deux() }}
  {{ chevauchement('stg_referentiel__parametres', ['parametre']) }}
  union all
  select 'periodes_chevauchantes', 'dispositifs/' || a.code, {{ bornes_de_deux() }}
  {{ chevauchement('stg_referentiel__dispositifs', ['code']) }}
  union all
  select 'periodes_chevauchantes', 'adherents/' || a.siret, {{ bornes_de_deux() }}
  {{ chevauchement('stg_referentiel__adherents', ['siret']) }}
  union all
  select 'periodes_chevauchantes', 'roles_comptes/' || a.prefixe, {{ bornes_de_deux() }}
  {{ chevauchement('stg_referentiel__roles_comptes', ['prefixe']) }}
  union all
  select 'periodes_chevauchantes', 'actions/' || a.code, {{ bornes_de_deux() }}
  {{ chevauchement('stg_referentiel__actions', ['code']) }}
  union all
  select 'ponderations_chevauchantes', a.dispositif, {{ bornes_de_deux() }}
  {{ chevauchement('stg_referentiel__ponderations', ['dispositif', 'type_unite']) }}
  union all
  select 'modes_melanges', a.dispositif, {{ bornes_de_deux() }}
  {{ chevauchement('stg_referentiel__tarifs', ['dispositif'], 'and a.mode_recouvrement <> b.mode_recouvrement') }}
  union all
  select 'tarifs_chevauchants', a.dispositif, {{ bornes_de_deux() }}
  {{ chevauchement('stg_referentiel__tarifs', ['dispositif', 'regle'], "and a.base is not distinct from b.base and a.regle <> 'par_tranche'") }}
  union all
  -- one product can't be shared by the tariffs of two dispositifs on one day
  select 'tarifs_chevauchants', a.dispositif, {{ bornes_de_deux() }}
  from {{ ref('stg_referentiel__tarifs') }} as a
  inner join {{ ref('stg_referentiel__tarifs') }} as b
    on
      {{ se_rencontrent('a', 'b') }}
      and a.dispositif <> b.dispositif
      and a.base = 'produit_cee' and b.base = 'produit_cee' and a.regle = 'pourcentage' and b.regle = 'pourcentage'
),

ecarts as (
  select p.controle, p.cle, count(*) as nombre
  from paires as p
  where
    not exists (
      select from {{ ref('stg_journal__construction') }} as c
      where
        greatest(p.debut_a, p.debut_b) > {{ fin_semestre('c.exercice', 'c.semestre') }}
        or c.semestre is not null and least(p.fin_a, p.fin_b) < make_date(c.exercice, 1, 1)
    )
  group by p.controle, p.cle
)

select
  e.exercice, g.controle, g.cle, 'ecart' as statut, '0 chevauchement' as valeur_attendue,
  {{ compte('g.nombre', 'chevauchement') }} as valeur_constatee,
  null::text as seuil
from exercices as e
cross join ecarts as g
