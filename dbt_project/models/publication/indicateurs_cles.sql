{{ publier(ref('mart_indicateurs_cles')) }}
