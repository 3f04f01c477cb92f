-- Valid affectations split by segment, period and key (R1, method Q): share of each piece, days in `jours`.
-- The days of an activity without a key in force have no dispositif: NON_REPARTI, « à affecter » (R1, G11).
with affectations as (
  select
    s.segment_id, s.exercice, p.mois, p.jours as jours_exercice, s.quotite_pct, a.ligne, a.fichier, a.sha256, a.code_activite,
    a.pct_affectation,
    greatest(a.debut_affectation, s.debut) as debut,
    least(a.fin_affectation, s.fin, p.fin) as fin
  from {{ ref('stg_rh__affectations') }} as a
  inner join {{ ref('int_segments') }} as s
    on
      a.exercice = s.exercice and a.matricule = s.matricule and a.categorie = s.categorie
      and a.quotite_pct = s.quotite_pct and a.date_entree = s.date_entree and a.sortie = s.sortie
  inner join {{ ref('int_periodes') }} as p on s.exercice = p.exercice
),

dans_exercice as (
  select * from affectations where debut <= fin
),

avec_cle as (
  select
    a.segment_id, a.mois, a.ligne, k.dispositif, k.part_communes,
    greatest(a.debut, k.debut) as debut,
    least(a.fin, k.fin) - greatest(a.debut, k.debut) + 1 as jours
  from dans_exercice as a
  inner join {{ ref('int_cles') }} as k
    on k.origine = 'activite' and a.code_activite = k.code and k.debut <= a.fin and k.fin >= a.debut
),

morceaux as (
  select * from avec_cle
  union all
  select a.segment_id, a.mois, a.ligne, null, null, null, a.fin - a.debut + 1 - coalesce(sum(c.jours), 0)
  from dans_exercice as a
  left join avec_cle as c using (segment_id, mois, ligne)
  group by a.segment_id, a.mois, a.ligne, a.debut, a.fin
  having a.fin - a.debut + 1 > coalesce(sum(c.jours), 0)
)

select
  a.segment_id, a.exercice, a.mois, a.fichier, a.sha256, a.ligne, a.code_activite, a.pct_affectation,
  m.dispositif as cle_dispositif,
  m.part_communes, m.debut, m.jours,
  {{ quotient('a.quotite_pct * a.pct_affectation * m.jours', '10000 * a.jours_exercice') }} as etp
from morceaux as m
inner join dans_exercice as a using (segment_id, mois, ligne)
