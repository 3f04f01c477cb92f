{{ lignes_comptees('referentiel', 'avis') }}
