-- R14a: of the rows that are left, those of a commune that no adherent is on any day of the exercice are held.
{{ lecture(
  'referentiel', 'avis', cle='exercice, code_insee',
  motif_cle="Code INSEE|deux avis différents d'une même commune sur un même exercice (R14a)",
  refus=(
    "not exists (select from " ~ ref('stg_referentiel__adherents') ~ " as a where a.type = 'commune' and a.code_insee = identites.code_insee
      and identites.exercice between extract(year from a.debut) and extract(year from " ~ fin_de('a') ~ "))",
    "Code INSEE|commune_inconnue : aucune commune adhérente de ce code un jour de l'exercice (R14a)",
    'retenu'
  )
) }}
