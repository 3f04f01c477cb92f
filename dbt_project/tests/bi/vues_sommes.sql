-- S17: a view of `bi` has the sum of what it shows, by dispositif; two lines an identity, the view and the published.
with lignes as (
  select 'fait_cout' as fait, exercice, dispositif, montant as constate, 0 as attendu from {{ ref('fait_cout') }}
  union all
  select 'fait_usage', exercice, dispositif, cout_usage, 0 from {{ ref('fait_usage') }}
  union all
  select m.fait, s.exercice, s.dispositif, 0, s.cout_net
  from {{ ref('synthese_financiere') }} as s
  cross join (values ('fait_cout'), ('fait_usage')) as m (fait)
  where s.dispositif <> 'TOTAL'
  union all
  select 'fait_cout, base', exercice, dispositif, montant, 0 from {{ ref('fait_cout') }} where composante <> 'structure'
  union all
  select 'fait_cout, base', exercice, dispositif, 0, cout_d5211 from {{ ref('passage_d5211') }}
  union all
  select 'fait_etp', exercice, dispositif, etp, 0 from {{ ref('fait_etp') }}
  union all
  select 'fait_etp', exercice, dispositif, 0, etp from {{ ref('etp_categorie') }}
  union all
  select 'fait_usage, unités', exercice, dispositif, unites, 0 from {{ ref('fait_usage') }}
  union all
  select 'fait_usage, unités', exercice, dispositif, 0, unites from {{ ref('cout_unitaire') }}
  union all
  select 'fait_recouvrement', exercice, dispositif, montant_du + montant_titre, 0 from {{ ref('fait_recouvrement') }}
  union all
  select 'fait_recouvrement', exercice, dispositif, 0, montant_du + montant_titre from {{ ref('recouvrement') }}
  union all
  select 'fait_encaissement', exercice, dispositif, encaisse, 0 from {{ ref('fait_encaissement') }}
  union all
  select 'fait_encaissement', exercice, dispositif, 0, encaisse from {{ ref('encaissement') }}
  union all
  select 'fait_variation', exercice, dispositif, montant, 0 from {{ ref('fait_variation') }}
  union all
  select 'fait_variation', exercice, dispositif, 0, montant from {{ ref('variation') }}
  union all
  select 'fait_prevision', exercice, scenario || ' ' || dispositif, cout_net + montant_du, 0 from {{ ref('fait_prevision') }}
  union all
  select 'fait_prevision', exercice, scenario || ' ' || dispositif, 0, cout_net + montant_du from {{ ref('prevision') }}
  union all
  select 'fait_prevision_adherent', exercice, scenario || ' ' || dispositif, montant_du, 0 from {{ ref('fait_prevision_adherent') }}
  union all
  select 'fait_prevision_adherent', exercice, scenario || ' ' || dispositif, 0, montant_du from {{ ref('prevision_adherent') }}
)

select fait, exercice, dispositif, sum(attendu) as attendu, sum(constate) as constate
from lignes
group by fait, exercice, dispositif
having coalesce(sum(attendu), 0) <> coalesce(sum(constate), 0)
