-- R7, R7b.
{% set a_titrer = "case when " ~ mode_qui('r.mode_recouvrement', 'titrable') ~ " then r.montant_du else 0 end" %}
select r.exercice, r.semestre, r.dispositif, r.siret_adherent as siret, r.ecart::text as constate,
  ({{ a_titrer }} - r.montant_titre)::text as attendu
from {{ ref('recouvrement') }} as r
where r.ecart is distinct from {{ a_titrer }} - r.montant_titre
