{{ lignes_comptees('compta', 'budget') }}
