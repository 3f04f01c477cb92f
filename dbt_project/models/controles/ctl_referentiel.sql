-- Gaps of the controls over referentiel/: they show under every exercice asked (F12, R1f, R7b).
with exercices as (
  select exercice from {{ ref('int_exercices') }} where demande
),

gaps as (
  select 'cles_chevauchantes' as controle, a.origine || '/' || a.code as cle, count(*) as nombre
  {{ chevauchement('stg_referentiel__cles_analytiques', ['origine', 'code']) }}
  group by a.origine, a.code
  union all
  select 'periodes_chevauchantes', 'parametres/' || a.parametre, count(*)
  {{ chevauchement('stg_referentiel__parametres', ['parametre']) }}
  group by a.parametre
  union all
  select 'periodes_chevauchantes', 'dispositifs/' || a.code, count(*)
  {{ chevauchement('stg_referentiel__dispositifs', ['code']) }}
  group by a.code
  union all
  select 'periodes_chevauchantes', 'adherents/' || a.siret, count(*)
  {{ chevauchement('stg_referentiel__adherents', ['siret']) }}
  group by a.siret
  union all
  select 'periodes_chevauchantes', 'roles_comptes/' || a.prefixe, count(*)
  {{ chevauchement('stg_referentiel__roles_comptes', ['prefixe']) }}
  group by a.prefixe
  union all
  select 'ponderations_chevauchantes', a.dispositif, count(*)
  {{ chevauchement('stg_referentiel__ponderations', ['dispositif', 'type_unite']) }}
  group by a.dispositif
  union all
  select 'modes_melanges', a.dispositif, count(*)
  {{ chevauchement('stg_referentiel__tarifs', ['dispositif'], 'and a.mode_recouvrement <> b.mode_recouvrement') }}
  group by a.dispositif
  union all
  select 'tarifs_chevauchants', t.dispositif, sum(t.nombre)
  from (
    select a.dispositif, count(*) as nombre
    {{ chevauchement('stg_referentiel__tarifs', ['dispositif', 'regle'], "and a.base is not distinct from b.base and a.regle <> 'par_tranche'") }}
    group by a.dispositif
    union all
    -- one product can't be shared by the tariffs of two dispositifs on one day
    select a.dispositif, count(*)
    from {{ ref('stg_referentiel__tarifs') }} as a
    inner join {{ ref('stg_referentiel__tarifs') }} as b
      on
        {{ se_rencontrent_ici('a', 'b') }}
        and a.dispositif <> b.dispositif
        and a.base = 'produit_cee' and b.base = 'produit_cee' and a.regle = 'pourcentage' and b.regle = 'pourcentage'
    group by a.dispositif
  ) as t
  group by t.dispositif
)

select
  e.exercice, g.controle, g.cle, 'ecart' as statut, '0 chevauchement' as valeur_attendue,
  {{ compte('g.nombre', 'chevauchement') }} as valeur_constatee,
  null::text as seuil
from exercices as e
cross join gaps as g
