{{ lignes_comptees('referentiel', 'ponderations') }}
