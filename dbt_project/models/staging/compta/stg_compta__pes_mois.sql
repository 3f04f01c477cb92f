-- Months that a PES of expenses of the EPCI covers, whatever becomes of its lines: they stand for a missing
-- mandats_AAAA-MM (G6).
select
  extract(year from d.dtebordem)::int as exercice,
  extract(month from d.dtebordem)::int as mois,
  count(*) as lignes
from (
  select b.dtebordem
  from {{ source('compta', 'pes') }} as b
  where
    b.sens = 'depense'
    and b.fichier_id in (select f.fichier_id from {{ ref('stg_journal__fichiers') }} as f)
    and {{ siren_du_pes('b.idcoll') }} in (
      select a.siren from {{ ref('stg_referentiel__adherents') }} as a where a.type = 'epci'
    )
) as d
group by extract(year from d.dtebordem), extract(month from d.dtebordem)
