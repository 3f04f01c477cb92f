-- Codes that a delivery of cles_analytiques no longer current gave to a dispositif or to the structure, whatever their dates.
{% set cellules = {} %}
{% for c in colonnes_du_jeu('referentiel', 'cles_analytiques') %}{% do cellules.update({c.nom: c.meta.sql}) %}{% endfor %}
select distinct
  {{ cellules.get('origine', 'null::text') }} as origine,
  {{ cellules.get('code', 'null::text') }} as code
from {{ source('referentiel', 'cles_analytiques') }} as b
inner join {{ source('journal', 'fichiers') }} as f using (fichier_id)
where
  f.statut = 'accepte'
  and b.fichier_id not in (select c.fichier_id from {{ ref('stg_journal__fichiers') }} as c)
  and {{ cellules.get('dispositif', 'null::text') }} <> 'HORS'
  and {{ cellules.get('code', 'null::text') }} is not null
