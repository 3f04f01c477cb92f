-- What comes due, of the rows that count (G11): a calendar keeps those that hold on its day (`du`, `au`). A contract is as the file of the
-- year describes it, else the nearest one (R9c).
with marches as (
  select distinct on (numero_marche, exercice_fichier) numero_marche, exercice_fichier, objet, date_fin
  from {{ ref('stg_cam__marches') }}
  order by numero_marche, exercice_fichier, ligne
),

votes as (
  select distinct on (parametre) valeur_date, split_part(parametre, ':', 2) as annee
  from {{ ref('stg_referentiel__parametres') }}
  where parametre like 'vote_budget:%' and valeur_date is not null
  order by parametre, debut desc, ligne desc
),

lignes as (
  select a.echeance as le, 'convention' as genre, coalesce(d.libelle, a.dispositif) as objet, a.siret_adherent as qui, null::date as du, null::date as au
  from {{ ref('stg_referentiel__adhesions') }} as a
  left join lateral (
    select p.libelle from {{ ref('stg_referentiel__dispositifs') }} as p
    where p.code = a.dispositif and p.debut <= a.echeance
    order by p.debut desc, p.ligne desc
    limit 1
  ) as d on true
  where {{ en_vigueur('a', 'a.echeance') }}
  union
  select
    date_fin, 'marche', concat_ws(' ', numero_marche, objet), numero_marche,
    case when lag(exercice_fichier) over fichiers is not null then make_date(exercice_fichier, 1, 1) end,
    make_date(lead(exercice_fichier) over fichiers - 1, 12, 31)
  from marches
  window fichiers as (partition by numero_marche order by exercice_fichier)
  union
  select echeance, 'action', action, code, debut, fin
  from {{ ref('stg_referentiel__actions') }}
  where {{ code_publie('statut') }} not in ('realisee', 'abandonnee')
  union
  select (transmission + interval '3 months')::date, 'avis', 'commune', code_insee, null, null
  from {{ ref('stg_referentiel__avis') }}
  where deliberation is null
  union
  select valeur_date, 'vote', 'budget', annee, null, null from votes
)

select
  le::date as le,
  genre::text as genre,
  objet::text as objet,
  qui::text as qui,
  coalesce(du, '-infinity')::date as du,
  coalesce(au, 'infinity')::date as au
from lignes
where le is not null
