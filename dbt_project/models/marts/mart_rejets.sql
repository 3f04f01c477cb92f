-- One row per rejected, held, repeated or unassigned source row, whatever the exercice.
{% set jeux = [
  ('rh', 'agents', 'stg_rh__agents'), ('rh', 'temps', 'int_temps'), ('rh', 'masse_salariale', 'stg_rh__masse_salariale'),
  ('compta', 'etat_actif', 'stg_compta__etat_actif'), ('compta', 'balance', 'stg_compta__balance'),
  ('cee', 'operations', 'stg_cee__operations'), ('cee', 'ventes', 'stg_cee__ventes'),
  ('cam', 'marches', 'stg_cam__marches'), ('cam', 'commandes', 'stg_cam__commandes'), ('cam', 'decp', 'stg_cam__decp'),
  ('activite', 'unites', 'int_unites'),
  ('referentiel', 'dispositifs', 'stg_referentiel__dispositifs'), ('referentiel', 'adherents', 'stg_referentiel__adherents'),
  ('referentiel', 'adhesions', 'stg_referentiel__adhesions'), ('referentiel', 'populations', 'stg_referentiel__populations'),
  ('referentiel', 'cles_analytiques', 'stg_referentiel__cles_analytiques'), ('referentiel', 'tarifs', 'stg_referentiel__tarifs'),
  ('referentiel', 'ponderations', 'stg_referentiel__ponderations'), ('referentiel', 'parametres', 'stg_referentiel__parametres'),
  ('referentiel', 'bornes', 'stg_referentiel__bornes'),
  ('referentiel', 'roles_comptes', 'stg_referentiel__roles_comptes'), ('referentiel', 'justifications', 'stg_referentiel__justifications'),
] %}
{% for source_nom, jeu, relation in jeux %}
{{ rejets_jeu(source_nom, jeu, ref(relation)) }}
union all
{% endfor %}
{{ rejets_jeu('compta', 'mandats', "(select * from " ~ ref('int_ecritures_identifiees') ~ " where origine = 'csv' and sens = 'mandat')") }}
union all
{{ rejets_jeu('compta', 'titres', "(select * from " ~ ref('int_ecritures_identifiees') ~ " where origine = 'csv' and sens = 'titre')") }}
union all
select
  'compta',
  'pes',
  r.fichier,
  r.ligne,
  concat_ws('/', r.bordereau, r.piece, r.ligne_piece, row_number() over (
    partition by r.fichier_id, r.bordereau, r.piece, r.ligne_piece order by r.rang_bordereau, r.rang_piece, r.ligne
  )),
  r.rejet_colonne,
  null,
  r.rejet_motif,
  r.rejet_statut,
  r.rejet_exercice,
  null
from {{ ref('int_ecritures_identifiees') }} as r
where r.origine = 'pes' and r.rejet_statut is not null
union all
-- held « à affecter »: an axis without a key, a 673 without its exercice of origin (R3a, R3e)
select
  'compta',
  case when r.sens = 'mandat' then 'mandats' else 'titres' end,
  r.fichier,
  r.ligne,
  case when r.rang_bordereau > 0 then concat_ws('/', r.bordereau, r.ligne_piece, r.rang_piece) end,
  case when r.emploi = 'correction' and r.exercice_origine is null then 'Exercice origine' else 'Axe analytique' end,
  case when r.emploi = 'correction' and r.exercice_origine is null then null else r.axe_analytique end,
  case
    when r.emploi = 'correction' and r.exercice_origine is null then '673 sans exercice d''origine : ne réduit rien (R3e)'
    else 'axe sans clé analytique en vigueur (R3a)'
  end,
  'a_affecter',
  r.exercice,
  null
from {{ ref('int_ecritures') }} as r
where
  (r.emploi is not null and r.axe_analytique is not null and r.cle_dispositif is null)
  or (r.emploi = 'correction' and r.exercice_origine is null)
union all
-- an affectation that shares out its segment (method Q, or R without hours), on days without a key (R1, G11)
select distinct
  'rh',
  'agents',
  a.fichier,
  a.ligne,
  null,
  'Code activité',
  a.code_activite,
  'activité sans clé analytique en vigueur (R1)',
  'a_affecter',
  a.exercice,
  a.exercice
from {{ ref('int_affectations') }} as a
inner join {{ ref('int_etp_parts') }} as p using (segment_id, fichier, code_activite)
where a.cle_dispositif is null and p.motif = 'activite_sans_cle'
union all
select
  'compta',
  'etat_actif',
  r.fichier,
  r.ligne,
  null,
  'Axe analytique',
  r.axe_analytique,
  'axe sans clé analytique en vigueur (R4d)',
  'a_affecter',
  r.exercice,
  r.exercice
from {{ ref('int_amortissements') }} as r
where r.destination = 'NON_REPARTI'
