-- What each amount due comes from (R7). Every exercice is joined before the asked ones are kept:
-- one exercice would be taken for one row, joined by nested loops.
with achats as (
  select exercice, semestre, siret_adherent, sum(montant_ht) as achats_ht
  from {{ ref('stg_cam__commandes') }}
  group by exercice, semestre, siret_adherent
),

detail as materialized (
  select
    m.exercice, m.semestre, m.siret_adherent, m.dispositif, m.ligne_tarif, m.regle, m.base,
    -- a payment that is not made: the row is shown, nothing is due (R7)
    case when {{ mode_sans('t.mode_recouvrement', 'du') }} then 0 else m.montant end::numeric(15, 2) as montant,
    case when m.regle = 'cout_unitaire' then c.cout_unitaire else t.montant end::numeric(18, 6) as prix,
    t.tranche_min::numeric(18, 6) as tranche_min,
    t.tranche_max::numeric(18, 6) as tranche_max,
    t.mode_recouvrement, r.reference, a.population,
    (case m.semestre when 1 then a.mois_s1 else a.mois_s2 end)::integer as mois,
    case m.regle when 'par_unite' then coalesce(u.unites, 0) when 'cout_unitaire' then coalesce(u.unites_annee, 0) end as unites,
    case when m.base = 'achats_ht' then coalesce(h.achats_ht, 0) end::numeric(15, 2) as achats_ht
  from {{ ref('int_montants_dus') }} as m
  inner join {{ ref('int_tarifs_semestre') }} as t using (exercice, semestre, dispositif, ligne_tarif)
  inner join {{ ref('int_adhesions_semestre') }} as a using (exercice, semestre, dispositif, siret_adherent)
  left join {{ ref('int_unites_semestre') }} as u using (exercice, semestre, dispositif, siret_adherent)
  left join {{ ref('int_couts_unitaires_factures') }} as c using (exercice, dispositif)
  left join achats as h using (exercice, semestre, siret_adherent)
  inner join {{ ref('stg_referentiel__tarifs') }} as r on t.fichier_id = r.fichier_id and t.ligne_tarif = r.ligne
)

select {{ version_courante() }} as version, d.*
from detail as d
where d.exercice in {{ exercices_demandes() }}
