{{ lignes_comptees('activite', 'projections', ['mois_fichier']) }}
