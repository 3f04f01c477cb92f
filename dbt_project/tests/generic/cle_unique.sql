{# The key of a relation names one row; NULL is a value of the key. #}
{% test cle_unique(model, colonnes) %}
select {{ colonnes | join(', ') }}, count(*) as lignes
from {{ model }}
group by {{ colonnes | join(', ') }}
having count(*) > 1
{% endtest %}
