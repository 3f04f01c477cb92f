{{ publier(ref('mart_repartition')) }}
