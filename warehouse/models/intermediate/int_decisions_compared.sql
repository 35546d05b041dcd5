{% set fields = [
    'policy_version', 'features', 'is_fraud', 'fraud_rules', 'fraud_reason', 'risk_level', 'policy_status',
    'approval_status', 'reasons', 'reason_literals', 'exception_id'
] %}

with recorded as (

    select
        application_id,
        policy_version,
        features,
        is_fraud_decided as is_fraud,
        fraud_rules,
        fraud_reason,
        risk_level,
        policy_status,
        approval_status,
        reasons,
        jsonb_path_query_array(reason_details, '$[*].literal') as reason_literals,
        exception_id,
        load_id
    from {{ ref('stg_creditdb__credit_scores') }}
    where load_id > {{ parity_scope('applications') }}

),

decided as (

    select * from {{ ref('int_decisions_recomputed') }}

),

exceptions as (

    select * from {{ ref('int_exceptions_matched') }}

),

-- An exception decides instead of the policy, and is then the reason.
recomputed as (

    select
        decided.application_id,
        decided.policy_version,
        decided.features,
        decided.is_fraud,
        decided.fraud_rules,
        decided.fraud_reason,
        decided.risk_level,
        decided.policy_status,
        coalesce(exceptions.status, decided.policy_status) as approval_status,
        case when exceptions.exception_id is null then decided.reasons else array['POLICY_EXCEPTION'] end as reasons,
        case when exceptions.exception_id is null then to_jsonb(decided.reason_literals) else '[]' end as reason_literals,
        exceptions.exception_id
    from decided
    left join exceptions on decided.application_id = exceptions.application_id

),

{{ compared('int_decisions_compared', 'application_id', fields) }}

select * from int_decisions_compared
