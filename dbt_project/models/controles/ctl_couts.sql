-- Gaps of the controls over costs (R1 to R6).
with exercices as (
  select * from {{ ref('int_exercices') }} where demande
),

agents as (
  select
    exercice, count(distinct matricule) filter (where segment_chevauchant) as chevauchants,
    count(*) filter (where affectation_sup_100) as sup_100
  from {{ ref('stg_rh__agents_en_faute') }}
  group by exercice
),

convertis as (
  select exercice, count(*) as nombre from {{ ref('stg_rh__agents') }} where quotite_convertie group by exercice
),

sans_repartition as (
  select s.exercice, count(*) as nombre
  from {{ ref('int_segments') }} as s
  where
    s.etpt > 0
    and not exists (select 1 from {{ ref('int_temps') }} as t where t.segment_id = s.segment_id)
    and not exists (select 1 from {{ ref('int_affectations') }} as a where a.segment_id = s.segment_id)
  group by s.exercice
),

etpt as (
  select exercice, categorie, sum(etpt) as etpt from {{ ref('int_segments') }} group by exercice, categorie
),

paie as (
  select exercice_fichier as exercice, categorie, masse_salariale, attenuations, etpt
  from {{ ref('stg_rh__masse_salariale') }}
),

temps_sup as (
  select s.exercice, count(*) as nombre
  from {{ ref('int_segments') }} as s
  inner join exercices as e using (exercice)
  inner join (
    select segment_id, sum(duree) as minutes from {{ ref('int_temps') }} group by segment_id
  ) as t using (segment_id)
  where e.methode_etp = 'T' and t.minutes > s.etpt * e.heures_reference * 60
  group by s.exercice
),

sommes_etp as (
  select exercice, matricule, sum(etp) as etp from {{ ref('int_etp_parts') }} group by exercice, matricule
),

etpt_agents as (
  select exercice, matricule, sum(etpt) as etpt from {{ ref('int_segments') }} group by exercice, matricule
),

-- per agent, both sides, never a key (personal data): only the number of agents is kept
ecarts_etp as (
  select exercice, count(*) as nombre, count(*) filter (where ecart) as ecarts
  from (
    select exercice, abs(coalesce(s.etp, 0) - coalesce(a.etpt, 0)) > 0.000000000001 as ecart
    from etpt_agents as a
    full join sommes_etp as s using (exercice, matricule)
  ) as x
  group by exercice
),

detenu as (
  select exercice, 'temps' as source, sum(etpt) as montant from {{ ref('int_segments') }} group by exercice
  union all
  select exercice, sens || 's', sum(montant) from {{ ref('int_ecritures_sommes') }} group by exercice, sens
  union all
  select exercice, 'actif', sum(dotation)
  from (select distinct exercice, bien, dotation from {{ ref('int_amortissements') }}) as b
  group by exercice
),

reparti as (
  select exercice, source, sum(montant) as montant from {{ ref('mart_repartition') }} group by exercice, source
),

-- columns of percentages, by what is left once every rule has rejected its rows (C12)
pourcentages as (
  select e.exercice, 'cles_analytiques' as jeu, 'Part communes %' as colonne, max(k.part_communes) as plus_haut
  from exercices as e
  cross join {{ ref('stg_referentiel__cles_analytiques') }} as k
  group by e.exercice
  union all
  select exercice, 'agents', '% affectation', max(pct_affectation)
  from {{ ref('stg_rh__affectations') }}
  group by exercice
  union all
  select exercice, 'etat_actif', 'Quote-part %', max(quote_part)
  from {{ ref('stg_compta__etat_actif') }}
  group by exercice
)

select exercice, 'segments_chevauchants' as controle, '' as cle, 'ecart' as statut, '0 agent' as valeur_attendue,
  {{ compte('chevauchants', 'agent') }} as valeur_constatee, null::text as seuil
