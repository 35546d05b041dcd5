{#
  CTEs that compare `recorded` with `recomputed`, both CTEs before, field by field: `matched`, and `model`, which holds both
  sides of the fields that differ. What has no recomputed side is not compared, and a test says that it is missing.
  `offset 0` keeps the planner from comparing again wherever `mismatches` is read.
#}
{% macro compared(model, id, fields) %}
matched as (

    select
        recorded.{{ id }},
        recorded.load_id,
        {% for field in fields %}
            recorded.{{ field }} as recorded_{{ field }},
            recomputed.{{ field }} as recomputed_{{ field }},
        {% endfor %}
        array_remove(array[
            {% for field in fields %}
                case when recorded.{{ field }} is distinct from recomputed.{{ field }} then '{{ field }}' end{{ '' if loop.last else ',' }}
            {% endfor %}
        ], null) as mismatches
    from recorded
    inner join recomputed on recorded.{{ id }} = recomputed.{{ id }}
    offset 0

),

{{ model }} as (

    select
        {{ id }},
        recorded_policy_version as policy_version,
        recomputed_policy_version as policy_version_in_force,
        mismatches,
        {% for side in ['recorded', 'recomputed'] %}
            case when mismatches != '{}' then (
                select jsonb_object_agg(field.key, field.value)
                from jsonb_each(jsonb_build_object(
                    {% for field in fields %}'{{ field }}', {{ side }}_{{ field }}{{ '' if loop.last else ', ' }}{% endfor %}
                )) as field
                where field.key = any(mismatches)
            ) end as {{ side }},
        {% endfor %}
        load_id
    from matched

)
{% endmacro %}


{#
  The rows of `compared` that a parity table has to merge. A row that is compared again with the same result stays as it
  is: a million rows are not written to say so.
#}
{% macro new_results(compared, id) %}
    {% set columns = [
        id, 'policy_version', 'policy_version_in_force', 'mismatches', 'recorded', 'recomputed', 'load_id'
    ] %}
    select {{ columns | join(', ') }}
    from {{ compared }}
    {% if is_incremental() and flags.FULL_REFRESH %}
        where not exists (
            select from {{ this }} as held
            where true
                {% for column in columns %}
                    and held.{{ column }} {{ '=' if column == id else 'is not distinct from' }} {{ compared }}.{{ column }}
                {% endfor %}
        )
    {% endif %}
{% endmacro %}
