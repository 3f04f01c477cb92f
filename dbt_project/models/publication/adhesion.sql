-- Periods that meet the exercice; type and INSEE in force at debut, else the latest (S6). Two conventions of one
-- period are one adhesion.
select distinct
  {{ version_courante() }} as version,
  e.exercice,
  a.dispositif,
  a.siret_adherent,
  b.type as type_adherent,
  b.code_insee,
  a.debut,
  a.fin
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__adhesions') }} as a
  on a.debut <= e.fin and coalesce(a.fin, 'infinity') >= e.debut
left join lateral (
  select
    r.type,
    r.code_insee
  from {{ ref('stg_referentiel__adherents') }} as r
  where r.rejet_statut is null and r.siret = a.siret_adherent
  order by (a.debut between r.debut and coalesce(r.fin, 'infinity')) desc, r.debut desc, r.ligne desc
  limit 1
) as b on true
where a.rejet_statut is null and e.demande
