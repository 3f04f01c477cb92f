{{ lecture(
  'referentiel', 'populations', cle='annee, code_insee',
  motif_cle="Population totale|deux populations différentes pour une même commune et une même année (F12)"
) }}
