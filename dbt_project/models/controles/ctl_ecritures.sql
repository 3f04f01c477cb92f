-- R3j: nothing of a side of the ledger is keyed, though a dispositif is valorisé and amounts of its roles are there.
with lignes as (
  select
    exercice, sens || 's' as cle, sum(lignes)::bigint as nombre, sum(montant) as montant,
    bool_and(axe_analytique is null and cle_dispositif is null) as sans_axe
  from {{ ref('int_ecritures_sommes') }}
  where
    comptee
    and role in (
      'fonctionnement_direct', 'personnel_exterieur', 'rabais', 'recette_commune', 'recette_autre'
    )
    and (sens = 'titre') = (role in ('recette_commune', 'recette_autre'))
  group by exercice, sens
)

select
  exercice, 'aucun_axe' as controle, cle, 'ecart' as statut,
  'une ligne au moins avec un axe, une opération, un service ou un produit à clé' as valeur_attendue,
  {{ compte('nombre', 'ligne') }} || ', ' || {{ euros('montant') }} || ', toutes sans axe ni clé' as valeur_constatee,
  null::text as seuil
from lignes
where
  sans_axe
  and exists (
    select 1 from {{ ref('int_dispositifs_exercice') }} as d
    where d.exercice = lignes.exercice and d.est_valorise
  )
