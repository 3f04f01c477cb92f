-- How many things each control that looks for gaps looked at: what « conforme » rests on. A control whose answer is two
-- sums says both itself (ecart_etpt, somme_*, balance_dgfip, rapprochements) and is not here.
with exercices as (
  select * from {{ ref('int_exercices') }} where demande
),

fichiers as (
  select
    e.exercice,
    count(distinct f.jeu) filter (where j.attendu = 'annuel' and f.exercice is not null) as annuels,
    count(*) filter (where f.exercice is not null and f.jeu not in ('pes', 'decp', 'balance')) as tabulaires,
    sum(f.lignes) filter (where f.jeu <> 'pes') as lignes
  from exercices as e
  inner join {{ ref('stg_journal__fichiers') }} as f on f.exercice = e.exercice or f.exercice is null
  left join {{ ref('stg_journal__jeux') }} as j on f.jeu = j.jeu
  group by e.exercice
),

jeux as (
  select
    12 * count(*) filter (where attendu = 'mensuel') as mois,
    count(*) filter (where attendu = '') as facultatifs
  from {{ ref('stg_journal__jeux') }}
),

-- a PES line whose Exer can't be read is looked at under every exercice
pes as (
  select e.exercice, sum(p.lignes) as lignes
  from exercices as e
  inner join {{ ref('stg_compta__pes_livrees') }} as p on p.exercice = e.exercice or p.exercice is null
  group by e.exercice
),

agents as (
  select exercice, count(*) as lignes from {{ ref('stg_rh__agents') }} group by exercice
),

segments as (
  select
    exercice,
    count(*) as nombre,
    count(*) filter (where etpt > 0) as en_poste,
    count(*) filter (where segment_id in (select t.segment_id from {{ ref('int_temps') }} as t)) as avec_heures
  from {{ ref('int_segments') }}
  group by exercice
),

affectations as (
  select exercice, count(*) as nombre from {{ ref('stg_rh__affectations') }} group by exercice
),

categories as (
  select exercice, count(*) as nombre
  from (
    select p.exercice_fichier as exercice, p.categorie from {{ ref('stg_rh__masse_salariale') }} as p
    union
    select s.exercice, s.categorie from {{ ref('int_segments') }} as s where s.etpt > 0
  ) as c
  group by exercice
),

ecritures as (
  select
    exercice,
    sum(lignes)::bigint as toutes,
    (sum(lignes) filter (where comptee))::bigint as comptees,
    (sum(lignes) filter (where comptee and cle_dispositif <> 'HORS'))::bigint as mutualisees,
    (sum(lignes) filter (
      where comptee and role in ('fonctionnement_direct', 'personnel_exterieur', 'rabais', 'recette_commune', 'recette_autre')
    ))::bigint as a_rattacher,
    (sum(lignes) filter (
      where sens = 'titre' and comptee and cle_dispositif not in {{ cles_hors_dispositif() }} and a_tiers
    ))::bigint as titres
  from {{ ref('int_ecritures_sommes') }}
  group by exercice
),

referentiel as (
  select
    (select count(*) from {{ ref('stg_referentiel__cles_analytiques') }}) as cles,
    (select count(*) from {{ ref('stg_referentiel__tarifs') }}) as tarifs,
    (select count(*) from {{ ref('stg_referentiel__ponderations') }}) as ponderations,
    (select count(*) from {{ ref('stg_referentiel__parametres') }})
    + (select count(*) from {{ ref('stg_referentiel__dispositifs') }})
    + (select count(*) from {{ ref('stg_referentiel__adherents') }})
    + (select count(*) from {{ ref('stg_referentiel__roles_comptes') }}) as dates
),

dispositifs as (
  select
    d.exercice,
    count(*) filter (where d.est_valorise) as valorises,
    count(*) filter (
      where
        d.est_valorise
        and exists (
          select 1 from {{ ref('stg_referentiel__parametres') }} as p
          where p.parametre = 'cle_usage:' || d.dispositif and {{ en_vigueur('p', 'make_date(d.exercice, 12, 31)') }}
        )
    ) as a_cle_usage
  from {{ ref('int_dispositifs_exercice') }} as d
  group by d.exercice
),

quotes_parts as (
  select exercice, count(*) as nombre from {{ ref('stg_compta__etat_actif') }} group by exercice
),

