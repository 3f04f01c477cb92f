-- What the bilan says in words: the texts in force on 31 December of the exercice, in the order of their file.
select
  {{ version_courante() }} as version,
  e.exercice,
  t.dispositif,
  t.rubrique,
  row_number() over (partition by e.exercice, t.dispositif, t.rubrique order by t.ligne)::integer as rang,
  t.texte,
  t.auteur
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__textes') }} as t on {{ en_vigueur('t', 'e.fin') }}
where e.exercice in {{ exercices_demandes() }}
