{{ lignes_rejetees('compta', 'balance') }}
