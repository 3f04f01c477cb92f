{{ lecture(
  'rh', 'masse_salariale', portee='fichier',
  cle='categorie', motif_cle="Catégorie|deux lignes différentes pour une même catégorie (F12)"
) }}
