-- What was delivered against the former delivery of the same file, the other months and the former year; what reserved keys
-- take out of the shared services. Bounds are parameters read on 1 January; few rows prove nothing: so many are lost at least.
{% set minimum = var('lignes_perdues_minimum') %}
with exercices as (
  select
    e.exercice,
    {{ parametre_numerique('perte_livraison_max', 'e.debut') }} as perte_max,
    {{ parametre_numerique('baisse_livraison_max', 'e.debut') }} as baisse_max,
    {{ parametre_numerique('mois_creux_min', 'e.debut') }} as mois_min,
    {{ parametre_numerique('recul_annuel_max', 'e.debut') }} as recul_max,
    {{ parametre_numerique('hausse_hors_max', 'e.debut') }} as hausse_max,
    {{ parametre_numerique('part_hors_max', 'e.debut') }} as hors_max
  from {{ ref('int_exercices') }} as e
  where e.demande
),

-- a file of no year (referentiel, dépôt CEE, PES) is judged under every exercice asked
livraisons as (
  select
    e.exercice, e.perte_max, e.baisse_max, concat_ws('_', l.jeu, nullif(l.periode, '')) as cle, l.chemin_avant, l.lignes_avant,
    l.lignes, l.attestee,
    l.lignes_avant - l.lignes >= {{ minimum }} as nombreuses,
    {{ part_perdue('l.lignes_avant', 'l.lignes') }} as perte,
    case when l.lignes_avant >= {{ minimum }} then {{ part_perdue('l.montant_avant', 'coalesce(l.montant, 0)') }} end as perte_montant
  from {{ ref('stg_journal__livraisons') }} as l
  inner join exercices as e on l.exercice = e.exercice or l.exercice is null
),

jugees as (
  select *, nombreuses and perte > perte_max and not attestee as amputee
  from livraisons
),

-- a month of mandats is in its CSV, its PES, or both (G6); months are held against months, quarters against quarters (F17)
mois as (
  select jeu, exercice, mois_debut, mois, sum(lignes) as lignes
  from (
    select f.jeu, f.exercice, f.mois_debut, f.mois, f.lignes
    from {{ ref('stg_journal__fichiers') }} as f
    inner join {{ ref('stg_journal__jeux') }} as j on f.jeu = j.jeu and j.attendu = 'mensuel'
    union all
    select 'mandats', p.exercice, coalesce(f.mois_debut, p.mois), coalesce(f.mois, p.mois), p.lignes
    from {{ ref('stg_compta__pes_mois') }} as p
    left join {{ ref('stg_journal__fichiers') }} as f
      on f.jeu = 'mandats' and p.exercice = f.exercice and p.mois between f.mois_debut and f.mois
  ) as l
  group by jeu, exercice, mois_debut, mois
),

-- what a month should hold: its share of the former year, of the months that both years have; else the median of the others
attendus as (
  select
    m.jeu, m.exercice, m.mois_debut, m.mois, m.lignes, e.mois_min,
    coalesce(round(p.lignes * sum(a.lignes) filter (where q.lignes is not null) / nullif(sum(q.lignes), 0)),
      case when count(*) >= 3 then percentile_disc(0.5) within group (order by a.lignes) end) as attendu
  from mois as m
  inner join exercices as e using (exercice)
  inner join mois as a
    on m.jeu = a.jeu and m.exercice = a.exercice and m.mois <> a.mois and m.mois - m.mois_debut = a.mois - a.mois_debut
  left join mois as q
    on m.jeu = q.jeu and m.exercice - 1 = q.exercice and a.mois_debut = q.mois_debut and a.mois = q.mois
  left join mois as p
    on m.jeu = p.jeu and m.exercice - 1 = p.exercice and m.mois_debut = p.mois_debut and m.mois = p.mois
  group by m.jeu, m.exercice, m.mois_debut, m.mois, m.lignes, p.lignes, e.mois_min
),

annees as (
  select jeu, exercice, sum(lignes) as lignes
  from (
    select jeu, exercice, lignes from {{ ref('stg_journal__fichiers') }}
    union all
    select sens || 's', exercice, lignes from {{ ref('stg_compta__pes_livrees') }}
  ) as l
  group by jeu, exercice
),

-- a facultative jeu without a row is what `sans_donnee` says
reculs as (
  select
    e.exercice, e.recul_max, n.jeu, n.lignes, p.lignes as lignes_avant,
    {{ part_perdue('p.lignes', 'n.lignes') }} as perte
  from exercices as e
  inner join annees as n using (exercice)
  inner join annees as p on n.jeu = p.jeu and e.exercice - 1 = p.exercice
  inner join {{ ref('stg_journal__jeux') }} as j on n.jeu = j.jeu
  where p.lignes - n.lignes >= {{ minimum }} and not j.decroit and (n.lignes > 0 or j.attendu <> '')
),

