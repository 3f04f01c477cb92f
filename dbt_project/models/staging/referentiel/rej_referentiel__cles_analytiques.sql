{{ lignes_rejetees('referentiel', 'cles_analytiques') }}
