-- R19, R19c: what each member owes in a year forecast, by base, scenario and dispositif: R7 by the members, tariffs and weights of that
-- year, with the units, orders and fees of E. A pair without a tariff, or free of charge, owes nothing.
with forfaits as (
  select
    l.exercice, l.dispositif, l.siret_adherent, l.mode_recouvrement, l.a_renouveler,
    {{ part_du_semestre('l', 's1.ligne is not null') }} as montant
  from {{ ref('int_prevision_tarifs') }} as l
  left join {{ ref('int_prevision_tarifs') }} as s1
    on s1.semestre = 1 and l.exercice = s1.exercice and l.siret_adherent = s1.siret_adherent and l.ligne = s1.ligne
  where l.annuel is not null
),

-- a price voted for F, else that of E; a stock counts half in the year whose price is used (R10e)
prix as (
  select
    a.exercice_base, a.exercice, c.dispositif,
    coalesce(v.vote, c.cout_unitaire) * case when n.nature_unites = 'stock' then 0.5 else 1 end as prix
  from {{ ref('int_prevision_annees') }} as a
  inner join {{ ref('int_couts_unitaires') }} as c on a.exercice_base = c.exercice
  cross join lateral (
    select {{ parametre_numerique('cout_unitaire', 'a.debut', 'c.dispositif') }} as vote
  ) as v
  left join lateral {{ dispositif_de(
    'c.dispositif', 'case when v.vote is null then a.exercice_base else a.exercice end', ['nature_unites']
  ) }} as n on true
),

achats as (
  select exercice, semestre, siret_adherent, sum(montant_ht) as achats_ht
  from {{ ref('stg_cam__commandes') }}
  group by exercice, semestre, siret_adherent
),

frais as (
  select exercice, semestre, dispositif, siren_beneficiaire as siren, sum(frais) as frais
  from {{ ref('int_cee_operations') }}
  group by exercice, semestre, dispositif, siren_beneficiaire
),

dus as (
  select p.exercice_base, p.exercice, p.scenario, p.dispositif, f.siret_adherent, f.mode_recouvrement, f.a_renouveler, f.montant
  from {{ ref('int_prevision_perimetre') }} as p
  inner join forfaits as f using (exercice, dispositif)
  union all
  select
    p.exercice_base, p.exercice, p.scenario, p.dispositif, l.siret_adherent, l.mode_recouvrement, l.a_renouveler,
    {{ arrondi("case l.regle when 'par_unite' then l.montant else x.prix end * u.unites * p.unites") }}
  from {{ ref('int_prevision_taux') }} as p
  inner join {{ ref('int_prevision_tarifs') }} as l
    on p.exercice = l.exercice and p.dispositif = l.dispositif and l.regle in ('par_unite', 'cout_unitaire')
  inner join {{ ref('int_prevision_unites') }} as u
    on
      p.exercice_base = u.exercice_base and p.exercice = u.exercice and l.semestre = u.semestre and l.dispositif = u.dispositif
      and l.siret_adherent = u.siret_adherent
  left join prix as x on p.exercice_base = x.exercice_base and p.exercice = x.exercice and p.dispositif = x.dispositif
  union all
  select
    p.exercice_base, p.exercice, p.scenario, p.dispositif, l.siret_adherent, l.mode_recouvrement, l.a_renouveler,
    {{ arrondi('l.montant * h.achats_ht / 100') }}
  from {{ ref('int_prevision_perimetre') }} as p
  inner join {{ ref('int_prevision_tarifs') }} as l
    on p.exercice = l.exercice and p.dispositif = l.dispositif and l.base = 'achats_ht'
  inner join achats as h on p.exercice_base = h.exercice and l.semestre = h.semestre and l.siret_adherent = h.siret_adherent
  union all
  select p.exercice_base, p.exercice, p.scenario, p.dispositif, l.siret_adherent, l.mode_recouvrement, l.a_renouveler, f.frais
  from {{ ref('int_prevision_perimetre') }} as p
  inner join {{ ref('int_prevision_tarifs') }} as l
    on p.exercice = l.exercice and p.dispositif = l.dispositif and l.base = 'produit_cee'
  inner join frais as f
    on p.exercice_base = f.exercice and l.semestre = f.semestre and l.dispositif = f.dispositif and l.siren = f.siren
),

sommes as (
  select
    exercice_base, exercice, scenario, dispositif, siret_adherent,
    sum(montant) as montant,
    sum(montant) filter (where {{ mode_qui('mode_recouvrement', 'ac') }}) as dont_ac,
    sum(montant) filter (where a_renouveler) as dont_a_renouveler
  from dus
  group by exercice_base, exercice, scenario, dispositif, siret_adherent
),

membres as (
  select
    s.exercice_base, s.exercice, s.scenario, s.dispositif, s.siret_adherent,
    {{ arrondi('s.montant * t.tarifs') }} as montant_du,
    {{ arrondi('s.dont_ac * t.tarifs') }} as dont_ac,
    {{ arrondi('s.dont_a_renouveler * t.tarifs') }} as dont_a_renouveler
  from sommes as s
  inner join {{ ref('int_prevision_taux') }} as t using (exercice_base, exercice, scenario, dispositif)
),

-- new members, each due the mean of those that owe something (R19)
nouveaux as (
  select
    h.exercice_base, h.exercice, h.scenario, h.dispositif,
    sum({{ arrondi(quotient('h.valeur * h.part_annee * m.montant_du', 'm.redevables')) }}) as montant_du
  from {{ ref('int_prevision_hypotheses') }} as h
  inner join (
    select exercice_base, exercice, scenario, dispositif, sum(montant_du) as montant_du, count(*) as redevables
    from membres
    where montant_du <> 0
    group by exercice_base, exercice, scenario, dispositif
  ) as m using (exercice_base, exercice, scenario, dispositif)
  where h.mesure = 'adherents' and h.debut > h.fin_base
  group by h.exercice_base, h.exercice, h.scenario, h.dispositif
)

select exercice_base, exercice, scenario, dispositif, siret_adherent, montant_du, dont_ac, dont_a_renouveler
from membres
union all
select exercice_base, exercice, scenario, dispositif, null, montant_du, 0, 0
from nouveaux
