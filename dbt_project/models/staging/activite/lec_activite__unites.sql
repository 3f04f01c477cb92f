{{ config(materialized='table', access='private') }}
-- `numero_semestre`: 1 or 2, however it is written (C9). The same quantity in both semestres is no repeat.
with cellules as (
  select
    l.*,
    case when l.semestre in ('1', '2', 'S1', 'S2') then right(l.semestre, 1)::int end as numero_semestre
  from ({{ lire_jeu('activite', 'unites') }}) as l
),

-- R7g: a unit of an adherent that the dispositif has at no day of the semestre
adhesions as (
  select distinct u.dispositif, u.siret_adherent, u.exercice, u.numero_semestre
  from cellules as u
  inner join {{ ref('stg_referentiel__adhesions_effectives') }} as a
    on
      u.dispositif = a.dispositif and u.siret_adherent = a.siret_adherent
      and a.debut <= {{ fin_semestre('u.exercice', 'u.numero_semestre') }}
      and a.fin >= {{ debut_semestre('u.exercice', 'u.numero_semestre') }}
),

regles as (
  select
    c.*,
    a.dispositif is null as sans_adhesion,
    coalesce(c.defaut, case
      {{ motif_dispositif() }}
      {{ motif_adherent() }}
    end) as defaut_regle
  from cellules as c
  left join adhesions as a using (dispositif, siret_adherent, exercice, numero_semestre)
),

{{ issues_des_lignes(
  'activite', 'unites',
  lues='numero_semestre, ' ~ cellules_lues('activite', 'unites', ['semestre']),
  colonnes=["numero_semestre"],
  refus=("sans_adhesion", "SIRET adhérent|aucune adhésion au dispositif sur ce semestre (R7g)")
) }}
