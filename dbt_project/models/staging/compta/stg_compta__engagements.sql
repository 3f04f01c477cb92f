{{ lignes_comptees('compta', 'engagements', ['mois_fichier']) }}