populations as (
  select
    a.exercice,
    count(distinct row(a.semestre, a.dispositif, a.siret_adherent)) as nombre,
    count(distinct row(a.semestre, a.dispositif, a.siret_adherent)) filter (where t.regle = 'par_tranche' and a.population is not null)
      as par_tranche
  from {{ ref('int_adhesions_semestre') }} as a
  inner join {{ ref('int_tarifs_semestre') }} as t using (exercice, semestre, dispositif)
  where t.regle in ('par_tranche', 'par_habitant') and t.mode_recouvrement <> 'gratuit'
  group by a.exercice
),

couts_factures as (
  select c.exercice, count(*) as nombre
  from {{ ref('int_couts_unitaires_factures') }} as c
  where
    (c.exercice, c.dispositif) in (
      select a.exercice, a.dispositif
      from {{ ref('int_adhesions_semestre') }} as a
      inner join {{ ref('int_tarifs_semestre') }} as t using (exercice, semestre, dispositif)
      where t.regle = 'cout_unitaire' and t.mode_recouvrement <> 'gratuit'
    )
  group by c.exercice
),

unites as (
  select exercice, count(*) as nombre
  from {{ ref('int_unites') }}
  where
    (exercice, semestre, dispositif) not in (
      select t.exercice, t.semestre, t.dispositif from {{ ref('int_tarifs_semestre') }} as t where t.mode_recouvrement = 'gratuit'
    )
  group by exercice
),

dus as (
  select
    exercice,
    count(distinct siren) filter (where regle = 'pourcentage' and base = 'produit_cee' and mode_recouvrement <> 'gratuit') as sirens_cee
  from {{ ref('int_montants_dus') }}
  group by exercice
),

adhesions as (
  select exercice, count(*) as nombre from {{ ref('int_recouvrement') }} where par_adhesion group by exercice
),

ventes as (
  select exercice, count(*) as nombre, count(*) filter (where volume_delivre > 0) as avec_operation
  from {{ ref('int_cee_ventes') }}
  group by exercice
),

couts_unitaires as (
  select exercice, count(*) as nombre from {{ ref('mart_cout_unitaire') }} group by exercice
),

bornes as (
  select exercice, count(*) as nombre from {{ ref('mart_plausibilite') }} where gravite = 'critique' group by exercice
),

comptes_recette as (
  select e.exercice, count(distinct p.parametre) as nombre
  from exercices as e
  inner join {{ ref('stg_referentiel__parametres') }} as p
    on starts_with(p.parametre, 'compte_recette:') and {{ se_rencontrent('p', 'e') }}
  where
    exists (
      select 1 from {{ ref('int_ecritures_sommes') }} as t
      where
        t.exercice = e.exercice and t.emploi = 'recette' and t.type_piece = '01'
        and t.cle_dispositif = split_part(p.parametre, ':', 2)
    )
  group by e.exercice
),

-- a file of no year that replaces another is looked at under every exercice
livraisons as (
  select e.exercice, count(*) as nombre
  from exercices as e
  inner join {{ ref('stg_journal__livraisons') }} as l on l.exercice = e.exercice or l.exercice is null
  group by e.exercice
),

mensuels as (
  select f.exercice, count(*) as nombre
  from {{ ref('stg_journal__fichiers') }} as f
  inner join {{ ref('stg_journal__jeux') }} as j on f.jeu = j.jeu and j.attendu = 'mensuel'
  -- a year stands alone (F17)
  where f.mois - f.mois_debut < 11
  group by f.exercice
),

-- jeux and sources of the figures that both years have, or that former keys are compared with
deux_ans as (
  select
    e.exercice,
    (
      select count(distinct f.jeu)
      from {{ ref('stg_journal__fichiers') }} as f
      inner join {{ ref('stg_journal__fichiers') }} as a on f.jeu = a.jeu and f.exercice - 1 = a.exercice
      where f.exercice = e.exercice and f.jeu not in (select j.jeu from {{ ref('stg_journal__jeux') }} as j where j.decroit)
    ) as jeux,
    (
      select count(distinct r.source)
      from {{ ref('mart_repartition') }} as r
      left join {{ ref('mart_repartition') }} as a on r.source = a.source and r.exercice - 1 = a.exercice
      where
        r.exercice = e.exercice
        and (a.source is not null or exists (select 1 from {{ ref('stg_referentiel__cles_remplacees') }}))
    ) as sources,
    (
      select count(distinct r.source)
      from {{ ref('mart_repartition') }} as r
      where r.exercice = e.exercice and {{ parametre_numerique('part_hors_max', 'e.debut') }} is not null
    ) as bornees
  from exercices as e
),

