-- S17: a fact that a build makes has the sum of what is published, by `cle`; two lines an identity, the fact and the published.
with lignes as (
  select 'fait_depense' as fait, exercice, dispositif as cle, montant as constate, 0 as attendu from {{ ref('fait_depense') }}
  union all
  select 'fait_fournisseur', exercice, dispositif, montant, 0 from {{ ref('fait_fournisseur') }}
  union all
  select 'fait_recette', exercice, dispositif, montant, 0 from {{ ref('fait_recette') }}
  union all
  select 'fait_recette_mois', exercice, dispositif, montant, 0 from {{ ref('fait_recette_mois') }}
  union all
  select m.fait, s.exercice, s.dispositif, 0, m.montant
  from {{ ref('synthese_financiere') }} as s
  cross join lateral (
    values
    ('fait_depense', s.cout_fonctionnement), ('fait_fournisseur', s.cout_fonctionnement),
    ('fait_recette', s.recettes), ('fait_recette_mois', s.recettes)
  ) as m (fait, montant)
  where s.dispositif <> 'TOTAL'
  union all
  select 'fait_reste', exercice, dispositif, reste_a_recouvrer, 0 from {{ ref('fait_reste') }}
  union all
  select 'fait_reste', exercice, dispositif, 0, reste_a_recouvrer from {{ ref('encaissement') }}
  union all
  select 'fait_achat', exercice, numero_marche, achats_ht, 0 from {{ ref('fait_achat') }}
  union all
  select 'fait_achat', exercice, numero_marche, 0, achats_ht from {{ ref('cam_achats') }}
  union all
  select 'fait_cee', exercice, 'cee_reverse', reversement, 0 from {{ ref('fait_cee') }}
  union all
  select 'fait_cee', exercice, indicateur, 0, valeur from {{ ref('indicateurs_cles') }} where indicateur = 'cee_reverse'
)

select fait, exercice, cle, sum(attendu) as attendu, sum(constate) as constate
from lignes
group by fait, exercice, cle
having coalesce(sum(attendu), 0) <> coalesce(sum(constate), 0)
