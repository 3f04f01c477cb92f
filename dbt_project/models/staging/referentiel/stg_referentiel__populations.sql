{{ lignes_comptees('referentiel', 'populations') }}
