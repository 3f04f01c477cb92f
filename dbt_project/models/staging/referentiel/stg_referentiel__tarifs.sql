with cellules as ({{ lire_jeu('referentiel', 'tarifs') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.fin < c.debut then 'Fin|la fin précède le début'
        when d.code is null then 'Dispositif|dispositif absent du fichier dispositifs (G11)'
        when c.tranche_max <= c.tranche_min then 'Tranche max|la tranche est vide'
        -- what is free needs neither amount nor base
        when c.mode_recouvrement = 'gratuit' then null
        when c.regle <> 'cout_unitaire' and c.montant is null then 'Montant|montant absent pour cette règle'
        when c.regle = 'pourcentage' and c.base is null then 'Base|base absente pour un pourcentage (achats_ht ou produit_cee)'
      end
    ) as defaut_regle
  from cellules as c
  left join (select distinct code from {{ ref('stg_referentiel__dispositifs') }} where rejet_statut is null) as d
    on c.dispositif = d.code
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by (defaut_regle is null), {{ cellules_lues('referentiel', 'tarifs') }} order by ligne
    ) as rang
  from regles
),

issues as (
  select
    *,
    case
      when defaut_regle is not null then 'rejete'
      when rang > 1 then 'doublon'
    end as rejet_statut,
    case
      when defaut_regle is not null then defaut_regle
      when rang > 1 then '|ligne répétée à l''identique'
    end as issue
  from dedoublees
)

select
  fichier_id,
  ligne,
  fichier,
  sha256,
  null::int as rejet_exercice,
  {{ cellules_lues('referentiel', 'tarifs') }},
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
