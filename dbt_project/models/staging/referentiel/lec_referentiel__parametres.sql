{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'parametres') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.parametre = 'methode_etp' and c.valeur not in ('R', 'Q', 'T') then 'Valeur|méthode inconnue (attendu : R, Q, T) (R1h)'
        when c.parametre = 'base_jours' and c.valeur not in ('reel', '30_360') then 'Valeur|base inconnue (attendu : reel, 30_360) (R1h)'
        when (c.parametre in ('structure_personnel', 'grand_livre_complet') or c.parametre like 'base_opposable:%') and c.valeur not in ('oui', 'non') then 'Valeur|valeur inconnue (attendu : oui, non, G1)'
        when c.parametre like 'montant:%' and c.valeur not in ('HT', 'TTC') then 'Valeur|valeur inconnue (attendu : HT, TTC) (R3g)'
        when split_part(c.parametre, ':', 1) in ('heures_reference', 'seuil_titre', 'horizon_prevision', 'indexation_masse_salariale', 'evolution_tarifs', 'prevision', 'seuil_effectif', 'part_rejets_max', {{ bornes_de_completude() }}, 'exercice_base', 'actualisation', 'unites_previsionnelles', 'cout_unitaire') and c.valeur_numerique is null then 'Valeur|nombre illisible (douze décimales au plus, sans signe %, C1)'
        when c.valeur ~ '^[-+(]?[0-9][0-9., ]*[-)]?[ ]*%$' then 'Valeur|signe % interdit : écrire le nombre seul (C1)'
        when split_part(c.parametre, ':', 1) in ({{ parametres_annees() }}) and (c.valeur !~ '^[0-9]{4}$' or c.valeur = '0000') then 'Valeur|année sur quatre chiffres attendue (G1)'
        when c.parametre in ('seuil_effectif', 'part_rejets_max', {{ bornes_de_completude() }}) and c.valeur_numerique < 0 then 'Valeur|nombre positif ou nul attendu (G1)'
        when c.parametre = 'heures_reference' and c.valeur_numerique <= 0 or c.parametre like 'unites_previsionnelles:%' and c.valeur_numerique <= 0 then 'Valeur|nombre strictement positif attendu (G1)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'parametres', exercice='null::int') }}
