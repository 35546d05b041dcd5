{% set columns = {
    'policy_version': 'text', 'transaction_id': 'uuid', 'features': 'jsonb', 'flagged': 'boolean',
    'fraud_rules': 'text[]', 'fraud_reason': 'text'
} %}

with int_findings_recomputed as (

    {{ union_of_versions(var('transaction_models'), columns) }}

)

select * from int_findings_recomputed
