-- `numero_semestre`: 1 or 2, however it is written (C9). The same quantity in both semestres is no repeat.
with cellules as (
  select
    l.*,
    case when l.semestre in ('1', '2', 'S1', 'S2') then right(l.semestre, 1)::int end as numero_semestre
  from ({{ lire_jeu('activite', 'unites') }}) as l
),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.exercice <> c.exercice_fichier then 'Exercice|exercice différent de celui du nom du fichier (C5)'
        when c.numero_semestre <> c.semestre_fichier then 'Semestre|semestre différent de celui du nom du fichier (C5)'
        when d.code is null then 'Dispositif|dispositif absent du fichier dispositifs (G11)'
        when a.siret is null then 'SIRET adhérent|SIRET absent du fichier adherents (G11)'
      end
    ) as defaut_regle
  from cellules as c
  left join (select distinct code from {{ ref('stg_referentiel__dispositifs') }} where rejet_statut is null) as d
    on c.dispositif = d.code
  left join (select distinct siret from {{ ref('stg_referentiel__adherents') }} where rejet_statut is null) as a
    on c.siret_adherent = a.siret
),

{{ issues_des_lignes(
  'activite',
  'unites',
  lues='numero_semestre, ' ~ cellules_lues('activite', 'unites', ['semestre']),
  colonnes=["numero_semestre"]
) }}
