{{ lignes_comptees('referentiel', 'adhesions') }}
