{{ lignes_rejetees('cam', 'commandes') }}
