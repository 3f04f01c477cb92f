-- Over a scenario, volume + mix + price is the whole difference, and the mix of all dispositifs is no volume.
select exercice, scenario
from {{ ref('ecart_prevision') }}
group by exercice, scenario
having sum(ecart) <> sum(effet_volume) + sum(effet_mix) + sum(effet_prix)
  or sum(ecart) <> sum(coalesce(cout_constate, 0)) - sum(coalesce(cout_prevu, 0))
