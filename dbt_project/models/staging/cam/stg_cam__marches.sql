{{ lignes_comptees('cam', 'marches') }}
