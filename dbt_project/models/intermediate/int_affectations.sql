-- Valid affectations split by segment, exercice and key (R1, method Q): days and share of each piece.
-- A piece of an activity without a key in force has no dispositif: it stays in NON_REPARTI.
with affectations as (
  select
    s.segment_id,
    s.exercice,
    s.quotite_pct,
    a.fichier,
    a.sha256,
    a.code_activite,
    a.pct_affectation,
    greatest(a.debut_affectation, s.debut) as debut,
    least(a.fin_affectation, s.fin) as fin
  from {{ ref('stg_rh__agents') }} as a
  inner join {{ ref('int_segments') }} as s
    on
      a.exercice = s.exercice and a.matricule = s.matricule and a.categorie = s.categorie
      and a.quotite_pct = s.quotite_pct and a.date_entree = s.date_entree and a.sortie = s.sortie
  where a.affectation_valide
),

dans_exercice as (
  select * from affectations where debut <= fin
)

select
  a.segment_id,
  a.exercice,
  a.fichier,
  a.sha256,
  a.code_activite,
  a.pct_affectation,
  k.dispositif as cle_dispositif,
  k.part_communes,
  greatest(a.debut, coalesce(k.debut, a.debut)) as debut,
  least(a.fin, coalesce(k.fin, a.fin)) as fin,
  {{ quotient(
    'a.quotite_pct * a.pct_affectation * (least(a.fin, coalesce(k.fin, a.fin)) - greatest(a.debut, coalesce(k.debut, a.debut)) + 1)',
    '10000 * e.jours') }} as etp
from dans_exercice as a
inner join {{ ref('int_exercices') }} as e using (exercice)
left join {{ ref('int_cles') }} as k
  on k.origine = 'activite' and a.code_activite = k.code and k.debut <= a.fin and k.fin >= a.debut
