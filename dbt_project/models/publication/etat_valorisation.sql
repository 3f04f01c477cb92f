-- Every dispositif of the exercice, valued or not: what is measured of it and what is missing to value it.
-- Neither « en attente » nor « hors périmètre » enters a total.
with etp as (
  select exercice, destination as dispositif, sum(etp) as etp
  from {{ ref('int_etp') }}
  group by exercice, destination
),

charges as (
  select exercice, destination as dispositif, sum(montant_mesure) as montant
  from {{ ref('int_ecritures_parts') }}
  where mesure = 'cout_fonctionnement'
  group by exercice, destination
),

unites as (
  select exercice, dispositif, sum(unites_annee) as unites
  from {{ ref('int_unites_semestre') }}
  group by exercice, dispositif
),

adherents as (
  select
    e.exercice,
    a.dispositif,
    count(distinct a.siret_adherent) as adherents
  from {{ ref('int_exercices') }} as e
  inner join {{ ref('stg_referentiel__adhesions_effectives') }} as a on e.fin between a.debut and a.fin
  group by e.exercice, a.dispositif
),

cles as (
  select distinct dispositif, origine from {{ ref('int_cles') }}
)

select
  {{ version_courante() }} as version,
  d.exercice,
  d.dispositif,
  d.libelle,
  d.thematique,
  d.valorisation,
  case when d.valorisation <> 'hors périmètre' then {{ arrondi('coalesce(t.etp, 0)', 6) }} end::numeric(12, 6) as etp_mesure,
  case when d.valorisation <> 'hors périmètre' then coalesce(c.montant, 0) end::numeric(15, 2) as charges_mesurees,
  u.unites::numeric(18, 6) as unites,
  coalesce(a.adherents, 0)::int as adherents,
  case
    when d.valorisation = 'en attente' then concat_ws(
      ' ; ',
      case when coalesce(t.etp, 0) = 0 then 'temps passé : aucune activité saisie ne mène à ce dispositif' end,
      case
        when not exists (select 1 from cles as k where k.dispositif = d.dispositif and k.origine <> 'activite')
          then 'dépenses : aucune clé des écritures ne mène à ce dispositif'
      end,
      'décision : une ligne « valorisé » datée dans dispositifs'
    )
  end as manque
from {{ ref('int_dispositifs_exercice') }} as d
left join etp as t using (exercice, dispositif)
left join charges as c using (exercice, dispositif)
left join unites as u using (exercice, dispositif)
left join adherents as a using (exercice, dispositif)
where d.exercice in {{ exercices_demandes() }}
