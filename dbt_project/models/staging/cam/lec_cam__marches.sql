{{ lecture(
  'cam', 'marches', portee='fichier', cle='numero_marche', motif_cle="N° marché|deux lignes différentes pour un même marché (F12)"
) }}
