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
  on {{ se_rencontrent('a', 'e') }}
left join lateral {{ adherent_au('a.siret_adherent', 'a.debut', ['type', 'code_insee']) }} as b on true
where e.exercice in {{ exercices_demandes() }}
