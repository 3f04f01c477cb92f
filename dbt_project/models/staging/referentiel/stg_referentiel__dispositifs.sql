{{ lignes_comptees('referentiel', 'dispositifs') }}
