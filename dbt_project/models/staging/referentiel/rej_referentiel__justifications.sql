{{ lignes_rejetees('referentiel', 'justifications') }}
