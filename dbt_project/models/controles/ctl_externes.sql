-- Controls against what others hold: balance DGFiP, DECP, ledger of the whole budget (S4), one row per gap.
-- A control without its data is sans_donnee, and says nothing else. Amounts are HT for a VAT-registered budget, as in its accounts (R3g).
with exercices as (
  select * from {{ ref('int_exercices') }} where demande
),

ecritures as (
  select exercice, sens, nature, sum(montant) as montant
  from {{ ref('int_ecritures_sommes') }}
  where comptee and nature ~ '^[67]'
  group by exercice, sens, nature
),

-- rows of the EPCI; all of them where the file has no IDENT
balance as (
  select b.exer as exercice, b.compte, s.sens, sum(case s.sens when 'mandat' then b.obnetdeb - b.oobdeb else b.obnetcre - b.oobcre end) as montant
  from (
    select *, bool_or(ident is not null) over (partition by fichier_id) as identifiee from {{ ref('stg_compta__balance') }}
  ) as b
  cross join (values ('mandat'), ('titre')) as s (sens)
  where
    b.compte ~ '^[67]'
    and (
      not b.identifiee
      or {{ siren_du_pes('b.ident') }} in (
        select a.siren from {{ ref('stg_referentiel__adherents') }} as a where a.type = 'epci'
      )
    )
  group by b.exer, b.compte, s.sens
),

-- a compte missing on one side counts 0
ecarts_balance as (
  select
    coalesce(b.exercice, e.exercice) as exercice, coalesce(b.compte, e.nature) || '/' || coalesce(b.sens, e.sens) as cle,
    coalesce(b.montant, 0) as balance, coalesce(e.montant, 0) as ecritures
  from balance as b
  full join ecritures as e on b.exercice = e.exercice and b.compte = e.nature and b.sens = e.sens
  where abs(coalesce(b.montant, 0) - coalesce(e.montant, 0)) > 0.01
),

-- mandats, then titres: both sides in full, where no account is apart
sommes_balance as (
  select b.exercice, b.sens, b.montant as balance, coalesce(e.montant, 0) as ecritures, {{ paie_isolee('b.exercice') }} as tue
  from (select x.exercice, x.sens, sum(x.montant) as montant from balance as x group by x.exercice, x.sens) as b
  left join (select x.exercice, x.sens, sum(x.montant) as montant from ecritures as x group by x.exercice, x.sens) as e
    using (exercice, sens)
  where not exists (select 1 from ecarts_balance as x where b.exercice = x.exercice)
),

decp as (
  select
    exercice_fichier as exercice, siret_titulaire, identifiant,
    -- a 2019 id: year, number, two-digit sequence
    case when format = '2019' then substring(identifiant from '^[0-9]{4}(.+)[0-9]{2}$') end as numero_2019
  from {{ ref('stg_cam__decp') }}
),

ecarts_decp as (
  select
    m.exercice_fichier as exercice, m.numero_marche as cle, m.siret_titulaire as titulaire,
    string_agg(distinct d.siret_titulaire, ', ') as declares
  from {{ ref('stg_cam__marches') }} as m
  left join decp as d
    on m.exercice_fichier = d.exercice and m.numero_marche in (d.identifiant, d.numero_2019)
  group by m.exercice_fichier, m.numero_marche, m.siret_titulaire
  having bool_or(d.siret_titulaire = m.siret_titulaire) is not true
),

ordre as (
  select exercice,
    sum(montant) filter (where starts_with(nature, {{ regle('dotation') }}) and sens = 'mandat') as dotations,
    sum(montant) filter (where starts_with(nature, {{ regle('reprise') }}) and sens = 'titre') as reprises
  from {{ ref('int_ecritures_sommes') }}
  where type_piece = '03' and statut_compte
  group by exercice
),

-- an asset shared by several rows is depreciated once, and each of its subsidies released once
biens as (
  select exercice, sum(dotation) as dotation
  from (select distinct exercice, bien, dotation from {{ ref('int_amortissements') }}) as b
  group by exercice
),

reprises as (
  select exercice, sum(reprise) as reprise
  from (select distinct exercice, bien, numero_subvention, reprise from {{ ref('int_amortissements') }}) as s
  group by exercice
),

