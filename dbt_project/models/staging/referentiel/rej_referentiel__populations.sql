{{ lignes_rejetees('referentiel', 'populations') }}
