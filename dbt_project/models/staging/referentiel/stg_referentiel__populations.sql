with cellules as ({{ lire_jeu('referentiel', 'populations') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.population_totale < 0 then 'Population totale|population négative'
        when c.code_insee !~ '^[0-9][0-9AB][0-9]{3}$' then 'Code INSEE|code INSEE sur cinq caractères attendu'
      end
    ) as defaut_regle
  from cellules as c
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by (defaut_regle is null), {{ cellules_lues('referentiel', 'populations') }} order by ligne
    ) as rang
  from regles
),

identites as (
  select
    *,
    count(*) filter (where defaut_regle is null and rang = 1) over (partition by annee, code_insee) as nombre
  from dedoublees
),

issues as (
  select
    *,
    case
      when defaut_regle is not null then 'rejete'
      when rang > 1 then 'doublon'
      when nombre > 1 then 'rejete'
    end as rejet_statut,
    case
      when defaut_regle is not null then defaut_regle
      when rang > 1 then '|ligne répétée à l''identique'
      when nombre > 1 then 'Population totale|deux populations différentes pour une même commune et une même année (F12)'
    end as issue
  from identites
)

select
  fichier_id,
  ligne,
  fichier,
  sha256,
  null::int as rejet_exercice,
  {{ cellules_lues('referentiel', 'populations') }},
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
