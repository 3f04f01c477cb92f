{{ lignes_comptees('activite', 'unites', ['numero_semestre']) }}
