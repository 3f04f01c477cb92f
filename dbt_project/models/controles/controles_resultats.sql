-- One row per exercice asked × control × key: each gap found, « conforme » where there is none among the things looked
-- at, « sans_donnee » where there was nothing to look at.
with ecarts as (
  {% for c in ['fichiers', 'referentiel', 'ecritures', 'couts', 'divulgation', 'recouvrement', 'adhesions', 'externes', 'rejets', 'completude',
    'plausibilite', 'budget'] %}
  select exercice, controle, cle, statut, valeur_attendue, valeur_constatee, seuil from {{ ref('ctl_' ~ c) }}
  {{ 'union all' if not loop.last }}
  {% endfor %}
),

exercices as (
  select exercice from {{ ref('int_exercices') }} where demande
),

-- a control that found nothing is a row too: it says how many things it looked at
lignes as (
  select * from ecarts where exercice in (select e.exercice from exercices as e)
  union all
  select
    e.exercice, x.controle, '', case when n.nombre > 0 then 'conforme' else 'sans_donnee' end,
    null, coalesce(n.nombre, 0)::text, null
  from exercices as e
  cross join {{ ref('controles_index') }} as x
  left join {{ ref('ctl_examines') }} as n on e.exercice = n.exercice and x.controle = n.controle
  where
    {{ controle_en_vigueur('x') }}
    and not exists (select 1 from ecarts as c where c.exercice = e.exercice and c.controle = x.controle)
)

select
  l.exercice, l.controle, l.cle, l.statut, l.valeur_attendue, l.valeur_constatee, l.seuil,
  case when l.statut = 'ecart' then j.justification end as justification, x.bloquant, x.justifiable, x.regarde,
  -- time is shared in ETP, the other sources in euros
  case when l.controle = 'somme_repartition' and l.cle = 'temps' then 'ETP' else x.unite end as unite, x.remede
from lignes as l
inner join {{ ref('controles_index') }} as x using (controle)
left join lateral (
  select string_agg(r.justification, ' ; ' order by r.ligne) as justification
  from {{ ref('stg_referentiel__justifications') }} as r
  where
    r.exercice = l.exercice and r.controle = l.controle
    and (r.cle is null or r.cle = l.cle)
) as j on true
