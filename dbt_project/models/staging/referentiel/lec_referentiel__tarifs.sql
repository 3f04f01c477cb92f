{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'tarifs') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_periode() }}
        {{ motif_dispositif() }}
        when c.tranche_max <= c.tranche_min then 'Tranche max|la tranche est vide (R7d)'
        when c.regle <> 'cout_unitaire' and c.montant is null then 'Montant|montant absent pour cette règle (R7b'')'
        when c.regle = 'pourcentage' and c.base is null then 'Base|base absente pour un pourcentage, achats_ht ou produit_cee (R7b'')'
      end
    ) as defaut_regle
  from cellules as c
  {{ joindre_dispositif('c.dispositif') }}
),

{{ issues_des_lignes('referentiel', 'tarifs', exercice='null::int') }}
