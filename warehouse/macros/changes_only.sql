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
