{# Lines of mandats or titres in the columns of a ledger line; `sens` is 'mandat' or 'titre'. #}
{% macro lignes_comptables(jeu, sens) %}
with cellules as ({{ lire_jeu('compta', jeu) }})

select
  fichier_id, ligne, rang_periode,
  'csv' as origine,
  '{{ sens }}' as sens,
  0 as rang_bordereau,
  0 as rang_piece,
  0 as rang_ligne,
  exercice, budget, bordereau, piece, ligne_piece, date_emission, type_piece, nature, axe_analytique, operation,
  service_gestionnaire,
  null::text as produit,
  siret, objet, exercice_origine,
  case when periode_service ~ '^[0-9]{4}-S[12]$' then periode_service end as periode_service,
  montant_ht, montant_ttc, statut,
  false as autre_collectivite,
  false as bordereau_incoherent,
  exercice_fichier,
  coalesce(exercice, exercice_fichier) as rejet_exercice,
  nullif(split_part(defaut, '|', 1), '') as rejet_colonne,
  substr(defaut, strpos(defaut, '|') + 1) as rejet_motif,
  null::text as rejet_valeur,
  case when defaut is not null then 'rejete' end as rejet_statut
from cellules
{% endmacro %}

{# Every line of the ledger, of mandats, titres and PES. #}
{% macro lignes_du_grand_livre() %}
{% for jeu in ['mandats', 'titres', 'pes'] %}
select fichier_id, ligne, rang_bordereau, rang_piece, rang_ligne, rang_periode, origine, sens, exercice, budget,
  bordereau, piece, ligne_piece, date_emission, type_piece, nature, axe_analytique, operation, service_gestionnaire, produit,
  siret, objet, exercice_origine, periode_service, montant_ht, montant_ttc, statut, autre_collectivite, bordereau_incoherent,
  exercice_fichier, rejet_exercice, rejet_colonne, rejet_valeur, rejet_motif, rejet_statut,
  -- a separator that no number holds: « A/1 », « 2 » is not « A », « 1/2 »
  concat_ws(
    chr(31), exercice, budget, sens, case when type_piece = '02' then '02' else '01' end, bordereau, piece, ligne_piece
  ) as identite
from {{ ref('lec_compta__' ~ jeu) }}
{{ 'union all' if not loop.last }}
{% endfor %}
{% endmacro %}

{# Roles whose expenses are a running cost of their axis (R3), whose titres are its receipts (R6); `rabais` lessens a cost. #}
{% macro roles_de_charge() -%}
('fonctionnement_direct', 'personnel_exterieur')
{%- endmacro %}

{% macro roles_de_recette() -%}
('recette_commune', 'recette_autre')
{%- endmacro %}

{# SIREN of the collectivité that a PES says it is of: the nine first digits of IdColl (P1). #}
{% macro siren_du_pes(idcoll) -%}
left(regexp_replace({{ idcoll }}, '\s', '', 'g'), 9)
{%- endmacro %}

{# The lines of a titre among which its rest is shared (R13): accepted, of a counted status, positive, no cancellation, no order
   movement. #}
{% macro ligne_a_recouvrer(e) -%}
{{ e }}.sens = 'titre' and {{ e }}.statut_compte and {{ e }}.type_piece not in ('02', '03') and {{ e }}.montant_ttc > 0
{%- endmacro %}
