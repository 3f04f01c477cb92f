{{ publier(ref('mart_rejets')) }}
