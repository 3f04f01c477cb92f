{{ lignes_rejetees('cam', 'marches') }}
