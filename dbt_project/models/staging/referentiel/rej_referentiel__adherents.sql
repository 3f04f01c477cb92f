{{ lignes_rejetees('referentiel', 'adherents') }}
