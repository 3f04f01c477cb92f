-- What F16 says of each row is noted at the landing (ingestion/correspondances.py), which reads the files with it.
{{ lecture('referentiel', 'correspondances') }}
