-- R22c: what the rates decided already, `engage`, multiply staff by, from the exercice whose mean costs price it as the year goes up to
-- the end of each month. No rate, no row.
with recursive facteurs as (
  select
    d.exercice, p.mois, d.dispositif,
    {{ facteur_de_taux('h', 'a.debut', 'a.fin') }} as facteur,
    row_number() over (partition by d.exercice, p.mois, d.dispositif order by a.debut) as rang
  from {{ ref('int_exercices_situation') }} as x
  inner join {{ ref('int_dispositifs_exercice') }} as d on x.exercice = d.exercice and d.est_valorise
  inner join {{ ref('int_periodes') }} as p on x.exercice = p.exercice
  cross join lateral (
    select make_date(g.annee, 1, 1) as debut, case when g.annee = x.exercice then p.fin else make_date(g.annee, 12, 31) end as fin
    from generate_series(x.exercice_prix_alors + 1, x.exercice) as g (annee)
  ) as a
  inner join {{ ref('stg_referentiel__hypotheses') }} as h
    on
      h.scenario = 'engage' and h.mesure = 'salaires_pct' and (h.dispositif is null or h.dispositif = d.dispositif)
      and (h.effet = 'une fois' or {{ en_vigueur('h', 'a.debut') }})
),

{{ produits_des_facteurs(['exercice', 'mois', 'dispositif']) }}

select distinct on (exercice, mois, dispositif) exercice, mois, dispositif, produit as salaires
from produits
order by exercice, mois, dispositif, rang desc
