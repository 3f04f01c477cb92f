{{ config(materialized='table', access='private') }}
-- F18: a known name (before « : ») wants a value of its kind; any other is kept, and read by nobody.
with cellules as (
  select
    l.*,
    split_part(l.parametre, ':', 1) as nom,
    {{ mot_replie('l.valeur') }} as mot
  from ({{ lire_jeu('referentiel', 'parametres') }}) as l
),

regles as (
  select
    c.fichier_id,
    c.ligne,
    c.fichier,
    c.sha256,
    c.exercice_fichier,
    c.depot_fichier,
    c.parametre,
    case
      when c.nom in ('methode_etp', 'montant') then upper(c.mot)
      when c.nom in ('base_jours', 'structure_personnel', 'grand_livre_complet', 'base_opposable') then c.mot
      when c.nom = 'date_notification_cout' then c.valeur_date::text
      else c.valeur
    end as valeur,
    c.valeur_numerique,
    c.valeur_date,
    c.debut,
    c.fin,
    c.reference,
    coalesce(
      c.defaut,
      case
        when c.nom = 'methode_etp' and c.mot not in ('r', 'q', 't') then 'Valeur|méthode inconnue (attendu : R, Q, T) (R1h)'
        when c.nom = 'base_jours' and c.mot not in ('reel', '30_360') then 'Valeur|base inconnue (attendu : reel, 30_360) (R1h)'
        when c.nom in ('structure_personnel', 'grand_livre_complet', 'base_opposable') and c.mot not in ('oui', 'non') then 'Valeur|valeur inconnue (attendu : oui, non, G1)'
        when c.nom = 'montant' and c.mot not in ('ht', 'ttc') then 'Valeur|valeur inconnue (attendu : HT, TTC) (R3g)'
        when c.nom = 'date_notification_cout' and c.valeur_date is null then 'Valeur|date illisible (jj/mm/aaaa, aaaa-mm-jj ou aaaammjj, sans heure, C3)'
        when c.nom in ('heures_reference', 'seuil_titre', 'horizon_prevision', 'indexation_masse_salariale', 'evolution_tarifs', 'prevision', 'seuil_effectif', 'part_rejets_max', {{ bornes_de_completude() }}, 'exercice_base', 'actualisation', 'unites_previsionnelles', 'cout_unitaire') and c.valeur_numerique is null then 'Valeur|nombre illisible (douze décimales au plus, sans signe %, C1)'
        when c.valeur ~ '^[-+(]?[0-9][0-9., ]*[-)]?[ ]*%$' then 'Valeur|signe % interdit : écrire le nombre seul (C1)'
        when c.nom in ({{ parametres_annees() }}) and (c.valeur !~ '^[0-9]{4}$' or c.valeur = '0000') then 'Valeur|année sur quatre chiffres attendue (G1)'
        when c.nom in ('seuil_effectif', 'part_rejets_max', {{ bornes_de_completude() }}) and c.valeur_numerique < 0 then 'Valeur|nombre positif ou nul attendu (G1)'
        when c.nom in ('heures_reference', 'unites_previsionnelles') and c.valeur_numerique <= 0 then 'Valeur|nombre strictement positif attendu (G1)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'parametres', exercice='null::int') }}
