-- Forecasts made from each exercice computed: base × target year × dispositif × scenario (decisions 0002, 0008), those
-- that the back-test will set aside included.
-- Exact numeric throughout; a measure that is not known at the base stays NULL, never 0.
with historique as (
  select c.exercice, c.dispositif, c.etp, c.cout_net, c.cout_personnel, r.recettes
  from {{ ref('int_couts') }} as c
  left join {{ ref('int_recettes_dispositif') }} as r using (exercice, dispositif)
),

bases as (
  select
    e.exercice as exercice_base,
    -- a century at most: beyond, a slip of the keyboard
    least(coalesce({{ parametre_numerique('horizon_prevision', 'e.debut') }}, e.exercice + 5), e.exercice + 100)::int as horizon,
    {{ parametre_numerique('indexation_masse_salariale', 'e.debut') }} as indexation,
    {{ parametre_numerique('evolution_tarifs', 'e.debut') }} as evolution_tarifs
  from {{ ref('int_exercices') }} as e
),

cibles as (
  select
    b.*,
    a.exercice,
    a.exercice - b.exercice_base as pas,
    h.dispositif, h.etp, h.cout_net, h.cout_personnel, h.recettes
  from bases as b
  inner join historique as h on b.exercice_base = h.exercice
  cross join lateral generate_series(b.exercice_base + 1, b.horizon) as a (exercice)
),

-- least squares on the known years, x = years from the base: value = ȳ + slope × (x − x̄)
tendances as (
  select
    b.exercice_base, h.dispositif, m.mesure,
    count(*) as points,
    min(h.exercice) as depuis,
    avg((h.exercice - b.exercice_base)::numeric) as x_moyen,
    {{ quotient('sum(m.valeur)', 'count(*)') }} as y_moyen,
    {{ quotient(
      'count(*) * sum((h.exercice - b.exercice_base) * m.valeur) - sum((h.exercice - b.exercice_base)::numeric) * sum(m.valeur)',
      'count(*) * sum(((h.exercice - b.exercice_base) ^ 2)::numeric) - sum((h.exercice - b.exercice_base)::numeric) ^ 2'
    ) }} as pente
  from bases as b
  inner join historique as h on h.exercice <= b.exercice_base
  cross join lateral (values ('etp', h.etp), ('cout_net', h.cout_net), ('recettes', h.recettes)) as m (mesure, valeur)
  where m.valeur is not null
  group by b.exercice_base, h.dispositif, m.mesure
  having count(*) >= 2
),

adherents as (
  select y.annee, a.dispositif, count(distinct a.siret_adherent) as nombre
  from (select exercice as annee from cibles union select exercice_base from bases) as y
  inner join {{ ref('stg_referentiel__adhesions_effectives') }} as a on make_date(y.annee, 12, 31) between a.debut and a.fin
  group by y.annee, a.dispositif
),

-- units known at the base: their mean growth a year, as a share of the first year known
unites as (
  select exercice, dispositif, sum(unites_annee) as unites
  from {{ ref('int_unites_semestre') }}
  group by exercice, dispositif
  having sum(unites_annee) > 0
),

croissances as (
  select
    b.exercice_base,
    u.dispositif,
    {{ quotient('u.unites - p.unites', 'p.unites * (b.exercice_base - p.exercice)') }} as croissance
  from bases as b
  inner join unites as u on b.exercice_base = u.exercice
  inner join lateral (
    select x.exercice, x.unites
    from unites as x
    where x.dispositif = u.dispositif
    order by x.exercice
    limit 1
  ) as p on true
),

-- what the drivers of a dispositif explain, as shares of its last year: members announced, units. Without a driver the
-- last year stands: a line through a few points explains nothing by itself
moteurs as (
  select
    c.exercice_base, c.exercice, c.dispositif,
    least(1, {{ quotient('coalesce(y.nombre, 0)', 'b.nombre') }},
      case when u.croissance is not null then greatest(1 + c.pas * u.croissance, 0) end) as plancher,
    greatest(1, {{ quotient('y.nombre', 'b.nombre') }}, 1 + c.pas * u.croissance) as plafond
  from cibles as c
  left join adherents as b on c.exercice_base = b.annee and c.dispositif = b.dispositif
  left join adherents as y on c.exercice = y.annee and c.dispositif = y.dispositif
  left join croissances as u on c.exercice_base = u.exercice_base and c.dispositif = u.dispositif
),

