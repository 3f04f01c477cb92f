-- R19: what each adherent has to put in its budget; a row without SIRET is what new members would owe.
select
  {{ version_courante() }} as version,
  exercice_base,
  exercice,
  scenario,
  dispositif,
  siret_adherent,
  montant_du::numeric(15, 2) as montant_du,
  coalesce(dont_a_renouveler, 0)::numeric(15, 2) as dont_a_renouveler
from {{ ref('int_prevision_dus') }}
inner join {{ ref('int_prevision_perimetre') }} using (exercice_base, exercice, scenario, dispositif)
where prevu and montant_du <> 0 and {{ tient_dans('montant_du', 13) }} and exercice_base in {{ exercices_demandes() }}
