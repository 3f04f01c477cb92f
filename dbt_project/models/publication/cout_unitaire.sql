{{ publier(ref('mart_cout_unitaire')) }}
