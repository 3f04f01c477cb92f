-- One row per accepted ledger line with its role, its key and the single motif that decides where it goes (S12).
-- `montant` is TTC, or HT for a VAT-registered budget (R3g).
-- The parameter is read once per budget: read for each line, it costs more than the rest.
with budgets as (
  select distinct exercice, budget from {{ ref('stg_compta__ecritures') }}
),

assujettis as (
  select exercice, budget from budgets
  where {{ parametre('montant', 'make_date(budgets.exercice, 1, 1)', precision='budgets.budget') }} = 'HT'
),

lignes as (
  select
    i.*,
    case when i.montant_ht is not null and a.budget is not null then i.montant_ht else i.montant_ttc end as montant,
    least(i.date_emission, make_date(i.exercice, 12, 31)) as jour_cle,
    i.statut in {{ statuts_comptes() }} as statut_compte
  from {{ ref('stg_compta__ecritures') }} as i
  left join assujettis as a on i.exercice = a.exercice and i.budget = a.budget
)

select
  l.fichier_id, l.ligne, l.rang_bordereau, l.rang_piece, l.ligne_piece, l.identite, l.sens, l.exercice, l.budget,
  l.bordereau, l.piece, l.date_emission, l.type_piece, l.nature, l.axe_analytique, l.siret, l.objet, l.exercice_origine,
  l.periode_service, l.montant, l.montant_ttc, l.statut_compte, l.jour_cle, r.role,
  coalesce(ka.dispositif, ko.dispositif, ks.dispositif, kp.dispositif) as cle_dispositif,
  coalesce(ka.part_communes, ko.part_communes, ks.part_communes, kp.part_communes) as part_communes,
  l.statut_compte and l.type_piece <> '03' as comptee,
  -- what the line is for the rules, once it counts
  case
    when not l.statut_compte or l.type_piece = '03' then null
    when l.sens = 'mandat' and r.role in {{ roles_de_charge() }} then 'charge'
    when r.role = 'rabais' then 'charge'
    when l.sens = 'mandat' and r.role = 'recette_correction' then 'correction'
    when l.sens = 'titre' and r.role = 'subvention_fonctionnement' then 'subvention'
    when l.sens = 'titre' and r.role in {{ roles_de_recette() }} then 'recette'
  end as emploi,
  -- a line of the wrong side counts nowhere (R3c)
  l.statut_compte and l.type_piece <> '03' and (
    (
      l.sens = 'titre'
      and (
        r.role in ('fonctionnement_direct', 'personnel_exterieur', 'personnel', 'recette_correction', 'amortissement')
        or (r.role = 'exclu' and l.nature like '6%')
      )
    )
    or (
      l.sens = 'mandat'
      and r.role in (
        'subvention_fonctionnement', 'reprise_subvention', 'recette_commune', 'recette_autre', 'produit_cee'
      )
    )
  ) as sens_inattendu
from lignes as l
left join {{ ref('int_roles_comptes') }} as r on l.exercice = r.exercice and l.nature = r.nature
left join {{ ref('int_cles') }} as ka
  on ka.origine = 'axe' and l.axe_analytique = ka.code and l.jour_cle between ka.debut and ka.fin
-- R3i: without an axe, the first key in force of the opération, of the service, of the produit
{% for alias, origine, colonne in [('ko', 'operation', 'operation'), ('ks', 'service', 'service_gestionnaire'), ('kp', 'produit', 'produit')] %}
left join {{ ref('int_cles') }} as {{ alias }}
  on
    {{ alias }}.origine = '{{ origine }}' and l.axe_analytique is null and l.{{ colonne }} = {{ alias }}.code
    and l.jour_cle between {{ alias }}.debut and {{ alias }}.fin
{% endfor %}
