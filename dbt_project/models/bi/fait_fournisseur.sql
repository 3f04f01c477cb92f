-- R3 by supplier, who is a SIRET: no name is read (K7).
with fournisseurs as (
  select exercice, destination as dispositif, siret, sum(montant_mesure) as montant
  from {{ ref('int_ecritures_parts') }}
  where mesure = 'cout_fonctionnement'
  group by exercice, destination, siret
)

select
  {{ version_courante() }} as version,
  exercice, dispositif,
  case when {{ cle_de_siret_juste('siret') }} then siret end as siret_fournisseur,
  sum(montant)::numeric(15, 2) as montant,
  exercice || '|' || dispositif as cle_dispositif
from fournisseurs
where
  (exercice, dispositif) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
  and exercice in {{ exercices_demandes() }}
group by exercice, dispositif, siret_fournisseur
