-- What the registry expects of each jeu: `attendu` is annuel, mensuel or empty; the rows of one that `decroit` go as time goes.
{% set jeux = [] %}
{% if execute %}
  {% for s in graph.sources.values() if s.schema == 'brut' %}
    {% set m = s.config.meta or s.meta %}
    {% if not m.silencieux %}{% do jeux.append((s.name, m)) %}{% endif %}
  {% endfor %}
{% endif %}
{% for jeu, meta in jeux | sort %}
select '{{ jeu }}' as jeu, '{{ meta.periode }}' as periode, '{{ meta.attendu or '' }}' as attendu, {{ meta.decroit or false }} as decroit
{{ 'union all' if not loop.last }}
{% else %}
select '' as jeu, '' as periode, '' as attendu, false as decroit
{% endfor %}
