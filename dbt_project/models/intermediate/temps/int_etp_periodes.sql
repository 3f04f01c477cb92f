-- R1, one row per segment × period × file × activity × destination: the ETP of each source of time.
-- A part of an activity goes to the dispositif by « part communes », the rest to HORS; no key: NON_REPARTI;
-- what a segment has not shared out is a row of its own (NON_REPARTI). Σ per segment and period = ETPT.
with heures_du_mois as (
  select
    segment_id, exercice, fichier, sha256, code_activite, cle_dispositif, part_communes,
    extract(month from date) as mois,
    sum(duree) as minutes,
    count(*) as lignes
  from {{ ref('int_temps') }}
  group by segment_id, exercice, fichier, sha256, code_activite, cle_dispositif, part_communes, extract(month from date)
),

heures as (
  select
    t.segment_id, p.mois, t.fichier, t.sha256, t.code_activite, t.cle_dispositif, t.part_communes,
    sum(t.minutes) as minutes,
    sum(t.lignes) as lignes
  from heures_du_mois as t
  inner join {{ ref('int_periodes') }} as p on t.exercice = p.exercice and t.mois <= p.mois
  group by t.segment_id, p.mois, t.fichier, t.sha256, t.code_activite, t.cle_dispositif, t.part_communes
),

totaux as (
  select segment_id, mois, sum(minutes) as minutes from heures group by segment_id, mois
),

-- method in use for each segment: R falls back to Q without hours, T and Q do not (R1b, R1c)
methodes as (
  select
    s.segment_id, s.exercice, p.mois, s.matricule, s.categorie, t.minutes, e.heures_reference, e.structure_personnel,
    case when e.methode_etp = 'R' and t.minutes is null then 'Q' else e.methode_etp end as methode,
    {{ etpt('s', 'p') }} as etpt
  from {{ ref('int_segments') }} as s
  inner join {{ ref('int_exercices') }} as e using (exercice)
  inner join {{ ref('int_periodes') }} as p using (exercice)
  left join totaux as t using (segment_id, mois)
),

activites as (
  select
    m.segment_id, m.mois, h.fichier, h.sha256, h.code_activite, h.cle_dispositif, h.part_communes, h.lignes,
    case m.methode
      when 'R' then {{ quotient('m.etpt * h.minutes', 'm.minutes') }}
      else {{ quotient('h.minutes', '60 * m.heures_reference') }}
    end as etp
  from methodes as m
  inner join heures as h using (segment_id, mois)
  where m.methode in ('R', 'T')
  union all
  select m.segment_id, m.mois, a.fichier, a.sha256, a.code_activite, a.cle_dispositif, a.part_communes, 1, a.etp
  from methodes as m
  inner join {{ ref('int_affectations') }} as a using (segment_id, mois)
  where m.methode = 'Q'
),

parts as (
  select
    a.segment_id, a.mois, a.fichier, a.sha256, a.code_activite, a.lignes,
    a.etp as etp_source,
    d.destination,
    d.part,
    a.etp * d.part / 100 as etp,
    d.motif
  from activites as a
  inner join methodes as m using (segment_id, mois)
  cross join lateral (
    values
    (
      case
        when a.cle_dispositif is null then 'NON_REPARTI'
        when a.cle_dispositif = 'STRUCTURE' then case when m.structure_personnel then 'STRUCTURE' else 'HORS' end
        else a.cle_dispositif
      end,
      case when a.cle_dispositif is null or a.cle_dispositif in {{ cles_hors_dispositif() }} then 100 else a.part_communes end,
      case
        when a.cle_dispositif is null then 'activite_sans_cle'
        when a.cle_dispositif = 'STRUCTURE' and not m.structure_personnel then 'structure'
        when a.cle_dispositif = 'HORS' then 'hors_mutualisation'
        else 'cle'
      end
    ),
    (
      'HORS',
      case when a.cle_dispositif is null or a.cle_dispositif in {{ cles_hors_dispositif() }} then 0 else 100 - a.part_communes end,
      'part_non_communale'
    )
  ) as d (destination, part, motif)
  where d.part <> 0 or d.motif <> 'part_non_communale'
),

reparti as (
  select segment_id, mois, sum(etp) as etp from activites group by segment_id, mois
)

select
  p.segment_id, m.exercice, m.mois, m.matricule, m.categorie, p.fichier, p.sha256, p.code_activite, p.lignes, p.etp_source,
  p.part, p.destination, p.motif, p.etp
from parts as p
inner join methodes as m using (segment_id, mois)
union all
select
  m.segment_id, m.exercice, m.mois, m.matricule, m.categorie, null, null, null, 0,
  m.etpt - coalesce(r.etp, 0),
  100,
  'NON_REPARTI',
  case when r.etp is null then 'sans_temps_ni_affectation' else 'non_affecte' end,
  m.etpt - coalesce(r.etp, 0)
from methodes as m
left join reparti as r using (segment_id, mois)
where round(m.etpt - coalesce(r.etp, 0), 20) <> 0
