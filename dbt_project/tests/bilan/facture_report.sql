-- R7e, S13.
select f.exercice, f.semestre, f.siret_adherent as siret, coalesce(f.montant_facture::text, 'vide') as constate,
  coalesce((case f.statut when 'a_emettre' then f.montant_du + f.report_precedent when 'reporte' then 0 end)::text,
    'un statut connu') as attendu
from {{ ref('facture_semestrielle') }} as f
where f.statut is null or f.statut not in ('a_emettre', 'reporte') or f.montant_facture is distinct from
  case f.statut when 'a_emettre' then f.montant_du + f.report_precedent else 0 end
