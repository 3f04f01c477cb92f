-- Gaps of the controls over recovery, collection, CEE and CAM (R7 to R10, R13). What is free needs nothing (R7b').
with tranches as (
  select
    a.exercice, a.semestre, a.dispositif, a.siret_adherent, a.population, bool_or(t.regle = 'par_tranche') as par_tranche,
    count(*) filter (
      where t.regle = 'par_tranche'
        and a.population >= coalesce(t.tranche_min, a.population)
        and (t.tranche_max is null or a.population < t.tranche_max)
    ) as nombre
  from {{ ref('int_adhesions_semestre') }} as a
  inner join {{ ref('int_tarifs_semestre') }} as t using (exercice, semestre, dispositif)
  where t.regle in ('par_tranche', 'par_habitant') and {{ mode_qui('t.mode_recouvrement', 'du') }}
  group by a.exercice, a.semestre, a.dispositif, a.siret_adherent, a.population
),

sans_tarif as (
  select r.exercice, r.dispositif
  from {{ ref('int_recouvrement') }} as r
  where r.mode_recouvrement is null and r.par_adhesion
  union
  select exercice, 'CEE'
  from {{ ref('int_cee_ventes') }}
  where dispositif is null
),

ambigus as (
  select a.exercice, a.siren
  from {{ ref('int_montants_dus') }} as a
  where a.regle = 'pourcentage' and a.base = 'produit_cee' and {{ mode_qui('a.mode_recouvrement', 'du') }} and a.montant <> 0
  group by a.exercice, a.semestre, a.dispositif, a.siren
  having count(distinct a.siret_adherent) > 1
),

-- accounts that the invoices of a dispositif name (decision 0003), beside those its titres carry
comptes_factures as (
  select distinct s.exercice, split_part(p.parametre, ':', 2) as dispositif, trim(p.valeur) as nature
  from {{ ref('int_semestres') }} as s
  inner join {{ ref('stg_referentiel__parametres') }} as p
    on starts_with(p.parametre, 'compte_recette:') and {{ en_vigueur('p', 's.debut') }}
),

comptes_titres as (
  select exercice, cle_dispositif as dispositif, array_agg(distinct nature order by nature) as natures
  from {{ ref('int_ecritures') }}
  where
    emploi = 'recette' and type_piece = '01'
    and siret in (select a.siret from {{ ref('stg_referentiel__adherents') }} as a)
  group by exercice, cle_dispositif
)

select exercice, 'tranche' as controle, dispositif || '/' || siret_adherent as cle, 'ecart' as statut, '1 tranche' as valeur_attendue,
  {{ compte('min(nombre)', 'tranche') }} || ' pour ' || {{ compte('min(population)', 'habitant') }} as valeur_constatee, null::text as seuil
from tranches
where par_tranche and population is not null and nombre <> 1
group by exercice, dispositif, siret_adherent
union all
select exercice, 'population_manquante', dispositif || '/' || siret_adherent, 'ecart', 'une population', 'aucune population', null
from tranches
where population is null
group by exercice, dispositif, siret_adherent
union all
select exercice, 'cout_precedent_absent', dispositif, 'ecart', 'un coût unitaire voté ou calculé', 'aucun (exercice de base ' || exercice_base || ')', null
from {{ ref('int_couts_unitaires_factures') }}
where
  cout_unitaire is null
  -- a tariff that no adhesion uses asks nothing
  and (exercice, dispositif) in (
    select a.exercice, a.dispositif
    from {{ ref('int_adhesions_semestre') }} as a
    inner join {{ ref('int_tarifs_semestre') }} as t using (exercice, semestre, dispositif)
    where t.regle = 'cout_unitaire' and {{ mode_qui('t.mode_recouvrement', 'du') }}
  )
union all
select exercice, 'ponderation_manquante', dispositif || '/' || type_unite, 'ecart', 'un poids', 'aucun poids', null
from {{ ref('int_unites') }}
where
  ponderation_manquante
  and (exercice, semestre) in (select s.exercice, s.semestre from {{ ref('int_semestres') }} as s)
  and (exercice, semestre, dispositif) not in (
    select t.exercice, t.semestre, t.dispositif from {{ ref('int_tarifs_semestre') }} as t where {{ mode_sans('t.mode_recouvrement', 'du') }}
  )
group by exercice, dispositif, type_unite
union all
select exercice, 'cle_usage_inconnue', dispositif, 'ecart', 'unites, jours, population ou achats', demandee, null
from {{ ref('int_cles_usage') }}
where inconnue
union all
select distinct exercice, 'adherent_ambigu', siren, 'ecart', '1 adhésion', 'plusieurs adhésions', null
from ambigus
union all
select exercice, 'cee_volume', depot || '/' || type, 'ecart', '<= ' || trim_scale(volume_delivre) || ' kWhc', trim_scale(volume_vendu) || ' kWhc', null
from {{ ref('int_cee_ventes') }}
where volume_delivre > 0 and volume_vendu > volume_delivre
union all
select exercice, 'cee_sans_operation', depot || '/' || type, 'ecart', 'des opérations délivrées', 'aucune', null
from {{ ref('int_cee_ventes') }}
where volume_delivre = 0
union all
select exercice, 'sans_tarif', dispositif, 'ecart', 'un tarif', 'aucun tarif en vigueur', null
from sans_tarif
union all
select exercice, 'reste_sans_titre', '', 'ecart', '0 titre inconnu des écritures',
  {{ compte('lignes_sans_titre', 'titre inconnu', 'titres inconnus') }} || ', ' || {{ euros('reste_sans_titre') }} || ' de reste', null
from {{ ref('stg_compta__restes_livres') }}
where lignes_sans_titre > 0
union all
select exercice, 'reste_superieur', concat_ws('/', exercice, budget, bordereau, piece), 'ecart',
  'au plus ' || {{ euros('montant_lignes') }} || ', somme des lignes positives du titre', {{ euros('reste_livre') }} || ' de reste', null
from {{ ref('int_restes') }}
where reste_livre > reste
union all
select exercice, 'unites_nulles', dispositif, 'ecart', 'des unités', '0 unité', null
from {{ ref('mart_cout_unitaire') }}
where unites = 0
union all
select exercice, 'nature_titre', dispositif, 'ecart', string_agg(f.nature, ', ' order by f.nature), array_to_string(t.natures, ', '), null
from comptes_factures as f
inner join comptes_titres as t using (exercice, dispositif)
where f.nature <> all(t.natures)
group by exercice, dispositif, t.natures
union all
select
  a.exercice, 'imputation_ac', a.code_insee, 'ecart', {{ euros('round(a.montant_du, 2)') }},
  case when a.vote is null then 'aucun vote' else {{ euros('round(a.vote, 2)') }} end, null
from {{ ref('int_imputations_ac') }} as a
where
  a.code_insee is not null and a.ecart is distinct from 0
  and a.exercice in (select v.annee from {{ ref('stg_referentiel__attributions') }} as v)
union all
-- R21b: what is kept back on the attribution de compensation is not titled as well, and is that of a service commun
select exercice, 'titre_et_impute', dispositif || '/' || siret_adherent, 'ecart', 'aucun titre', {{ euros('sum(montant_titre)') }} || ' titré', null
from {{ ref('int_recouvrement') }}
where siret_adherent is not null
group by exercice, dispositif, siret_adherent
having bool_or({{ mode_qui('mode_recouvrement', 'ac') }} and montant_du <> 0) and sum(montant_titre) <> 0
union all
select distinct e.exercice, 'ac_hors_service_commun', t.dispositif, 'ecart', 'service commun', d.cadre_legal, null
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__tarifs') }} as t on {{ se_rencontrent('t', 'e') }}
inner join lateral {{ dispositif_de('t.dispositif', 'e.exercice', ['cadre_legal']) }} as d on d.cadre_legal <> 'service commun'
where {{ mode_qui('t.mode_recouvrement', 'ac') }}
