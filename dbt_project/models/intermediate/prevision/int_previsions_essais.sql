-- Back-test of what is decided already (S5): what `engage` would have said of an exercice that is known, from each earlier one.
select
  p.exercice, p.exercice_base, p.dispositif,
  p.cout_net as cout_prevu,
  c.cout_net as cout_constate,
  p.etp as etp_prevu,
  c.etp as etp_constate,
  p.montant_du as du_prevu,
  c.montant_du as du_constate
from {{ ref('int_previsions') }} as p
inner join {{ ref('int_previsions') }} as c on p.exercice = c.exercice_base and p.dispositif = c.dispositif and c.scenario = 'constate'
where p.scenario = 'engage'
