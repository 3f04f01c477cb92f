{{ lecture('cee', 'ventes') }}