cee_comptes as (
  select exercice,
    sum(montant) filter (where sens = 'titre' and role = 'produit_cee') as produit,
    sum(montant) filter (where sens = 'mandat' and starts_with(nature, {{ regle('reversement_cee') }})) as reversement
  from {{ ref('int_ecritures_sommes') }}
  where comptee
  group by exercice
),

cee as (
  select
    e.exercice, (select sum(v.produit) from {{ ref('int_cee_ventes') }} as v where v.exercice = e.exercice) as produit,
    (
      select sum(o.part - o.frais) from {{ ref('int_cee_operations') }} as o
      where o.exercice = e.exercice and not o.est_epci
    ) as reversement,
    c.produit as produit_compte, c.reversement as reversement_compte
  from exercices as e
  left join cee_comptes as c using (exercice)
),

rapprochements as (
  select e.exercice, e.grand_livre_complet, v.controle, v.rang, v.attendue, v.constatee, null as tue
  from exercices as e
  left join ordre as o using (exercice)
  left join biens as b using (exercice)
  left join reprises as s using (exercice)
  left join cee as c using (exercice)
  cross join lateral (
    values
    ('dotations_6811', 1, b.dotation, o.dotations),
    ('reprises_777', 1, s.reprise, o.reprises),
    ('cee_compte', 1, c.produit, c.produit_compte),
    ('cee_compte', 2, c.reversement, c.reversement_compte)
  ) as v (controle, rang, attendue, constatee)
  union all
  -- R2i, R2j: what is not said, and why
  select
    e.exercice, e.grand_livre_complet, 'masse_salariale_compte', case p.nature when 'masse' then 1 else 2 end, p.paie, p.comptes,
    case
      when {{ paie_isolee('e.exercice') }} then {{ paie_tue() }}
      when p.difference then 'montants non publiés, la paie et les comptes diffèrent'
    end
  from exercices as e
  inner join {{ ref('int_rapprochement_paie') }} as p using (exercice)
)

select
  e.exercice, 'balance_dgfip' as controle, coalesce(x.cle, '') as cle,
  case when x.cle is null then 'sans_donnee' else 'ecart' end as statut,
  -- K8: the account of apprentices over their ETPT would be their pay
  case when {{ compte_de_paie('x.cle') }} then 'montant non publié, compte de personnel' else {{ euros('x.balance') }} || ' dans la balance' end
    as valeur_attendue,
  case when {{ compte_de_paie('x.cle') }} then 'montant différent' else {{ euros('x.ecritures') }} || ' d''écritures' end as valeur_constatee,
  case when x.cle is not null then '0,01 €' end as seuil
from exercices as e
left join ecarts_balance as x
  on e.exercice = x.exercice and e.exercice in (select b.exercice from balance as b)
where x.cle is not null or e.exercice not in (select b.exercice from balance as b)
union all
select
  exercice, 'balance_dgfip', '', 'conforme',
  string_agg(trim_scale(balance)::text, ' ; ' order by sens) filter (where not tue),
  string_agg(trim_scale(ecritures)::text, ' ; ' order by sens) filter (where not tue),
  concat_ws(' ; ', '0,01 €', case when tue then {{ paie_tue() }} end)
from sommes_balance
group by exercice, tue
union all
select
  e.exercice, 'decp', coalesce(x.cle, ''), case when x.cle is null then 'sans_donnee' else 'ecart' end,
  'titulaire ' || x.titulaire,
  case when x.cle is not null then coalesce('titulaire ' || x.declares, 'marché absent des DECP') end, null
from exercices as e
left join ecarts_decp as x
  on e.exercice = x.exercice and e.exercice in (select d.exercice from decp as d)
where x.cle is not null or e.exercice not in (select d.exercice from decp as d)
union all
select
  exercice, controle, '',
  case
    -- nothing on either side: two zeros that nothing gave are no agreement
    when not grand_livre_complet or bool_and(num_nonnulls(attendue, constatee) = 0) then 'sans_donnee'
    when bool_and(abs(coalesce(attendue, 0) - coalesce(constatee, 0)) <= 0.01) then 'conforme'
    else 'ecart'
  end,
  string_agg(trim_scale(coalesce(attendue, 0))::text, ' ; ' order by rang) filter (where tue is null),
  string_agg(trim_scale(coalesce(constatee, 0))::text, ' ; ' order by rang) filter (where tue is null),
  concat_ws(' ; ', '0,01 €', tue)
from rapprochements
group by exercice, controle, grand_livre_complet, tue
