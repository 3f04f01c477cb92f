{# Rejected, held and repeated rows of a jeu, in the columns of `rejets`. The value is read back from brut by the
   header of the column; a personal column never has one (S2). #}
{% macro rejets_jeu(source_nom, jeu, relation, exercice_fichier='f.exercice') %}
select
  {{ dbt.string_literal(source_nom) }} as source,
  {{ dbt.string_literal(jeu) }} as jeu,
  r.fichier,
  r.ligne,
  null::text as rang,
  r.rejet_colonne as colonne,
  case r.rejet_colonne
  {% for c in colonnes_du_jeu(source_nom, jeu) if c.meta.lecture not in ('pseudonyme', 'personnel') %}
    {% if source_nom == 'rh' and jeu == 'temps' and c.nom == 'code_activite' %}
    when 'Code activité' then case when lecture.texte(b.type_jour) = 'T' then b.code_activite end
    {% else %}
    when {{ dbt.string_literal(c.meta.entete or c.nom) }} then b.{{ c.nom }}
    {% endif %}
  {% endfor %}
  end as valeur,
  r.rejet_motif as motif,
  r.rejet_statut as statut,
  r.rejet_exercice,
  {{ exercice_fichier }} as exercice_fichier
from {{ relation }} as r
left join {{ source(source_nom, jeu) }} as b on r.fichier_id = b.fichier_id and r.ligne = b.ligne
left join {{ source('journal', 'fichiers_courants') }} as f on r.fichier_id = f.fichier_id
where r.rejet_statut is not null
{% endmacro %}
