{{ publier(ref('controles_resultats')) }}
