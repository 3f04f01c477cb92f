{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'parametres') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.fin < c.debut then 'Fin|la fin précède le début'
        when c.parametre = 'methode_etp' and c.valeur not in ('R', 'Q', 'T') then 'Valeur|méthode inconnue (attendu : R, Q, T)'
        when c.parametre = 'base_jours' and c.valeur not in ('reel', '30_360') then 'Valeur|base inconnue (attendu : reel, 30_360)'
        when (c.parametre in ('structure_personnel', 'grand_livre_complet') or c.parametre like 'base_opposable:%') and c.valeur not in ('oui', 'non') then 'Valeur|valeur inconnue (attendu : oui, non)'
        when c.parametre like 'montant:%' and c.valeur not in ('HT', 'TTC') then 'Valeur|valeur inconnue (attendu : HT, TTC)'
        when split_part(c.parametre, ':', 1) in ('heures_reference', 'seuil_titre', 'seuil_effectif', 'horizon_prevision', 'indexation_masse_salariale', 'evolution_tarifs', 'prevision', 'exercice_base', 'actualisation', 'unites_previsionnelles', 'cout_unitaire', 'part_rejets_max') and lecture.nombre(c.valeur, 12) is null then 'Valeur|nombre illisible (douze décimales au plus)'
        when c.parametre like 'exercice_base:%' and nullif(lecture.annee(c.valeur), 0) is null then 'Valeur|année sur quatre chiffres attendue'
        when c.parametre = 'part_rejets_max' and lecture.nombre(c.valeur, 12) < 0 then 'Valeur|nombre positif ou nul attendu'
        when c.parametre = 'heures_reference' and lecture.nombre(c.valeur, 12) <= 0 or c.parametre like 'unites_previsionnelles:%' and lecture.nombre(c.valeur, 12) <= 0 then 'Valeur|nombre strictement positif attendu'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'parametres', exercice='null::int', colonnes=["lecture.nombre(valeur, 12) as valeur_numerique"]) }}
