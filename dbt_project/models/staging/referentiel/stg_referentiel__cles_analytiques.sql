{{ lignes_comptees('referentiel', 'cles_analytiques') }}
