-- R7: one row per exercice × semestre × dispositif × adherent, by adhesion or by non-zero receipts (R7a).
with modes as (
  select exercice, semestre, dispositif, min(mode_recouvrement) as mode_recouvrement
  from {{ ref('int_tarifs_semestre') }}
  group by exercice, semestre, dispositif
),

dus as (
  select exercice, semestre, dispositif, siret_adherent, sum(montant) as montant
  from {{ ref('int_montants_dus') }}
  group by exercice, semestre, dispositif, siret_adherent
),

titres as (
  select
    r.periode_exercice as exercice,
    r.periode_semestre as semestre,
    r.dispositif,
    r.siret as siret_adherent,
    sum(r.montant) as montant
  from {{ ref('int_recettes') }} as r
  where
    r.siret in (select a.siret from {{ ref('stg_referentiel__adherents') }} as a)
    and r.periode_exercice in (select e.exercice from {{ ref('int_exercices_recouvrement') }} as e)
  group by r.periode_exercice, r.periode_semestre, r.dispositif, r.siret
),

lignes as (
  select
    exercice, semestre, dispositif, siret_adherent,
    a.siret_adherent is not null and a.par_adhesion as par_adhesion,
    coalesce(t.montant, 0) as montant_titre
  from (select exercice, semestre, dispositif, siret_adherent, true as par_adhesion
    from {{ ref('int_adhesions_semestre') }}) as a
  full join (select * from titres where montant <> 0) as t using (exercice, semestre, dispositif, siret_adherent)
)

select
  l.exercice, l.semestre, l.dispositif, l.siret_adherent, m.mode_recouvrement,
  coalesce(l.par_adhesion, false) as par_adhesion,
  case
    when m.mode_recouvrement is null or {{ mode_sans('m.mode_recouvrement', 'du') }} or not coalesce(l.par_adhesion, false) then 0
    else coalesce(d.montant, 0)
  end as montant_du,
  case
    when {{ mode_qui('m.mode_recouvrement', 'titrable') }} and l.par_adhesion then coalesce(d.montant, 0)
    else 0
  end as a_titrer,
  l.montant_titre
from lignes as l
left join modes as m using (exercice, semestre, dispositif)
left join dus as d using (exercice, semestre, dispositif, siret_adherent)
