-- R20b: the conventions of members on the day of the report that end, or ended, before the schéma does; rows that agree on all are one.
select distinct
  {{ version_courante() }} as version,
  r.exercice, a.dispositif, a.siret_adherent, a.debut, a.convention, a.echeance,
  case when a.echeance <= r.jour then 'echue' else 'pendant_le_schema' end as statut
from {{ ref('int_rapports') }} as r
inner join {{ ref('stg_referentiel__adhesions') }} as a on {{ en_vigueur('a', 'r.jour') }}
where
  r.exercice in {{ exercices_demandes() }} and a.echeance <= make_date(r.fin_schema, 12, 31)
  and exists (select from {{ ref('stg_referentiel__adherents') }} as b where b.siret = a.siret_adherent and {{ en_vigueur('b', 'r.jour') }})