lignes as (
  select
    exercice_base, exercice, dispositif, 'constant' as scenario, etp, cout_net, recettes,
    'dernier exercice connu (' || exercice_base || ')' as methode
  from cibles
  union all
  select
    c.exercice_base, c.exercice, c.dispositif, 'tendance',
    greatest(least(greatest(e.y_moyen + e.pente * (c.pas - e.x_moyen), c.etp * m.plancher), c.etp * m.plafond), 0),
    greatest(least(greatest(n.y_moyen + n.pente * (c.pas - n.x_moyen), c.cout_net * m.plancher), c.cout_net * m.plafond), 0),
    -- greatest() drops NULL: receipts that are not known twice, or not now, have no trend, not a trend of 0
    case
      when r.mesure is not null and c.recettes is not null
        then greatest(least(greatest(r.y_moyen + r.pente * (c.pas - r.x_moyen), c.recettes * m.plancher), c.recettes * m.plafond), 0)
    end,
    'moindres carrés sur ' || e.points || ' exercices (' || e.depuis || '-' || c.exercice_base
    || '), dans ce que les adhérents annoncés et les unités de service expliquent : de '
    || {{ en_francais('round(m.plancher * 100, 1)') }} || ' à ' || {{ en_francais('round(m.plafond * 100, 1)') }} || ' % de '
    || c.exercice_base
  from cibles as c
  inner join moteurs as m
    on c.exercice_base = m.exercice_base and c.exercice = m.exercice and c.dispositif = m.dispositif
  inner join tendances as e
    on c.exercice_base = e.exercice_base and c.dispositif = e.dispositif and e.mesure = 'etp'
  inner join tendances as n
    on c.exercice_base = n.exercice_base and c.dispositif = n.dispositif and n.mesure = 'cout_net'
  left join tendances as r
    on c.exercice_base = r.exercice_base and c.dispositif = r.dispositif and r.mesure = 'recettes'
  union all
  select
    c.exercice_base, c.exercice, c.dispositif, 'adhesions', c.etp, c.cout_net,
    {{ quotient('c.recettes * coalesce(y.nombre, 0)', 'b.nombre') }},
    'recettes au prorata des adhérents au 31/12 : ' || coalesce(y.nombre, 0) || ' contre ' || b.nombre || ' en ' || c.exercice_base
  from cibles as c
  inner join adherents as b on c.exercice_base = b.annee and c.dispositif = b.dispositif
  left join adherents as y on c.exercice = y.annee and c.dispositif = y.dispositif
  union all
  select
    exercice_base, exercice, dispositif, 'indexation', etp,
    cout_net + cout_personnel * ((1 + indexation) ^ pas - 1), recettes,
    'coût de personnel indexé de ' || {{ en_francais('indexation * 100') }} || ' % par an'
  from cibles
  union all
  select
    exercice_base, exercice, dispositif, 'tarifs', etp, cout_net, recettes * (1 + evolution_tarifs) ^ pas,
    'recettes évoluant de ' || {{ en_francais('evolution_tarifs * 100') }} || ' % par an'
  from cibles
  where evolution_tarifs is not null
  union all
  select
    c.exercice_base, c.exercice, c.dispositif, 'utilisateur',
    coalesce(u.etp, c.etp), coalesce(u.cout_net, c.cout_net), coalesce(u.recettes, c.recettes),
    'valeurs saisies par la direction'
  from cibles as c
  cross join lateral (
    select
      max(p.valeur_numerique) filter (where p.parametre = 'prevision:' || c.dispositif || ':etp') as etp,
      max(p.valeur_numerique) filter (where p.parametre = 'prevision:' || c.dispositif || ':cout_net') as cout_net,
      max(p.valeur_numerique) filter (where p.parametre = 'prevision:' || c.dispositif || ':recettes') as recettes
    from {{ ref('stg_referentiel__parametres') }} as p
    where {{ en_vigueur('p', 'make_date(c.exercice, 1, 1)') }}
  ) as u
  where u.etp is not null or u.cout_net is not null or u.recettes is not null
)

select
  exercice_base, exercice, dispositif, scenario,
  {{ arrondi('etp', 6) }} as etp,
  {{ arrondi('cout_net') }} as cout_net,
  {{ arrondi('recettes') }} as recettes,
  methode
from lignes
-- a hypothesis may give what no column holds: there is no forecast then, and the bilan is published (R10g); none either
-- where nothing says the indexation
where
  {{ tient_dans('etp', 6) }} and {{ tient_dans('cout_net', 13) }}
  and (recettes is null or {{ tient_dans('recettes', 13) }})
