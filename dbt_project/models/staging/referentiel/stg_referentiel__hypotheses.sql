{{ lignes_comptees('referentiel', 'hypotheses') }}
