{{ lecture('compta', 'balance') }}
