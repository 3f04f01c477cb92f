-- R21a: of the rows that are left, those of a commune that no adherent is on any day of the year are held.
{{ lecture(
  'referentiel', 'attributions', cle='annee, code_insee',
  motif_cle="Services communs|deux attributions différentes d'une même commune pour une même année (F12)",
  refus=(
    "not exists (select from " ~ ref('stg_referentiel__adherents') ~ " as a where a.type = 'commune' and a.code_insee = identites.code_insee
      and identites.annee between extract(year from a.debut) and extract(year from " ~ fin_de('a') ~ "))",
    "Code INSEE|commune_inconnue : aucune commune adhérente de ce code un jour de l'année (R21a)",
    'retenu'
  )
) }}
