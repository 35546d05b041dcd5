{#
  As a post-hook: under `--full-refresh`, deletes the rows of `relation` whose key `source` does not hold, and with them
  the rows of other tables that point at them. Those were built before and are of the same source, or are about to be
  built again. One statement, for keys are checked at its end (PostgreSQL manual, CREATE TABLE, NO ACTION). `key_type` is
  what the source's key is cast to, where the relation has it as another type.
#}
{% macro prune(relation, key, source, key_type=none) %}
    {% if flags.FULL_REFRESH and execute %}
        with gone as (
            delete from {{ relation }} as built
            where not exists (select from {{ source }} as held where held.{{ key }}{{ '::' ~ key_type if key_type else '' }} = built.{{ key }})
            returning built.*
        )
        {{ prune_referencing(relation.identifier, 'gone') }}
        select count(*) from gone
    {% endif %}
{% endmacro %}


{# The deletions, as further CTEs, of rows that point at those in the CTE `gone` of the model `name`. #}
{% macro prune_referencing(name, gone) %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'incremental' %}
        {% set relation = adapter.get_relation(node.database, node.schema, node.alias or node.name) %}
        {% for column in (node.columns.values() if relation is not none else []) %}
            {% for constraint in column.constraints if constraint.type == 'foreign_key' and referenced_name(constraint) == name %}
                {% set deleted = 'gone_' ~ local_md5(gone ~ node.name ~ column.name) %}
                , {{ deleted }} as (
                    delete from {{ relation }} as built
                    using {{ gone }} as held
                    where built.{{ column.name }} = held.{{ constraint.to_columns[0] }}
                    returning built.*
                )
                {{ prune_referencing(node.name, deleted) }}
            {% endfor %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{# The model that a foreign key names: `ref('dim_user')`, or `"database"."marts"."dim_user"` where dbt has resolved it. #}
{% macro referenced_name(constraint) %}
    {{ return(modules.re.findall("['\"]([^'\"]+)['\"]", constraint.to) | last) }}
{% endmacro %}
