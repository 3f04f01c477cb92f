{# Destinations that are no dispositif: structure pool, outside the mutualisation, no key, not counted, and the line of totals. #}
{% macro codes_reserves() -%}
('STRUCTURE', 'HORS', 'NON_REPARTI', 'EXCLU', 'TOTAL')
{%- endmacro %}

{# Destinations that an analytic key may give beside a dispositif. #}
{% macro cles_hors_dispositif() -%}
('STRUCTURE', 'HORS')
{%- endmacro %}

{# An account of pay: its amount over the ETPT of a catégorie may be what one person earns (K8). `compte`: SQL, as delivered. #}
{% macro compte_de_paie(compte) -%}
(ltrim(coalesce({{ compte }}, '')) like '{{ var('compte_de_paie') }}%')
{%- endmacro %}

{# An amount, but not on an account of pay (K8): NULL there. #}
{% macro montant_hors_paie(montant, compte) -%}
case when not {{ compte_de_paie(compte) }} then {{ montant }} end
{%- endmacro %}

{# The sum in words of grouped lines; those on an account of pay are left out of it, and said (K8). #}
{% macro euros_hors_paie(montant, compte) -%}
case
  when bool_and({{ compte_de_paie(compte) }}) then 'montant non publié, compte de personnel'
  when bool_or({{ compte_de_paie(compte) }})
    then {{ euros('sum(' ~ montant_hors_paie(montant, compte) ~ ')') }} || ' hors comptes de personnel'
  else {{ euros('sum(' ~ montant ~ ')') }}
end
{%- endmacro %}

{# Whether a catégorie that no group holds is paid in an exercice: a sum over pay less its groups would be that pay (R2i). #}
{% macro paie_isolee(exercice) -%}
({{ exercice }} in (select g.exercice from {{ ref('int_categories_sans_groupe') }} as g))
{%- endmacro %}

{# What a control says in place of such a sum. #}
{% macro paie_tue() -%}
'montants non publiés, une catégorie payée n''est d''aucun groupe'
{%- endmacro %}

{# Statuses of a ledger line that counts (R3b). #}
{% macro statuts_comptes() -%}
('Émis', 'Pris en charge', 'Payé')
{%- endmacro %}

{# Whether a SIRET has its key (C6): digits of even ranks counted twice make ten; La Poste, a sum of digits that five divides. #}
{% macro cle_de_siret_juste(siret) -%}
({{ siret }} ~ '^[0-9]{14}$' and (
    select sum(case when n.rang % 2 = 1 then n.chiffre / 5 + 2 * n.chiffre % 10 else n.chiffre end) % 10 = 0
      or ({{ siret }} like '356000000%' and sum(n.chiffre) % 5 = 0)
    from (select r.rang, substr({{ siret }}, r.rang, 1)::int as chiffre from generate_series(1, 14) as r (rang)) as n
  ))
{%- endmacro %}
