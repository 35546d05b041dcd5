{#
  What the models declare of each table, as rows of (relation, kind, detail): keys and checks, columns that hold no null,
  grants, row-security policies (`meta.row_policies`). `structure_is_as_declared` compares it with the catalogue.
#}
{% macro declared_structure() %}
    {% set rows = [] %}
    {% for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' and node.config.materialized == 'incremental' %}
        {% set relation = node.schema ~ '.' ~ (node.alias or node.name) %}
        {% for constraint in node.constraints %}
            {% do rows.append([relation, constraint.type, constraint_detail(constraint, constraint.columns)]) %}
            {% if constraint.type == 'primary_key' %}
                {% for column in constraint.columns %}{% do rows.append([relation, 'not_null', column]) %}{% endfor %}
            {% endif %}
        {% endfor %}
        {% for column in node.columns.values() %}
            {% for constraint in column.constraints %}
                {% do rows.append([relation, constraint.type, constraint_detail(constraint, [column.name])]) %}
                {% if constraint.type == 'primary_key' %}{% do rows.append([relation, 'not_null', column.name]) %}{% endif %}
            {% endfor %}
        {% endfor %}
        {% for privilege, grantees in node.config.grants.items() %}
            {% for grantee in grantees %}{% do rows.append([relation, 'grant', privilege ~ ' to ' ~ grantee]) %}{% endfor %}
        {% endfor %}
        {% for policy in node.config.meta.get('row_policies', []) %}
            {% do rows.append([relation, 'row_policy', policy]) %}
        {% endfor %}
        {% if node.config.meta.get('row_policies') %}{% do rows.append([relation, 'row_security', 'enabled']) %}{% endif %}
    {% endfor %}
    {{ return(rows) }}
{% endmacro %}


{% macro constraint_detail(constraint, columns) %}
    {% if constraint.type == 'foreign_key' %}
        {% set target = graph.nodes['model.' ~ project_name ~ '.' ~ referenced_name(constraint)] %}
        {{ return(columns | join(', ') ~ ' -> ' ~ target.schema ~ '.' ~ target.name ~ '(' ~ constraint.to_columns | join(', ') ~ ')') }}
    {% elif constraint.type == 'check' %}
        {{ return(constraint.name) }}
    {% else %}
        {{ return(columns | join(', ')) }}
    {% endif %}
{% endmacro %}
