-- R14: what each commune said of the report of E, as it is known on the day « au »; three months after its transmission an
-- opinion is deemed favourable (L5211-39-1).
with arretes as (
  select
    e.exercice,
    coalesce({{ parametre('arrete_avis', 'e.fin', 'valeur_date') }}, max(greatest(v.transmission, v.deliberation))) as au
  from {{ ref('int_exercices') }} as e
  inner join {{ ref('stg_referentiel__avis') }} as v using (exercice)
  where e.exercice in {{ exercices_demandes() }}
  group by e.exercice, e.fin
),

connus as (
  select
    v.exercice, v.code_insee, v.transmission,
    (v.transmission + interval '3 months')::date as limite,
    case when v.deliberation <= a.au then v.deliberation end as deliberation,
    case when v.deliberation <= a.au then {{ code_publie('v.sens') }} end as sens,
    case when v.deliberation <= a.au then v.reference end as reference,
    case when v.deliberation <= a.au then v.motifs end as motifs
  from {{ ref('stg_referentiel__avis') }} as v
  inner join arretes as a using (exercice)
  where v.transmission <= a.au
)

select
  {{ version_courante() }} as version,
  c.exercice,
  c.code_insee,
  k.transmission as transmis_le,
  k.limite,
  k.deliberation as delibere_le,
  k.sens,
  case
    when k.transmission is null then 'non_transmis'
    when k.deliberation <= k.limite then k.sens
    when a.au > k.limite then 'repute_favorable'
    else 'en_attente'
  end as statut,
  a.au,
  k.reference,
  k.motifs
from arretes as a
inner join (
  select distinct exercice, code_insee from {{ ref('int_adherents_exercice') }} where type_adherent = 'commune' and code_insee is not null
) as c using (exercice)
left join connus as k using (exercice, code_insee)
