-- R22b: the months of a published exercice, by its version; of one that is not, its latest situation. What each month adds stands beside:
-- receipts of a published December are those that the bilan has, a 673 issued since included (R6e), which no month so far knew.
{% set mesures = ['etp', 'cout_personnel', 'cout_fonctionnement', 'amortissements', 'subventions', 'reprises', 'cout_net', 'recettes'] %}
with lignes as (
  select m.exercice, m.mois, m.dispositif, m.{{ mesures | join(', m.') }}, s.recettes as recettes_du_bilan, false as provisoire
  from {{ source('versions', 'mois_de_l_exercice') }} as m
  inner join {{ ref('dim_exercice') }} as e on m.exercice = e.exercice and m.version = e.version
  left join {{ ref('synthese_financiere') }} as s on m.mois = 12 and m.exercice = s.exercice and m.dispositif = s.dispositif
  union all
  select exercice, mois, dispositif, {{ mesures | join(', ') }}, null, true
  from {{ source('journal', 'situations') }}
  where exercice not in (select exercice from {{ source('journal', 'publications') }})
)

select
  exercice, mois, dispositif, {{ mesures | join(', ') }}, provisoire,
  {% for mesure in mesures %}
  {{ 'coalesce(recettes_du_bilan, recettes)' if mesure == 'recettes' else mesure }} - coalesce(lag({{ mesure }}) over an, 0) as {{ mesure }}_du_mois,
  {% endfor %}
  make_date(exercice, mois, 1) as jour,
  exercice || '|' || dispositif as cle_dispositif
from lignes
window an as (partition by exercice, dispositif order by mois)
