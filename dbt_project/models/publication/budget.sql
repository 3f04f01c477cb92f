{{ publier(ref('mart_budget')) }}
