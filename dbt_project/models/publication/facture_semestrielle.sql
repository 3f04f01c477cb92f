-- R7e: consolidated half-yearly invoice; under seuil_titre, and at 0 whatever the threshold, it is `reporte` and waits
-- for the adherent's next row. The chain starts with the first exercice of which a payroll file is loaded; an exercice
-- asked before it (its payroll is missing, and justified) is invoiced all the same, on a chain of its own.
with recursive premiere as (
  select min(exercice) as exercice
  from {{ ref('stg_journal__fichiers') }}
  where jeu = 'masse_salariale'
),

lignes as (
  select
    r.exercice,
    r.semestre,
    r.siret_adherent,
    s.seuil_titre,
    sum(r.a_titrer) as montant_du,
    coalesce(r.exercice >= p.exercice, false) as chainee,
    row_number() over (
      partition by r.siret_adherent, r.exercice >= p.exercice order by r.exercice, r.semestre
    ) as rang
  from {{ ref('int_recouvrement') }} as r
  inner join {{ ref('int_semestres') }} as s using (exercice, semestre)
  cross join premiere as p
  where r.par_adhesion and {{ mode_qui('r.mode_recouvrement', 'titrable') }}
  group by r.exercice, r.semestre, r.siret_adherent, s.seuil_titre, p.exercice
),

chaine as (
  select
    l.*,
    0::numeric as report_precedent
  from lignes as l
  where l.rang = 1
  union all
  select
    l.*,
    case
      when c.montant_du + c.report_precedent < c.seuil_titre or c.montant_du + c.report_precedent <= 0
        then c.montant_du + c.report_precedent
      else 0
    end
  from chaine as c
  inner join lignes as l on c.siret_adherent = l.siret_adherent and c.chainee = l.chainee and l.rang = c.rang + 1
)

select
  {{ version_courante() }} as version,
  exercice,
  semestre,
  siret_adherent,
  montant_du::numeric(15, 2) as montant_du,
  report_precedent::numeric(15, 2) as report_precedent,
  case
    when montant_du + report_precedent < seuil_titre or montant_du + report_precedent <= 0 then 'reporte'
    else 'a_emettre'
  end as statut,
  case
    when montant_du + report_precedent < seuil_titre or montant_du + report_precedent <= 0 then 0
    else montant_du + report_precedent
  end::numeric(15, 2) as montant_facture
from chaine
where exercice in {{ exercices_demandes() }}
