{{ lecture('cam', 'decp', portee='fichier') }}
