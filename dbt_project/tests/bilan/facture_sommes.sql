-- R7e, S13: an invoice is the sum of the amounts to title, and bills its due and its carry-over, or nothing when it waits.
with r as (
  select exercice, semestre, siret_adherent, sum(montant_du) as montant
  from {{ ref('recouvrement') }}
  where mode_recouvrement = 'titre'
  group by exercice, semestre, siret_adherent
)

select exercice, semestre, siret_adherent as siret, i.somme,
  coalesce(i.constate::text, 'vide') as constate, coalesce(i.attendu::text, 'un statut connu') as attendu
from r
full join {{ ref('facture_semestrielle') }} as f using (exercice, semestre, siret_adherent)
cross join lateral (
  values
  ('montant_du', coalesce(f.montant_du, 0), coalesce(r.montant, 0)),
  ('montant_facture', f.montant_facture, case f.statut when 'a_emettre' then f.montant_du + f.report_precedent when 'reporte' then 0 end)
) as i (somme, constate, attendu)
where i.constate is distinct from i.attendu or (f.exercice is not null and f.montant_facture is null)
