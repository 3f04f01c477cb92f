-- R22: what an exercice has used, cost and brought in from 1 January to the end of each month, for each dispositif valorisé; `cout_alors`
-- is its net cost as its own situations priced it, before its payroll was known (R22c).
{% set salaires = 'case when x.exercice_prix < t.exercice then coalesce(s.salaires, 1) else 1 end' %}
with personnel as (
  select
    t.exercice, t.mois, t.destination as dispositif,
    sum(t.etp) as etp,
    sum({{ arrondi('t.etp * (m.cout_moyen + coalesce(m.cout_structure, 0)) * ' ~ salaires) }}) as cout_personnel,
    sum({{ arrondi('t.etp * (p.cout_moyen + coalesce(p.cout_structure, 0)) * coalesce(s.salaires, 1)') }}) as personnel_alors,
    -- a category without mean cost costs 0, and is told (R22a)
    string_agg(t.categorie, ', ' order by t.categorie) filter (where m.cout_moyen is null and t.etp > 0) as sans_cout
  from (
    select exercice, mois, destination, categorie, sum(etp) as etp
    from {{ ref('int_etp_periodes') }}
    group by exercice, mois, destination, categorie
  ) as t
  inner join {{ ref('int_exercices_situation') }} as x using (exercice)
  left join {{ ref('int_couts_moyens') }} as m on x.exercice_prix = m.exercice and t.categorie = m.categorie
  left join {{ ref('int_couts_moyens') }} as p on x.exercice_prix_alors = p.exercice and t.categorie = p.categorie
  left join {{ ref('int_situation_salaires') }} as s on t.exercice = s.exercice and t.mois = s.mois and t.destination = s.dispositif
  group by t.exercice, t.mois, t.destination
),

-- a correction counted in a later exercice is of none of these months (R22a)
flux as (
  select exercice, {{ mois_de('date_emission', 'exercice') }} as mois, destination as dispositif, mesure, montant_mesure as montant
  from {{ ref('int_ecritures_parts') }}
  where mesure in ('cout_fonctionnement', 'subventions')
  union all
  select exercice, {{ mois_de('date_emission', 'exercice') }}, dispositif, 'recettes', montant
  from {{ ref('int_recettes') }}
  where exercice = exercice_ligne
  union all
  select exercice, {{ mois_de('date_vente', 'exercice') }}, dispositif, 'recettes', frais
  from {{ ref('int_cee_operations') }}
  where {{ mode_qui('mode_recouvrement', 'recette') }} and not est_epci
),

ecritures as (
  select
    p.exercice, p.mois, f.dispositif,
    {% for mesure in ['cout_fonctionnement', 'subventions', 'recettes'] %}
    sum(f.montant) filter (where f.mesure = '{{ mesure }}') as {{ mesure }}{{ ',' if not loop.last }}
    {% endfor %}
  from {{ ref('int_periodes') }} as p
  inner join flux as f on p.exercice = f.exercice and p.mois >= f.mois
  group by p.exercice, p.mois, f.dispositif
),

lignes as (
  select
    d.exercice, p.mois, d.dispositif, d.libelle, x.exercice_prix, x.exercice_prix_alors,
    {{ arrondi('coalesce(t.etp, 0)', 6) }} as etp,
    case when x.exercice_prix is not null then coalesce(t.cout_personnel, 0) end as cout_personnel,
    case when x.exercice_prix_alors is not null then coalesce(t.personnel_alors, 0) end as personnel_alors,
    t.sans_cout,
    coalesce(f.cout_fonctionnement, 0) as cout_fonctionnement,
    {{ arrondi(quotient('coalesce(a.amortissements, 0) * p.mois', '12')) }} as amortissements,
    coalesce(f.subventions, 0) as subventions,
    {{ arrondi(quotient('coalesce(a.reprises, 0) * p.mois', '12')) }} as reprises,
    f.recettes
  from {{ ref('int_exercices_situation') }} as x
  inner join {{ ref('int_dispositifs_exercice') }} as d on x.exercice = d.exercice and d.est_valorise
  inner join {{ ref('int_periodes') }} as p on x.exercice = p.exercice
  left join personnel as t on d.exercice = t.exercice and p.mois = t.mois and d.dispositif = t.dispositif
  left join ecritures as f on d.exercice = f.exercice and p.mois = f.mois and d.dispositif = f.dispositif
  left join {{ ref('int_situation_actif') }} as a on d.exercice = a.exercice and d.dispositif = a.dispositif
)

select
  *,
  cout_personnel + cout_fonctionnement + amortissements - subventions - reprises as cout_net,
  personnel_alors + cout_fonctionnement + amortissements - subventions - reprises as cout_alors
from lignes
