{{ publier(ref('mart_prevision')) }}
