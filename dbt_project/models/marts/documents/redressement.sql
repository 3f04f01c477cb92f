-- K6: what changes since the closing, figure by figure of the synthèse, by cause. A step that was not built apart holds
-- the files of this build: its figures are these. The causes sum to the difference, `corrections` being the rest.
{% set etapes = ['scelle', 'donnees_tardives', 'cles', 'parametres'] %}
with clos as (
  select e.exercice, e.version
  from {{ ref('stg_journal__exercices_clos') }} as e
  where e.exercice in {{ exercices_demandes() }}
),

closes as (
  select s.* from {{ ref('stg_publication__synthese_close') }} as s inner join clos using (exercice)
),

courants as (
  select m.exercice, m.dispositif, m.mesure, m.valeur
  from ({{ figures_de(ref('mart_synthese_financiere'), version=false) }}) as m
  inner join clos using (exercice)
),

etapes as (
  select e.* from {{ ref('stg_journal__etapes_redressement') }} as e inner join clos using (exercice)
),

figures as (
  select exercice, dispositif, mesure from closes
  union
  select exercice, dispositif, mesure from courants
  union
  select exercice, dispositif, mesure from etapes
),

valeurs as (
  select
    f.exercice, f.dispositif, f.mesure,
    c.version as version_close,
    s.valeur as valeur_close,
    n.valeur as valeur_redressee,
    coalesce(n.valeur, 0) - coalesce(s.valeur, 0) as ecart
    {%- for etape in etapes %},
    case
      when (f.exercice, '{{ etape }}') in (select e.exercice, e.etape from etapes as e) then coalesce((
        select e.valeur
        from etapes as e
        where
          e.exercice = f.exercice and e.dispositif = f.dispositif and e.mesure = f.mesure and e.etape = '{{ etape }}'
      ), 0)
      else coalesce(n.valeur, 0)
    end as {{ etape }}
    {%- endfor %}
  from figures as f
  inner join clos as c using (exercice)
  left join closes as s using (exercice, dispositif, mesure)
  left join courants as n using (exercice, dispositif, mesure)
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
  (ecart - (parametres - scelle))::numeric(21, 6) as corrections
from valeurs
