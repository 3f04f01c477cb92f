{{ lignes_rejetees('referentiel', 'ponderations') }}
