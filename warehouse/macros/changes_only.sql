{#
  True when a table is there and only what was loaded since needs to be merged into it. Under `--full-refresh` every row
  is computed again and merged in place, and `prune` then deletes what its source no longer holds: the table, its keys,
  grants and policies stay the same ones.
#}
{% macro changes_only() %}
    {{ return(is_incremental() and not flags.FULL_REFRESH) }}
{% endmacro %}


{# The newest load that this table has seen. #}
{% macro last_load_id() -%}
    (select coalesce(max(load_id), 0) from {{ this }})
{%- endmacro %}


{#
  As a post-hook: under `--full-refresh`, deletes the rows of `relation` whose key `source` does not hold. `key_type` is
  what the source's key is cast to, where the relation has it as another type.
#}
{% macro prune(relation, key, source, key_type=none) %}
    {% if flags.FULL_REFRESH %}
        delete from {{ relation }} as built
        where not exists (select from {{ source }} as held where held.{{ key }}{{ '::' ~ key_type if key_type else '' }} = built.{{ key }})
    {% endif %}
{% endmacro %}
