{# Row rules common to mandats and titres (C4, C5, C9); `sens` is 'mandat' or 'titre'. #}
{% macro lignes_comptables(jeu, sens) %}
with cellules as ({{ lire_jeu('compta', jeu) }}),

regles as (
  select
    *,
    coalesce(
      defaut,
      {{ regles_ecriture() }}
      {% if sens == 'titre' %},
      case
        when periode_service !~ '^[0-9]{4}-S[12]$' then 'Période service|période illisible (AAAA-S1 ou AAAA-S2, C9)'
      end
      {% endif %}
    ) as issue
  from cellules
)

select
  fichier_id,
  ligne,
  fichier,
  sha256,
  periode,
  'csv' as origine,
  '{{ sens }}' as sens,
  0 as rang_bordereau,
  0 as rang_piece,
  0 as rang_ligne,
  exercice,
  budget,
  bordereau,
  piece,
  ligne_piece,
  date_emission,
  type_piece,
  nature,
  axe_analytique,
  operation,
  service_gestionnaire,
  null::text as produit,
  siret,
  objet,
  exercice_origine,
  case when periode_service ~ '^[0-9]{4}-S[12]$' then periode_service end as periode_service,
  montant_ht,
  montant_ttc,
  statut,
  false as autre_collectivite,
  false as bordereau_incoherent,
  exercice_fichier,
  coalesce(exercice, exercice_fichier) as rejet_exercice,
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  null::text as rejet_valeur,
  case when issue is not null then 'rejete' end as rejet_statut
from regles
{% endmacro %}

{% macro regles_ecriture() %}
case
  when type_piece = '01' and montant_ttc < 0 then 'Montant TTC|pièce ordinaire négative (C4)'
  when type_piece = '02' and montant_ttc > 0 then 'Montant TTC|annulation ou réduction positive (C4)'
  when montant_ht + tva <> montant_ttc then 'Montant TTC|HT + TVA différent du TTC (C4)'
  when date_emission not between make_date(exercice, 1, 1) and make_date(exercice + 1, 1, 31)
    then 'Date émission|date hors de l''exercice et de sa journée complémentaire (C5)'
end
{%- endmacro %}

{# SIREN of the collectivité that a PES says it is of: the nine first digits of IdColl (P1). #}
{% macro siren_du_pes(idcoll) -%}
left(regexp_replace({{ idcoll }}, '\s', '', 'g'), 9)
{%- endmacro %}
