-- R11: net cost of each valorisé dispositif shared among its adherents, to the cent, by largest remainder (ties: lower
-- SIRET first), on exact weights. Where every weight is 0, the whole is on a row without SIRET, key « aucune » (R11a).
with unites as (
  select exercice, dispositif, siret_adherent, sum(unites_annee) as unites
  from {{ ref('int_unites_semestre') }}
  group by exercice, dispositif, siret_adherent
),

dus as (
  select exercice, dispositif, siret_adherent, sum(montant_du) as montant_du
  from {{ ref('int_recouvrement') }}
  group by exercice, dispositif, siret_adherent
),

-- what each bought through the central purchasing body: the use of a dispositif that buys for its members
achats as (
  select exercice, c.dispositif, l.siret_adherent, sum(l.montant_ht) as achats
  from {{ ref('stg_cam__commandes') }} as l
  inner join {{ ref('int_cles_usage') }} as c using (exercice)
  where c.cle = 'achats'
  group by exercice, c.dispositif, l.siret_adherent
),

-- a weight below 0, or unknown, counts 0 (R11a)
poids as (
  select
    c.exercice, c.dispositif, c.cle, siret_adherent,
    coalesce(d.montant_du, 0) as montant_du,
    greatest(
      case c.cle
        when 'unites' then u.unites
        when 'jours' then j.jours
        when 'population' then case when a.type_adherent = 'commune' then a.population * j.jours end
        when 'achats' then h.achats
      end,
      0
    ) as poids
  from unites as u
  full join {{ ref('int_jours_adhesion') }} as j using (exercice, dispositif, siret_adherent)
  full join achats as h using (exercice, dispositif, siret_adherent)
  full join dus as d using (exercice, dispositif, siret_adherent)
  inner join {{ ref('int_cles_usage') }} as c using (exercice, dispositif)
  left join {{ ref('int_adherents_exercice') }} as a using (exercice, siret_adherent)
),

-- what there is to share, in cents, and among how much; without a weight, a row without SIRET takes it all
lignes as (
  select
    exercice,
    dispositif,
    case when total > 0 then p.cle else 'aucune' end as cle,
    p.siret_adherent, p.montant_du, p.poids, t.total,
    sign(t.cout_net) as signe,
    abs(t.cout_net) * 100 as centimes_net
  from (
    select exercice, dispositif, cle, siret_adherent, montant_du, poids
    from poids
    where poids > 0 or montant_du <> 0
    union all
    select exercice, dispositif, cle, null, 0, 0 from {{ ref('int_cles_usage') }}
  ) as p
  inner join (
    select c.exercice, c.dispositif, c.cout_net, coalesce(sum(s.poids), 0) as total
    from {{ ref('int_couts') }} as c
    left join poids as s using (exercice, dispositif)
    group by c.exercice, c.dispositif, c.cout_net
  ) as t using (exercice, dispositif)
  where p.siret_adherent is not null or t.total = 0
),

quotes_parts as (
  select
    *,
    -- cents, exact: floor of cost × weight / total, and the remainder on the same denominator
    case
      when total > 0 then div(centimes_net * poids, total)
      when siret_adherent is null then centimes_net
      else 0
    end as centimes,
    mod(centimes_net * poids, nullif(total, 0)) as reste
  from lignes
),

rangs as (
  select
    *,
    row_number() over (partition by exercice, dispositif order by reste desc, siret_adherent collate "C") as rang,
    centimes_net - sum(centimes) over (partition by exercice, dispositif) as a_distribuer
  from quotes_parts
)

select
  exercice, dispositif, siret_adherent, cle, poids,
  signe * (centimes + case when rang <= a_distribuer then 1 else 0 end) / 100 as cout_usage,
  montant_du
from rangs
