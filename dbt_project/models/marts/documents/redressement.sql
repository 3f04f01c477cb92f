-- K6: what changes since the closing, by cause: every figure of the synthèse and of unit costs, and of what an adherent used
-- and owes those that change. A step that was not built apart holds the files of this build: its figures are these. The
-- causes sum to the difference, `corrections` being the rest.
{% set etapes = ['scelle', 'donnees_tardives', 'cles', 'parametres'] %}
{% set chiffre = 'exercice, dispositif, siret_adherent, mesure' %}
with clos as (
  select e.exercice, e.version
  from {{ ref('stg_journal__exercices_clos') }} as e
  where e.exercice in {{ exercices_demandes() }}
),

closes as (
  select s.* from {{ ref('stg_publication__synthese_close') }} as s inner join clos using (exercice)
),

courants as (
  select m.exercice, m.dispositif, m.siret_adherent, m.mesure, m.valeur
  from (
    {{ figures_de(ref('mart_synthese_financiere'), ref('mart_cout_unitaire'), ref('int_couts_adherents'), version=false) }}
  ) as m
  inner join clos using (exercice)
),

etapes as (
  select e.* from {{ ref('stg_journal__etapes_redressement') }} as e inner join clos using (exercice)
),

-- one row a figure: a year has thousands of them, by adherent
par_etape as (
  select
    {{ chiffre }}
    {%- for etape in etapes %},
    max(valeur) filter (where etape = '{{ etape }}') as {{ etape }}
    {%- endfor %}
  from etapes
  group by {{ chiffre }}
),

figures as (
  select {{ chiffre }} from closes
  union
  select {{ chiffre }} from courants
  union
  select {{ chiffre }} from etapes
),

valeurs as (
  select
    f.exercice, f.dispositif, f.siret_adherent, f.mesure,
    c.version as version_close,
    s.valeur as valeur_close,
    n.valeur as valeur_redressee,
    coalesce(n.valeur, 0) - coalesce(s.valeur, 0) as ecart
    {%- for etape in etapes %},
    coalesce(
      case when (f.exercice, '{{ etape }}') in (select e.exercice, e.etape from etapes as e) then p.{{ etape }} else n.valeur end, 0
    ) as {{ etape }}
    {%- endfor %}
  from figures as f
  inner join clos as c using (exercice)
  left join closes as s using ({{ chiffre }})
  left join courants as n using ({{ chiffre }})
  left join par_etape as p using ({{ chiffre }})
)

select
  {{ version_courante() }} as version,
  exercice, dispositif, mesure,
  version_close::bigint as version_close,
  valeur_close::numeric(21, 6) as valeur_close,
  valeur_redressee::numeric(21, 6) as valeur_redressee,
  ecart::numeric(21, 6) as ecart,
  (donnees_tardives - scelle)::numeric(21, 6) as donnees_tardives,
  (cles - donnees_tardives)::numeric(21, 6) as cles,
  (parametres - cles)::numeric(21, 6) as parametres,
  (ecart - (parametres - scelle))::numeric(21, 6) as corrections,
  nullif(siret_adherent, '') as siret_adherent
from valeurs
where
  mesure not in ('cout_usage', 'montant_du')
  or (ecart, donnees_tardives, cles, parametres) <> (0, scelle, scelle, scelle)
