{# What a parameter is worth when the referentiel says nothing of it (sources/vocabulaire.toml, macros/vocabulaire.sql). #}
{% macro valeur_par_defaut(nom) -%}
  {{ return(parametres_connus()[nom].get('defaut')) }}
{%- endmacro %}

{# Known parameters of that kind, of that sign, as SQL texts. #}
{% macro parametres_de(genres, signes=none) -%}
{%- for nom, p in parametres_connus().items() if p.genre in genres and (signes is none or p.signe in signes) -%}
{{ ', ' if not loop.first }}'{{ nom }}'
{%- endfor -%}
{%- endmacro %}

{# The value of a dated parameter on a day, else its default; one row is taken when two overlap (control
   periodes_chevauchantes). `precision`: SQL of what follows « nom: » in the name of the parameter. #}
{% macro parametre(nom, jour, colonne='valeur', precision=none) -%}
{%- set defaut = valeur_par_defaut(nom) -%}
{{ 'coalesce(' if defaut }}(
    select p.{{ colonne }} from {{ ref('stg_referentiel__parametres') }} as p
    where p.parametre = {% if precision %}'{{ nom }}:' || {{ precision }}{% else %}'{{ nom }}'{% endif %}

      and {{ en_vigueur('p', jour) }}
    order by p.debut desc limit 1
  ){{ ', ' ~ defaut ~ ')' if defaut }}
{%- endmacro %}

{% macro parametre_numerique(nom, jour, precision=none) -%}
{{ parametre(nom, jour, 'valeur_numerique', precision) }}
{%- endmacro %}

{# Whether white reads on a colour `#rrggbb`: contrast of 4.5 at least (WCAG 2); NULL when it is no colour. #}
{% macro lisible_en_blanc(couleur) -%}
case when {{ couleur }} ~ '^#[0-9a-fA-F]{6}$' then (
  select 4.5 * (0.05 + sum(c.poids * case when c.part <= 0.04045 then c.part / 12.92 else ((c.part + 0.055) / 1.055) ^ 2.4 end)) <= 1.05
  from (
    select p.poids, ('x' || substr({{ couleur }}, p.place, 2))::bit(8)::int / 255.0 as part
    from (values (0.2126, 2), (0.7152, 4), (0.0722, 6)) as p (poids, place)
  ) as c
) end
{%- endmacro %}

{# A word as C7 compares it: without case, accents or spaces around. #}
{% macro mot_replie(texte) -%}
lower(regexp_replace(normalize(trim({{ texte }}), nfd), '[\u0300-\u036f]', '', 'g'))
{%- endmacro %}

{# The word of a choice as the contract writes it, NULL when it is none. `mots`: {folded: as written}. #}
{% macro mot_du_contrat(mots, mot) -%}
(array['{{ mots.values() | join("', '") }}'])[array_position(array['{{ mots | join("', '") }}'], {{ mot }})]
{%- endmacro %}
