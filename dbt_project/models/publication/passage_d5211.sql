{{ publier(ref('mart_passage_d5211')) }}