from agents
where chevauchants > 0
union all
select exercice, 'affectation_sup_100', '', 'ecart', '0 affectation', {{ compte('sup_100', 'affectation') }}, '100 %'
from agents
where sup_100 > 0
union all
select exercice, 'quotite_convertie', '', 'ecart', '0 ligne', {{ compte('nombre', 'ligne lue × 100', 'lignes lues × 100') }}, null
from convertis
union all
select exercice, 'segment_sans_repartition', '', 'ecart', '0 segment', {{ compte('nombre', 'segment') }}, null
from sans_repartition
union all
select d.exercice, 'dispositif_sans_cle', d.dispositif, 'ecart', 'une clé au moins', 'aucune clé', null
from {{ ref('int_dispositifs_exercice') }} as d
inner join exercices as e using (exercice)
where
  d.est_valorise
  -- a key of any origine, on any day of E
  and not exists (
    select 1 from {{ ref('stg_referentiel__cles_analytiques') }} as k
    where k.dispositif = d.dispositif and {{ se_rencontrent('k', 'e') }}
  )
union all
select
  coalesce(p.exercice, t.exercice), 'masse_salariale_manquante', coalesce(p.categorie, t.categorie), 'ecart',
  'ETPT > 0 et masse salariale', case when p.categorie is null then 'aucune ligne' else 'ETPT ' || trim_scale(p.etpt) end, null
from paie as p
full join (select * from etpt where etpt > 0) as t using (exercice, categorie)
where p.categorie is null or p.etpt <= 0
union all
select
  s.exercice, 'masse_salariale_manquante', 'STRUCTURE', 'ecart', 'ETPT > 0 pour un pool de structure',
  'ETPT ' || trim_scale(round(s.etpt_structure, 6)) || ' pour ' || {{ euros('s.pool_structure') }}, null
from {{ ref('int_structure') }} as s
where s.pool_structure <> 0 and s.etpt_structure <= 0
union all
select exercice, 'pourcentage_douteux', jeu || '/' || colonne, 'ecart', 'une valeur au-dessus de 1',
  'la plus haute : ' || replace(trim_scale(plus_haut)::text, '.', ',') || ' %', '1 %'
from pourcentages
where plus_haut > 0 and plus_haut <= 1
union all
select
  exercice, 'ecart_etpt', '',
  case when vide then 'sans_donnee' when abs(paie - agents) > paie * 0.01 then 'ecart' else 'conforme' end,
  trim_scale(round(paie, 6))::text, trim_scale(round(agents, 6))::text, '1 %'
from (
  select
    e.exercice, coalesce(p.etpt, 0) as paie, coalesce(t.etpt, 0) as agents, num_nonnulls(p.etpt, t.etpt) = 0 as vide
  from exercices as e
  left join (select exercice, sum(etpt) as etpt from paie group by exercice) as p using (exercice)
  left join (select exercice, sum(etpt) as etpt from etpt group by exercice) as t using (exercice)
) as x
union all
select exercice, 'temps_sup_etpt', '', 'ecart', '0 segment', {{ compte('nombre', 'segment') }}, null
from temps_sup
union all
select exercice, 'compte_sans_role', nature, 'ecart', 'un rôle', {{ compte('count(*)', 'ligne sans rôle', 'lignes sans rôle') }} || ', '
  || case when {{ compte_de_paie('nature') }} then 'montant non publié, compte de personnel' else {{ euros('sum(montant_ttc)') }} end, null
from {{ ref('int_ecritures') }}
where comptee and role is null and cle_dispositif <> 'HORS'
group by exercice, nature
union all
select exercice, 'sens_inattendu', '', 'ecart', '0 ligne', {{ compte('count(*)', 'ligne') }} || ', ' || {{ euros_hors_paie('montant_ttc', 'nature') }}, null
from {{ ref('int_ecritures') }}
where sens_inattendu
group by exercice
union all
select
  exercice, 'identite_ambigue', identite, 'ecart', 'un seul montant',
  case
    when bool_or({{ compte_de_paie('nature') }}) then 'montants non publiés, compte de personnel'
    else string_agg(distinct montant_ttc::text, ' / ')
  end,
  null
