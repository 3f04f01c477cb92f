-- R7: amount due by each adherent for each tariff row of a semestre, before the mode is looked at.
with lignes as (
  select
    a.*,
    t.fichier_id as tarif_fichier_id,
    t.ligne_tarif, t.regle, t.base, t.mode_recouvrement, t.montant,
    {{ montant_annuel('t', 'a.population') }} as annuel
  from {{ ref('int_adhesions_semestre') }} as a
  inner join {{ ref('int_tarifs_semestre') }} as t using (exercice, semestre, dispositif)
  where not {{ hors_tranche('t', 'a.population') }}
),

frais as (
  select
    o.exercice, o.semestre, o.dispositif,
    o.siren_beneficiaire as siren,
    sum(o.frais) as frais,
    -- kept back on the sale (R6f): billed by no title (R7b')
    sum(o.frais) filter (where {{ mode_sans('o.mode_recouvrement', 'recette') }}) as frais_non_retenus
  from {{ ref('int_cee_operations') }} as o
  where not o.est_epci
  group by o.exercice, o.semestre, o.dispositif, o.siren_beneficiaire
),

achats as (
  select exercice, semestre, siret_adherent, sum(montant_ht) as achats_ht
  from {{ ref('stg_cam__commandes') }}
  group by exercice, semestre, siret_adherent
)

select
  l.exercice, l.semestre, l.dispositif, l.siret_adherent, l.siren, l.regle, l.base, l.mode_recouvrement, l.ligne_tarif,
  coalesce(
    case
      when l.regle in ('forfait', 'par_habitant', 'par_tranche') then {{ part_du_semestre('l', 's1.ligne_tarif is not null') }}
      when l.regle = 'par_unite' then {{ arrondi('l.montant * u.unites') }}
      when l.regle = 'cout_unitaire' then {{ arrondi('c.cout_unitaire * u.unites_annee') }}
      when l.base = 'achats_ht' then {{ arrondi('l.montant * h.achats_ht / 100') }}
      when l.base = 'produit_cee' and {{ mode_qui('l.mode_recouvrement', 'recette') }} then f.frais
      when l.base = 'produit_cee' then f.frais_non_retenus
    end,
    0
  ) as montant
from lignes as l
left join lignes as s1
  on
    l.semestre = 2 and s1.semestre = 1
    and l.exercice = s1.exercice and l.dispositif = s1.dispositif and l.siret_adherent = s1.siret_adherent
    and l.tarif_fichier_id = s1.tarif_fichier_id and l.ligne_tarif = s1.ligne_tarif
left join {{ ref('int_unites_semestre') }} as u
  on
    l.exercice = u.exercice and l.semestre = u.semestre and l.dispositif = u.dispositif
    and l.siret_adherent = u.siret_adherent
left join {{ ref('int_couts_unitaires_factures') }} as c on l.exercice = c.exercice and l.dispositif = c.dispositif
left join achats as h
  on l.exercice = h.exercice and l.semestre = h.semestre and l.siret_adherent = h.siret_adherent
left join frais as f
  on l.exercice = f.exercice and l.semestre = f.semestre and l.dispositif = f.dispositif and l.siren = f.siren
