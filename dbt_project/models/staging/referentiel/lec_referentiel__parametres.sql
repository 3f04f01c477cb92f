{{ config(materialized='table', access='private') }}
-- F18: a known name (before « : ») wants a value of its kind; any other is kept, and read by nobody.
with cellules as (
  select l.*, split_part(l.parametre, ':', 1) as nom, {{ mot_replie('l.valeur') }} as mot
  from ({{ lire_jeu('referentiel', 'parametres') }}) as l
),

-- the word of a choice as the contract writes it, NULL when it is none, and the words that it may be
mots as (
  select
    c.*,
    case c.nom
      {% for nom, p in parametres_connus().items() if p.mots %}
      when '{{ nom }}' then {{ mot_du_contrat(p.mots, 'c.mot') }}
      {% endfor %}
    end as choix,
    case c.nom
      {% for nom, p in parametres_connus().items() if p.mots %}
      when '{{ nom }}' then '{{ p.mots.values() | join(', ') }}'
      {% endfor %}
    end as permis
  from cellules as c
),

regles as (
  select
    c.fichier_id, c.ligne, c.fichier, c.sha256, c.exercice_fichier, c.depot_fichier, c.parametre,
    case
      when c.permis is not null then c.choix
      when c.nom in ({{ parametres_de(['date']) }}) then c.valeur_date::text
      else c.valeur
    end as valeur,
    c.valeur_numerique, c.valeur_date, c.debut, c.fin, c.reference,
    coalesce(
      c.defaut,
      case
        when c.permis is not null and c.choix is null then format('Valeur|valeur inconnue (attendu : %s) (F18)', c.permis)
        when c.nom in ({{ parametres_de(['date']) }}) and c.valeur_date is null
          then 'Valeur|date illisible (jj/mm/aaaa, aaaa-mm-jj ou aaaammjj, sans heure, C3)'
        when c.nom in ({{ parametres_de(['nombre', 'annee']) }}) and c.valeur_numerique is null
          then 'Valeur|nombre illisible (douze décimales au plus, sans signe %, C1)'
        when c.valeur ~ '^[-+(]?[0-9][0-9., ]*[-)]?[ ]*%$' then 'Valeur|signe % interdit : écrire le nombre seul (C1)'
        when c.nom in ({{ parametres_de(['annee']) }}) and (c.valeur !~ '^[0-9]{4}$' or c.valeur = '0000')
          then 'Valeur|année sur quatre chiffres attendue (G1)'
        when c.nom in ({{ parametres_de(['annees']) }}) and (c.valeur ~ '^[1-9][0-9]{3}-[1-9][0-9]{3}$' and left(c.valeur, 4) <= right(c.valeur, 4)) is not true
          then 'Valeur|deux années AAAA-AAAA attendues, la première pas après la dernière (R14b)'
        -- of a row that covers a 31 December (R14c)
        when c.nom = 'rapport_arrete_au' and c.valeur_date < date_trunc('year', c.debut) + interval '1 year - 1 day'
          and {{ fin_de('c') }} >= date_trunc('year', c.debut) + interval '1 year - 1 day'
          then 'Valeur|jour du rapport antérieur au premier 31 décembre que la ligne couvre (R14c)'
        when c.nom in ({{ parametres_de(['nombre'], ['positif']) }}) and c.valeur_numerique < 0 then 'Valeur|nombre positif ou nul attendu (G1)'
        when c.nom in ({{ parametres_de(['nombre'], ['strict']) }}) and c.valeur_numerique <= 0 then 'Valeur|nombre strictement positif attendu (G1)'
        when c.nom in ({{ parametres_de(['couleur']) }}) and ({{ lisible_en_blanc('c.valeur') }}) is not true
          then 'Valeur|couleur attendue : # et six chiffres hexadécimaux, où le blanc se lit (contraste de 4,5 au moins) (F18)'
        when c.nom in ({{ parametres_de(['phrase']) }}) and length(c.valeur) > 255
          then format('Valeur|%s caractères, 255 au plus pour ce paramètre : à raccourcir (F18)', length(c.valeur))
      end
    ) as defaut_regle
  from mots as c
),

{{ issues_des_lignes('referentiel', 'parametres') }}
