-- An invoice can be explained: the tariffs applied to what is titled sum to it, to the cent (R7e).
select f.exercice, f.semestre, f.siret_adherent, f.montant_du, coalesce(sum(t.montant), 0) as detail
from {{ ref('facture_semestrielle') }} as f
left join {{ ref('recouvrement') }} as r
  on f.exercice = r.exercice and f.semestre = r.semestre and f.siret_adherent = r.siret_adherent
  and r.mode_recouvrement = 'titre'
left join {{ ref('factures_tarifs') }} as t
  on r.exercice = t.exercice and r.semestre = t.semestre and r.siret_adherent = t.siret_adherent
  and r.dispositif = t.dispositif
group by f.exercice, f.semestre, f.siret_adherent, f.montant_du
having f.montant_du <> coalesce(sum(t.montant), 0)
