{# A part of a whole, from 0 to 1, to four decimals; null where the whole is nothing. #}
{% macro rate(part, whole) -%}
    round(({{ part }})::numeric / nullif({{ whole }}, 0), 4)
{%- endmacro %}


{# Applications by how they ended, and the share of each: the columns of both approval marts. #}
{% macro approval_rates() -%}
    {% set statuses = {'Approved': 'approved', 'Rejected': 'rejected', 'Under Review': 'under_review'} -%}
    count(*) as applications,
    {% for status, name in statuses.items() -%}
        count(*) filter (where final_status = '{{ status }}') as {{ name }},
    {% endfor -%}
    {% for status, name in statuses.items() -%}
        {{ rate("count(*) filter (where final_status = '" ~ status ~ "')", 'count(*)') }} as {{ name }}_rate{{ '' if loop.last else ',' }}
    {% endfor -%}
{%- endmacro %}
