{% set columns = {
    'policy_version': 'text', 'application_id': 'text', 'features': 'jsonb', 'is_fraud': 'boolean', 'fraud_rules': 'text[]',
    'fraud_reason': 'text', 'risk_level': 'text', 'policy_status': 'text', 'reasons': 'text[]', 'reason_literals': 'text[]'
} %}

with int_decisions_recomputed as (

    {% for model in var('policy_models') %}
        select {{ columns | join(', ') }} from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {% else %}
        select {% for name, type in columns.items() %}null::{{ type }} as {{ name }}{{ '' if loop.last else ', ' }}{% endfor %}
        where false
    {% endfor %}

)

select * from int_decisions_recomputed