-- what keys leave out (HORS, NON_REPARTI, a role `exclu` or none); accounts that another source counts, order lines, statuses
-- and corrections of receipts are on neither side
parts as (
  select
    exercice, source,
    100 * coalesce(sum(abs(montant)) filter (where destination in ('HORS', 'NON_REPARTI') or motif in ('role:exclu', 'role:sans_role')), 0)
    / nullif(sum(abs(montant)), 0) as part
  from {{ ref('mart_repartition') }}
  where destination <> 'EXCLU' or motif in ('role:exclu', 'role:sans_role')
  group by exercice, source
),

-- codes that a former delivery of cles_analytiques kept in, and that the current one leaves out
retires as (
  select
    l.exercice, l.source, 100 * sum(l.mesure) filter (where l.dehors and r.code is not null) / nullif(sum(l.mesure), 0) as part
  from (
    select
      exercice, sens || 's' as source, 'axe' as origine, axe_analytique as code, valeur as mesure,
      coalesce(cle_dispositif, 'HORS') = 'HORS' as dehors
    from {{ ref('int_ecritures_sommes') }}
    where comptee and emploi is not null
    union all
    select exercice, 'temps', 'activite', code_activite, duree, coalesce(cle_dispositif, 'HORS') = 'HORS'
    from {{ ref('int_temps') }}
  ) as l
  left join {{ ref('stg_referentiel__cles_remplacees') }} as r using (origine, code)
  group by l.exercice, l.source
),

hors as (
  select e.exercice, e.hausse_max, e.hors_max, n.source, n.part, p.part as part_avant
  from exercices as e
  inner join parts as n using (exercice)
  left join parts as p on n.source = p.source and e.exercice - 1 = p.exercice
)

select
  exercice, 'livraison_amputee' as controle, cle, 'ecart' as statut,
  lignes_avant || ' lignes comme dans ' || chemin_avant as valeur_attendue,
  {{ compte('lignes', 'ligne') }} || ', ' || {{ en_pour_cent('perte') }} || ' de moins' as valeur_constatee,
  {{ en_pour_cent('perte_max') }} || ', {{ minimum }} lignes' as seuil
from jugees
where amputee
union all
select
  exercice, 'livraison_en_baisse', cle, 'ecart', lignes_avant || ' lignes comme dans ' || chemin_avant,
  {{ compte('lignes', 'ligne') }} || ', ' || {{ en_pour_cent('greatest(perte, 0)') }} || ' de moins'
  || case
    when perte_montant is not null
      then ' ; montants ou quantités : ' || {{ en_pour_cent('greatest(perte_montant, 0)') }} || ' de moins'
    else ''
  end,
  {{ en_pour_cent('baisse_max') }} || ', {{ minimum }} lignes'
from jugees
where not amputee and (nombreuses and perte > baisse_max or perte_montant > baisse_max)
union all
select
  exercice, 'mois_creux',
  jeu || '_' || exercice || '-' || case when mois_debut = mois then to_char(mois, 'FM00') else 'T' || mois / 3 end, 'ecart',
  'environ ' || attendu || ' lignes', {{ compte('lignes', 'ligne') }}, {{ en_pour_cent('mois_min') }} || ', {{ minimum }} lignes'
from attendus
where attendu - lignes >= {{ minimum }} and 100 * lignes < mois_min * attendu
union all
select
  exercice, 'source_en_recul', jeu, 'ecart', lignes_avant || ' lignes comme en ' || (exercice - 1),
  {{ compte('lignes', 'ligne') }} || ', ' || {{ en_pour_cent('perte') }} || ' de moins',
  {{ en_pour_cent('recul_max') }} || ', {{ minimum }} lignes'
from reculs
where perte > recul_max
union all
select
  exercice, 'hors_en_hausse', source, 'ecart', {{ en_pour_cent('part_avant') }} || ' hors des dispositifs en ' || (exercice - 1),
  {{ en_pour_cent('part') }}, {{ en_francais('hausse_max') }} || ' points'
from hors
where part - part_avant > hausse_max
union all
select
  e.exercice, 'hors_en_hausse', r.source || '/cles_analytiques', 'ecart',
  'les codes des livraisons précédentes de cles_analytiques restent dans les dispositifs',
  {{ en_pour_cent('r.part') }} || ' sur des codes passés à HORS ou restés sans clé', {{ en_pour_cent('e.hausse_max') }}
from retires as r
inner join exercices as e using (exercice)
where r.part > e.hausse_max
union all
select
  exercice, 'hors_excessif', source, 'ecart', 'au plus ' || {{ en_pour_cent('hors_max') }} || ' hors des dispositifs',
  {{ en_pour_cent('part') }}, {{ en_pour_cent('hors_max') }}
from hors
where part > hors_max
