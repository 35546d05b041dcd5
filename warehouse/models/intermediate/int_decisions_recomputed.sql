{% set columns = {
    'policy_version': 'text', 'application_id': 'text', 'features': 'jsonb', 'is_fraud': 'boolean', 'fraud_rules': 'text[]',
    'fraud_reason': 'text', 'risk_level': 'text', 'policy_status': 'text', 'reasons': 'text[]', 'reason_literals': 'text[]'
} %}

with int_decisions_recomputed as (

    {{ union_of_versions(var('policy_models'), columns) }}

)

select * from int_decisions_recomputed
