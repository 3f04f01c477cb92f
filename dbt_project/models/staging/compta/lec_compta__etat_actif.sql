{{ config(materialized='table', access='private') }}
-- One row per asset row of etat_actif_AAAA (R4e, R5c).
with cellules as ({{ lire_jeu('compta', 'etat_actif') }}),

regles as (
  select *, defaut as defaut_regle
  from cellules
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by exercice_fichier, (defaut_regle is null), {{ cellules_lues('compta', 'etat_actif') }} order by fichier_id desc, ligne
    ) as rang
  from regles
),

-- rows of one asset and axis add up by their quote-parts: of two with the same one, nothing says which is true (R4e)
identites as (
  select
    *,
    count(*) filter (where defaut_regle is null and rang = 1)
      over (partition by exercice_fichier, numero_inventaire, axe_analytique, quote_part) as nombre
  from dedoublees
),

quotes_parts as (
  select
    *,
    sum(quote_part) filter (where defaut_regle is null and rang = 1 and nombre = 1)
      over (partition by exercice_fichier, numero_inventaire) as total_quotes
  from identites
),

issues as (
  select
    *,
    case
      when defaut_regle is not null then 'rejete'
      when rang > 1 then 'doublon'
      when nombre > 1 or total_quotes > 100 then 'rejete'
    end as rejet_statut,
    case
      when defaut_regle is not null then defaut_regle
      when rang > 1 then '|ligne répétée à l''identique (F7)'
      when nombre > 1 then 'N° inventaire|deux lignes différentes de même bien, même axe et même quote-part (R4e)'
      when total_quotes > 100 then 'Quote-part %|quotes-parts de plus de 100 % pour un même bien (R4e)'
    end as issue,
    montant_subvention > valeur_brute or montant_subvention < 0 as subvention_rejetee
  from quotes_parts
)

select
  fichier_id, ligne, fichier, sha256, exercice_fichier,
  exercice_fichier as rejet_exercice,
  numero_inventaire, compte, date_mise_en_service, valeur_brute, duree, mode, axe_analytique, quote_part,
  numero_subvention,
  case when subvention_rejetee then null else montant_subvention end as montant_subvention,
  date_sortie,
  rejet_statut is null as bien_compte,
  case
    when issue is null and subvention_rejetee then 'Montant subvention'
    else nullif(split_part(issue, '|', 1), '')
  end as rejet_colonne,
  case
    when issue is null and subvention_rejetee then 'subvention négative ou supérieure à la valeur du bien (R5c)'
    else substr(issue, strpos(issue, '|') + 1)
  end as rejet_motif,
  case when issue is null and subvention_rejetee then 'rejete' else rejet_statut end as rejet_statut
from issues
