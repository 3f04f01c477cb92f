{# Last step of every staging model: `defaut` (« colonne|motif ») becomes three columns.
   statut: rejete, doublon, retenu, a_affecter; NULL when the row counts. #}
{% macro issue_de_ligne(relation, statut_defaut="'rejete'") %}
select
  {{ relation }}.*,
  case when defaut is not null then split_part(defaut, '|', 1) end as rejet_colonne,
  case when defaut is not null then substr(defaut, strpos(defaut, '|') + 1) end as rejet_motif,
  case when defaut is not null then {{ statut_defaut }} end as rejet_statut
from {{ relation }}
{% endmacro %}

{# Exact repeats of a row already read are « doublon » and count once (F7). `portee`: 'fichier' or 'jeu'. #}
{% macro sans_doublons(relation, source_nom, jeu, portee='jeu', sauf=[]) %}
select
  *,
  case
    when defaut is null and row_number() over (
      partition by {{ 'fichier_id, ' if portee == 'fichier' }}(defaut is null), {{ cellules_lues(source_nom, jeu, sauf) }}
      order by fichier_id desc, ligne
    ) > 1 then true
    else false
  end as est_doublon
from {{ relation }}
{% endmacro %}
