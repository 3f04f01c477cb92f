-- R22: where E lands if what is left of it goes as last year's did, beside what R19 forecast from E−1 (`engage`). Receipts are titled
-- late: what is due and can be titled, by dated rows, is where they land, unless more is there already (R22c). A dispositif that
-- had no row in E−1 lands nowhere; receipts that nothing says count 0, a cost that nothing says is none (R22a). `depasse` marks a landing
-- over the forecast by more than `depassement_max` per cent of it. What moved since the same months of E−1 is told by the effects of R12.
{% set montants = ['cumul_cout', 'cumul_cout_n1', 'cout_n1', 'atterrissage_cout', 'prevu_cout', 'cumul_recettes', 'cumul_recettes_n1',
  'recettes_n1', 'atterrissage_recettes', 'prevu_du'] %}
{% set causes = effets('s', 'm') %}
with lignes as (
  select
    s.exercice, s.mois, s.dispositif, s.libelle,
    s.cout_net as cumul_cout,
    m.cout_net as cumul_cout_n1,
    a.cout_net as cout_n1,
    s.cout_net + a.cout_net - m.cout_net as atterrissage_cout,
    v.cout_net as prevu_cout,
    s.recettes as cumul_recettes,
    m.recettes as cumul_recettes_n1,
    a.recettes as recettes_n1,
    {{ recettes_a_la_fin('v', 's', 'a', 'm') }} as atterrissage_recettes,
    v.montant_du as prevu_du{% for effet, montant in causes.items() %},
    {{ montant }} as effet_{{ effet }}
    {%- endfor %}

  from {{ ref('int_situations') }} as s
  inner join {{ ref('stg_journal__construction') }} as c on s.exercice = c.exercice and s.mois = c.mois
  left join {{ ref('int_situations') }} as m
    on s.exercice - 1 = m.exercice and s.mois = m.mois and s.dispositif = m.dispositif
  left join {{ ref('int_situations') }} as a on s.exercice - 1 = a.exercice and a.mois = 12 and s.dispositif = a.dispositif
  left join {{ ref('int_previsions') }} as v
    on
      a.exercice = v.exercice_base and s.exercice = v.exercice and v.scenario = 'engage' and s.dispositif = v.dispositif
)

select
  exercice::integer as exercice,
  mois::integer as mois,
  dispositif::text as dispositif,
  libelle::text as libelle{% for montant in montants %},
  {{ montant }}::numeric(15, 2) as {{ montant }}
  {%- endfor %}
  {%- for effet in causes %},
  effet_{{ effet }}::numeric(15, 2) as effet_{{ effet }}
  {%- endfor %},
  coalesce(
    atterrissage_cout - prevu_cout
    > abs(prevu_cout) * {{ parametre_numerique('depassement_max', 'make_date(exercice, 1, 1)') }} / 100, false
  ) as depasse
from lignes
