{% set columns = {
    'policy_version': 'text', 'transaction_id': 'uuid', 'features': 'jsonb', 'flagged': 'boolean',
    'fraud_rules': 'text[]', 'fraud_reason': 'text'
} %}

with int_findings_recomputed as (

    {% for model in var('transaction_models') %}
        select {{ columns | join(', ') }} from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {% else %}
        select {% for name, type in columns.items() %}null::{{ type }} as {{ name }}{{ '' if loop.last else ', ' }}{% endfor %}
        where false
    {% endfor %}

)

select * from int_findings_recomputed
