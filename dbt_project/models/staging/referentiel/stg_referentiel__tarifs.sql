{{ lignes_comptees('referentiel', 'tarifs') }}
