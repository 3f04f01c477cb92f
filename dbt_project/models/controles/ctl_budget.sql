-- R23a: a credit or an order whose account has no role counts nowhere.
select
  exercice, 'nature_sans_role' as controle, jeu || '/' || nature as cle, 'ecart' as statut,
  'un rôle dans roles_comptes' as valeur_attendue,
  {{ compte('count(*)', 'ligne') }} || ', ' || {{ euros('sum(' ~ arrondi('montant') ~ ')') }} as valeur_constatee,
  null::text as seuil
from {{ ref('int_credits') }}
where role is null
group by exercice, jeu, nature