restes as (
  select exercice, count(*) as titres from {{ ref('int_restes') }} group by exercice
),

marches as (
  select exercice_fichier as exercice, count(distinct numero_marche) as nombre
  from {{ ref('stg_cam__marches') }}
  group by exercice_fichier
)

select
  e.exercice,
  v.controle,
  coalesce(v.nombre, 0) as nombre
from exercices as e
cross join jeux as j
cross join referentiel as r
left join fichiers as f using (exercice)
left join pes as p using (exercice)
left join agents as a using (exercice)
left join segments as s using (exercice)
left join affectations as af using (exercice)
left join categories as c using (exercice)
left join ecritures as l using (exercice)
left join dispositifs as d using (exercice)
left join quotes_parts as q using (exercice)
left join populations as po using (exercice)
left join couts_factures as cf using (exercice)
left join unites as u using (exercice)
left join dus as du using (exercice)
left join adhesions as ad using (exercice)
left join ventes as ve using (exercice)
left join couts_unitaires as cu using (exercice)
left join bornes as b using (exercice)
left join comptes_recette as cr using (exercice)
left join marches as m using (exercice)
left join {{ ref('stg_compta__restes_livres') }} as rl using (exercice)
left join restes as rt using (exercice)
left join livraisons as li using (exercice)
left join mensuels as me using (exercice)
inner join deux_ans as da using (exercice)
cross join lateral (
  values
  ('fichier_manquant', f.annuels),
  ('mois_manquant', j.mois),
  ('sans_donnee', j.facultatifs),
  ('colonne_disparue', f.tabulaires),
  ('livraison_amputee', li.nombre),
  ('livraison_en_baisse', li.nombre),
  ('mois_creux', me.nombre),
  ('source_en_recul', da.jeux),
  ('hors_en_hausse', da.sources),
  ('hors_excessif', da.bornees),
  ('rejets_excessifs', coalesce(f.lignes, 0) + coalesce(p.lignes, 0)),
  ('lignes_rejetees', coalesce(f.lignes, 0) + coalesce(p.lignes, 0)),
  ('a_affecter', coalesce(f.lignes, 0) + coalesce(p.lignes, 0)),
  ('bordereau_incoherent', p.lignes),
  ('quotite_convertie', a.lignes),
  ('segments_chevauchants', s.nombre),
  ('segment_sans_repartition', s.en_poste),
  -- only method T measures hours against the contract (R1b)
  ('temps_sup_etpt', case when e.methode_etp = 'T' then s.avec_heures end),
  ('affectation_sup_100', af.nombre),
  ('masse_salariale_manquante', c.nombre),
  ('compte_sans_role', l.mutualisees),
  ('aucun_axe', l.a_rattacher),
  ('identite_ambigue', l.toutes),
  ('sens_inattendu', l.comptees),
  ('siret_illisible', l.titres),
  ('cles_chevauchantes', r.cles),
  ('modes_melanges', r.tarifs),
  ('tarifs_chevauchants', r.tarifs),
  ('ponderations_chevauchantes', r.ponderations),
  ('periodes_chevauchantes', r.dates),
  ('dispositif_sans_cle', d.valorises),
  ('cle_usage_inconnue', d.a_cle_usage),
  ('pourcentage_douteux', r.cles + coalesce(af.nombre, 0) + coalesce(q.nombre, 0)),
  ('population_manquante', po.nombre),
  ('tranche', po.par_tranche),
  ('cout_precedent_absent', cf.nombre),
  ('ponderation_manquante', u.nombre),
  ('adherent_ambigu', du.sirens_cee),
  ('sans_tarif', coalesce(ad.nombre, 0) + coalesce(ve.nombre, 0)),
  ('cee_volume', ve.avec_operation),
  ('cee_sans_operation', ve.nombre),
  ('reste_sans_titre', rl.lignes),
  ('reste_superieur', rt.titres),
  ('unites_nulles', cu.nombre),
  ('plausibilite', b.nombre),
  ('nature_titre', cr.nombre),
  ('decp', m.nombre)
) as v (controle, nombre)
