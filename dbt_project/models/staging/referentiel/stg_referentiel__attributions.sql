{{ lignes_comptees('referentiel', 'attributions') }}
