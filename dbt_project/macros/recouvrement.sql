{# What a mode of recovery means (R7): the modes with a yes in a column of the vocabulary, `du`, `titrable`, `recette` or `ac`. #}
{% macro mode_qui(colonne, effet, sans=false) -%}
  {{ colonne }}{{ ' not' if sans }} in ('{{ modes_connus()[effet] | join("', '") }}')
{%- endmacro %}

{% macro mode_sans(colonne, effet) -%}
  {{ mode_qui(colonne, effet, sans=true) }}
{%- endmacro %}

{# R7: members of each dispositif and semestre with their months of adhesion in S1 and S2, united (R7c), and the row of the
   adherent on its first day (R7d): CTE `adhesions`. `semestres`: a relation of exercice, semestre, debut. #}
{% macro adhesions_par_semestre(semestres) %}
mois as (
  select distinct a.dispositif, a.siret_adherent, e.exercice, m.mois
  from (select distinct exercice from {{ semestres }}) as e
  cross join generate_series(1, 12) as m (mois)
  inner join {{ ref('stg_referentiel__adhesions_effectives') }} as a
    on
      a.debut <= (make_date(e.exercice, m.mois, 1) + interval '1 month - 1 day')::date
      and a.fin >= make_date(e.exercice, m.mois, 1)
),

annees as (
  select
    exercice, dispositif, siret_adherent,
    count(*) filter (where mois <= 6) as mois_s1,
    count(*) filter (where mois > 6) as mois_s2
  from mois
  group by exercice, dispositif, siret_adherent
),

adhesions as (
  select a.*, s.semestre, s.debut, b.siren, b.code_insee
  from annees as a
  inner join {{ semestres }} as s using (exercice)
  left join lateral {{ adherent_au('a.siret_adherent', 's.debut', ['siren', 'code_insee']) }} as b on true
  where (s.semestre = 1 and a.mois_s1 > 0) or (s.semestre = 2 and a.mois_s2 > 0)
)
{% endmacro %}

{# R7: what an adherent owes in a semestre for a flat rule. S1 = round(annual × m1/12); S2 = round(annual × (m1+m2)/12) − S1 when
   the same row serves both semestres, both with the annual amount of the semestre, so that a commune that changes on 1 July is never
   billed back. `l`: annuel, semestre, mois_s1, mois_s2; `servie_au_s1`: whether its row served S1 too. #}
{% macro part_du_semestre(l, servie_au_s1) -%}
case
  when {{ l }}.semestre = 1 then {{ arrondi(quotient(l ~ '.annuel * ' ~ l ~ '.mois_s1', '12')) }}
  when {{ servie_au_s1 }}
    then {{ arrondi(quotient(l ~ '.annuel * (' ~ l ~ '.mois_s1 + ' ~ l ~ '.mois_s2)', '12')) }}
    - {{ arrondi(quotient(l ~ '.annuel * ' ~ l ~ '.mois_s1', '12')) }}
  else {{ arrondi(quotient(l ~ '.annuel * ' ~ l ~ '.mois_s2', '12')) }}
end
{%- endmacro %}

{# R7: what a flat rule asks for a year, and whether a bracket holds a population: `t` a row of tarifs, `population` SQL. #}
{% macro montant_annuel(t, population) -%}
case {{ t }}.regle
  when 'forfait' then {{ t }}.montant
  when 'par_habitant' then {{ t }}.montant * {{ population }}
  when 'par_tranche' then {{ t }}.montant
end
{%- endmacro %}

{% macro hors_tranche(t, population) -%}
({{ t }}.regle = 'par_tranche' and ({{ population }} >= coalesce({{ t }}.tranche_min, 0)
  and ({{ t }}.tranche_max is null or {{ population }} < {{ t }}.tranche_max)) is not true)
{%- endmacro %}
