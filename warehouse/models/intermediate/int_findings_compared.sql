{% set fields = ['policy_version', 'features', 'flagged', 'fraud_rules', 'fraud_reason'] %}

with recorded as (

    select
        transaction_id,
        policy_version,
        features,
        is_flagged as flagged,
        fraud_rules,
        fraud_reason,
        load_id
    from {{ ref('stg_creditdb__processed_transactions') }}
    where load_id > {{ parity_scope('transactions') }}

),

recomputed as (

    select * from {{ ref('int_findings_recomputed') }}

),

{{ compared('int_findings_compared', 'transaction_id', fields) }}

select * from int_findings_compared
