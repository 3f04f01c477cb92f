-- R23: at the end of the month of a situation, what is voted, spent, ordered and left of each dispositif valorisé, where the rule of R22
-- would end it, what its service says of the year, and what is retained.
with periodes as (
  select
    exercice, mois, exercice in (select f.exercice from {{ ref('stg_journal__fichiers') }} as f where f.jeu = 'budget') as vote,
    (exercice, mois) in (select f.exercice, f.mois from {{ ref('stg_journal__fichiers') }} as f where f.jeu = 'engagements') as engage
  from {{ ref('stg_journal__construction') }}
),

sommes as (
  select
    exercice, cle_dispositif as dispositif, composante,
    sum(montant_part) filter (where date_vote <= fin) as vote,
    sum(montant_part) filter (where jeu = 'engagements') as engage
  from {{ ref('int_credits') }}
  group by exercice, cle_dispositif, composante
),

dits as (
  select distinct on (p.exercice, d.dispositif, d.composante) p.exercice, d.dispositif, d.composante, d.montant, d.auteur
  from periodes as p
  inner join {{ ref('stg_activite__projections') }} as d on p.exercice = d.exercice_fichier and p.mois >= d.mois_fichier
  order by p.exercice, d.dispositif, d.composante, d.mois_fichier desc
),

lignes as (
  select
    s.exercice, s.mois, s.dispositif, s.libelle, c.composante, c.realise, c.atterrissage,
    coalesce(v.vote, 0) as vote,
    case when p.engage and c.composante = 'fonctionnement' then coalesce(v.engage, 0) end as engage,
    d.montant as projete, d.auteur
  from {{ ref('int_situations') }} as s
  inner join periodes as p on s.exercice = p.exercice and s.mois = p.mois and p.vote
  inner join {{ ref('mart_atterrissage') }} as t on s.exercice = t.exercice and s.mois = t.mois and s.dispositif = t.dispositif
  left join {{ ref('int_situations') }} as m on s.exercice - 1 = m.exercice and s.mois = m.mois and s.dispositif = m.dispositif
  left join {{ ref('int_situations') }} as a on s.exercice - 1 = a.exercice and a.mois = 12 and s.dispositif = a.dispositif
  cross join lateral (values
    ('fonctionnement', s.cout_fonctionnement, s.cout_fonctionnement + a.cout_fonctionnement - m.cout_fonctionnement),
    ('recettes', s.recettes, t.atterrissage_recettes)
  ) as c (composante, realise, atterrissage)
  left join sommes as v on s.exercice = v.exercice and s.dispositif = v.dispositif and c.composante = v.composante
  left join dits as d on s.exercice = d.exercice and s.dispositif = d.dispositif and c.composante = d.composante
)

select
  exercice::integer as exercice,
  mois::integer as mois,
  dispositif::text as dispositif,
  libelle::text as libelle,
  composante::text as composante,
  vote::numeric(15, 2) as vote,
  realise::numeric(15, 2) as realise,
  engage::numeric(15, 2) as engage,
  (vote - coalesce(realise, 0) - coalesce(engage, 0))::numeric(15, 2) as disponible,
  atterrissage::numeric(15, 2) as atterrissage,
  projete::numeric(15, 2) as projete,
  auteur::text as auteur,
  coalesce(projete, atterrissage)::numeric(15, 2) as retenu
from lignes
