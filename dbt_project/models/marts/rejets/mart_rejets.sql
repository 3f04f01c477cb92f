{{ config(materialized='table') }}
-- One row per exercice asked × rejected, held, repeated or unassigned source row.
with lignes as (
  select source, jeu, fichier, ligne, rang, colonne, valeur, motif, statut, exercice, exercice_fichier, montant, minutes
  from {{ ref('stg_rejets') }}
  union all
  -- held « à affecter »: time of an activity without a key (R1)
  select
    'rh', 'temps', fichier, ligne, null, 'Code activité', null, 'activité sans clé analytique en vigueur (R1)', 'a_affecter',
    exercice, exercice, null::numeric, duree::numeric
  from {{ ref('int_temps') }}
  where cle_dispositif is null
  union all
  -- an axis without a key, a 673 without its exercice of origin (R3a, R3e)
  select
    'compta',
    case when r.sens = 'mandat' then 'mandats' else 'titres' end,
    f.chemin,
    r.ligne,
    case when r.rang_bordereau > 0 then concat_ws('/', r.bordereau, r.ligne_piece, r.rang_piece) end,
    case when r.emploi = 'correction' and r.exercice_origine is null then 'Exercice origine' else 'Axe analytique' end,
    null,
    case
      when r.emploi = 'correction' and r.exercice_origine is null then '673 sans exercice d''origine : ne réduit rien (R3e)'
      else 'axe sans clé analytique en vigueur (R3a)'
    end,
    'a_affecter',
    r.exercice,
    null,
    {{ montant_hors_paie('r.montant', 'r.nature') }},
    null::numeric
  from {{ ref('int_ecritures') }} as r
  inner join {{ ref('stg_journal__fichiers') }} as f on r.fichier_id = f.fichier_id
  where
    (r.emploi is not null and r.axe_analytique is not null and r.cle_dispositif is null)
    or (r.emploi = 'correction' and r.exercice_origine is null)
  union all
  -- an affectation that shares out its segment (method Q, or R without hours), on days without a key (R1, G11)
  select distinct
    'rh', 'agents', a.fichier, a.ligne, null, 'Code activité', null, 'activité sans clé analytique en vigueur (R1)',
    'a_affecter', a.exercice, a.exercice, null::numeric, null::numeric
  from {{ ref('int_affectations') }} as a
  inner join {{ ref('int_etp_parts') }} as p using (segment_id, fichier, code_activite)
  where a.cle_dispositif is null and p.motif = 'activite_sans_cle'
  union all
  -- a credit voted on an axis without a key on the last day of its period (R23a); no cost, no amount left aside
  select
    'compta', c.jeu, c.fichier, c.ligne, null, 'Axe analytique', null, 'axe sans clé analytique en vigueur le dernier jour de la période (R23a)',
    'a_affecter', c.exercice, c.exercice, null::numeric, null::numeric
  from {{ ref('int_credits') }} as c
  where c.composante is not null and c.cle_dispositif is null
  union all
  select
    'compta', 'etat_actif', r.fichier, r.ligne, null, 'Axe analytique', null, 'axe sans clé analytique en vigueur (R4d)',
    'a_affecter', r.exercice, r.exercice, r.dotation_part, null::numeric
  from {{ ref('int_amortissements') }} as r
  where r.destination = 'NON_REPARTI'
),

exercices as (
  select exercice from {{ ref('int_exercices') }} where demande
)

-- a row goes to its own exercice, else to the one of its file; a row of no exercice (referentiel, dépôt CEE)
-- to every asked one
select
  e.exercice, r.source, r.jeu, r.fichier, r.ligne, r.rang, r.colonne, r.valeur, r.motif, r.statut,
  r.statut in ('rejete', 'a_affecter') as a_corriger,
  r.montant,
  r.minutes
from lignes as r
inner join exercices as e
  on
    r.exercice = e.exercice
    or (
      r.exercice_fichier = e.exercice
      and (r.exercice is null or r.exercice not in (select x.exercice from exercices as x))
    )
    or (r.exercice is null and r.exercice_fichier is null)
