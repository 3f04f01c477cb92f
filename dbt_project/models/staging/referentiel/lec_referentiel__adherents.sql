{{ lecture('referentiel', 'adherents') }}
