{{ lignes_comptees('referentiel', 'actions') }}
