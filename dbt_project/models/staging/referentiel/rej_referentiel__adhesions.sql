{{ lignes_rejetees('referentiel', 'adhesions') }}