from {{ ref('stg_compta__ecritures_en_faute') }}
where identite_ambigue
group by exercice, identite
union all
select coalesce(p.exercice, e.exercice), 'bordereau_incoherent', coalesce(p.bordereau, ''), 'ecart', 'somme et nombre de pièces du bordereau',
  {{ compte('count(*)', 'ligne refusée', 'lignes refusées') }}, null
from {{ ref('stg_compta__ecritures_en_faute') }} as p
left join exercices as e on p.exercice is null
where p.bordereau_incoherent
group by coalesce(p.exercice, e.exercice), p.bordereau
union all
select exercice, 'somme_etp', '', case when ecarts > 0 then 'ecart' else 'conforme' end,
  case when ecarts > 0 then {{ compte('nombre', 'agent équilibré', 'agents équilibrés') }} else nombre::text end,
  case when ecarts > 0 then {{ compte('(nombre - ecarts)', 'agent équilibré', 'agents équilibrés') }} else nombre::text end, null
from ecarts_etp
union all
select
  coalesce(d.exercice, r.exercice), 'somme_repartition', coalesce(d.source, r.source),
  case when abs(coalesce(d.montant, 0) - coalesce(r.montant, 0)) > 0.000001 then 'ecart' else 'conforme' end,
  case when not s.tue then trim_scale(round(d.montant, 6))::text end,
  case when not s.tue then trim_scale(round(r.montant, 6))::text end,
  case when s.tue then {{ paie_tue() }} end
from (select * from detenu where exercice in (select e.exercice from exercices as e)) as d
full join reparti as r using (exercice, source)
cross join lateral (select source in ('mandats', 'titres') and {{ paie_isolee('exercice') }} as tue) as s
union all
-- R19a: staff that a hypothesis adds to a year forecast, or takes from it, in a catégorie without a mean cost: it counts, and costs nothing
select distinct
  h.exercice_base, 'hypothese_sans_cout', h.scenario || '/' || h.dispositif || '/' || h.categorie, 'ecart', 'un coût moyen', 'aucun', null
from {{ ref('int_prevision_hypotheses') }} as h
left join {{ ref('int_couts_moyens') }} as m on h.exercice_base = m.exercice and h.categorie = m.categorie
where h.mesure = 'etp' and h.part <> 0 and h.propre and m.cout_moyen is null
union all
-- R19e: a row that by its dates alone changes nothing in any year forecast; what is over, or changed a level before E, is history
select distinct exercice_base, 'hypothese_sans_effet', concat_ws('/', scenario, coalesce(dispositif, ''), mesure, debut), 'ecart',
  'un effet de ' || exercice_base + 1 || ' à ' || horizon, 'aucun, par ses dates', null
from (
  select a.exercice_base, a.horizon, h.scenario, h.dispositif, h.mesure, h.debut, h.ligne
  from {{ ref('int_prevision_annees') }} as a
  inner join {{ ref('stg_referentiel__hypotheses') }} as h
    on {{ fin_de('h') }} >= a.debut_base and (h.effet is distinct from 'une fois' or h.debut >= a.debut_base)
  left join {{ ref('int_couts') }} as c on a.exercice_base = c.exercice and h.dispositif = c.dispositif
  group by a.exercice_base, a.horizon, h.scenario, h.dispositif, h.mesure, h.debut, h.ligne
  having not bool_or(
    case
      when h.mesure = 'adherents' then h.debut > a.fin_base and extract(year from h.debut) <= a.horizon
      when h.mesure = 'investissement'
        then extract(year from h.debut) <= a.horizon and {{ fin_de('h') }} > a.fin_base and (h.debut > a.fin_base or c.dispositif is null)
      when h.effet = 'une fois' or h.mesure in ('etp', 'fonctionnement', 'subventions')
        then {{ jours_communs('h', 'a.debut', 'a.fin') }} * a.jours_base
          <> {{ jours_communs('h', 'a.debut_base', 'a.fin_base') }} * a.jours * (c.dispositif is not null or right(h.mesure, 4) = '_pct')::int
      when right(h.mesure, 4) = '_pct' then {{ en_vigueur('h', 'a.debut') }}
      else {{ jours_communs('h', 'a.debut', 'a.fin') }} > 0
    end
  )
) as h
