{# No two rows agree on `columns`, nulls taken as equal: one row for each, as the model's description says. #}
{% test grain(model, columns) %}

select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
