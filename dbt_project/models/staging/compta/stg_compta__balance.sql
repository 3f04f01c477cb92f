{{ lignes_comptees('compta', 'balance') }}
