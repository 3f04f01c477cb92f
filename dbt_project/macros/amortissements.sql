{# R4, R5: plan of each row of the CTE `biens` (an asset and a year of it), in the CTE `reprises`: depreciation of that year and
   release of its subsidy, before quote-part. The plan is a closed form: a0 first year, a full year, the last one takes what is left.
   biens: exercice, base_jours, debut_exercice, fin_exercice, and numero_inventaire's mode, duree, valeur_brute,
   date_mise_en_service, date_sortie, montant_subvention. #}
{% macro plan_des_biens() %}
services as (
  select
    b.*,
    extract(year from b.date_mise_en_service)::int as annee_service,
    extract(month from b.date_mise_en_service) = 1 and extract(day from b.date_mise_en_service) = 1 as au_1er_janvier
  from biens as b
),

plans as (
  select
    b.*,
    {{ arrondi(quotient('b.valeur_brute', 'b.duree')) }} as annuite,
    case b.mode
      when 'L' then {{ arrondi(quotient(
        "b.valeur_brute * (" ~ jours_entre("b.base_jours", "b.date_mise_en_service", "make_date(b.annee_service, 12, 31)") ~ ")",
        "b.duree * (" ~ jours_annee("b.base_jours", "b.annee_service") ~ ")")) }}
      when 'M14' then 0
    end as premiere,
    case b.mode
      when 'L' then b.annee_service + least(b.duree, 9999)::int - case when b.au_1er_janvier then 1 else 0 end
      when 'M14' then b.annee_service + least(b.duree, 9999)::int
      else b.annee_service
    end as derniere_annee
  from services as b
),

-- what the plan says of a year of it, whatever the exit; « deja » is what was depreciated before it
annees as (
  select
    p.*,
    case
      when p.exercice = p.derniere_annee
        then p.valeur_brute - case
          when p.derniere_annee = p.annee_service then 0
          else p.premiere + p.annuite * (p.derniere_annee - p.annee_service - 1)
        end
      when p.exercice = p.annee_service then p.premiere
      else p.annuite
    end as dotation_plan,
    case
      when p.exercice <= p.annee_service then 0
      else p.premiere + p.annuite * (p.exercice - p.annee_service - 1)
    end as deja
  from plans as p
),

dotations as (
  select
    a.*,
    case
      when a.mode = 'FV' then a.dotation_plan
      when extract(year from a.date_sortie) < a.exercice then 0
      when a.mode = 'L' and extract(year from a.date_sortie) = a.exercice
        then least(
          a.valeur_brute - a.deja,
          case
            when a.dotation_plan = 0 or a.date_sortie < a.date_mise_en_service then 0
            else {{ arrondi(quotient(
              "a.valeur_brute * (" ~ jours_entre("a.base_jours", "greatest(a.date_mise_en_service, a.debut_exercice)", "least(a.date_sortie, a.fin_exercice)") ~ ")",
              "a.duree * (" ~ jours_annee("a.base_jours", "a.exercice") ~ ")")) }}
          end
        )
      else a.dotation_plan
    end as dotation
  from annees as a
),

reprises as (
  select
    d.*,
    case
      when d.montant_subvention is null or d.dotation = 0 then 0
      -- the end of the plan takes what is left of the subsidy (R5a)
      when d.exercice = d.derniere_annee and d.dotation = d.valeur_brute - d.deja
        then d.montant_subvention - case
          when d.derniere_annee = d.annee_service then 0
          else
            {{ arrondi(quotient('d.montant_subvention * d.premiere', 'd.valeur_brute')) }}
            + {{ arrondi(quotient('d.montant_subvention * d.annuite', 'd.valeur_brute')) }}
            * (d.derniere_annee - d.annee_service - 1)
        end
      else {{ arrondi(quotient('d.montant_subvention * d.dotation', 'd.valeur_brute')) }}
    end as reprise
  from dotations as d
)
{% endmacro %}
