{{ lignes_comptees('referentiel', 'parametres', ['valeur_numerique']) }}
