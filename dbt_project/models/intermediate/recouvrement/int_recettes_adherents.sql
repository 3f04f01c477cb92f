-- R6, by month, day of issue, mode and who paid: the adherent of the line's SIRET, of whom `adherents` tells at any date (S16), and its type by its last
-- row that meets the exercice (S14); a fee kept back (R6f) is of the beneficiary's SIREN. What names no adherent of the
-- exercice is of type `autre`.
with adherents as (
  select
    e.exercice, a.siret, a.siren, a.type,
    row_number() over (partition by e.exercice, a.siret order by a.debut desc, a.ligne desc) as rang_siret,
    row_number() over (partition by e.exercice, a.siren order by a.debut desc, a.ligne desc) as rang_siren
  from {{ ref('int_exercices') }} as e
  inner join {{ ref('stg_referentiel__adherents') }} as a on {{ se_rencontrent('a', 'e') }}
),

connus as (
  select distinct on (siren, siret) siret, siren, row_number() over (partition by siren order by debut desc, ligne desc) as rang
  from {{ ref('stg_referentiel__adherents') }}
  order by siren, siret, debut desc, ligne desc
),

lignes as (
  select
    r.exercice, {{ mois_de('r.date_emission', 'r.exercice') }} as mois, r.date_emission as emission, r.dispositif, c.siret, a.type,
    'titre' as mode, r.montant
  from {{ ref('int_recettes') }} as r
  left join (select distinct siret from connus) as c on r.siret = c.siret
  left join adherents as a on r.exercice = a.exercice and r.siret = a.siret and a.rang_siret = 1
  union all
  select o.exercice, {{ mois_de('o.date_vente', 'o.exercice') }}, o.date_vente, o.dispositif, coalesce(a.siret, c.siret), a.type, o.mode_recouvrement, o.frais
  from {{ ref('int_cee_operations') }} as o
  left join adherents as a
    on o.exercice = a.exercice and o.siren_beneficiaire = a.siren and a.rang_siren = 1
  left join connus as c on o.siren_beneficiaire = c.siren and c.rang = 1
  where {{ mode_qui('o.mode_recouvrement', 'recette') }} and not o.est_epci
)

select exercice, mois, emission, dispositif, siret, coalesce(type, 'autre') as type_adherent, mode, sum(montant) as montant
from lignes
group by exercice, mois, emission, dispositif, siret, type, mode
