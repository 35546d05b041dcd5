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
    where load_id > {{ parity_scope() }}

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

-- A decision without a recomputed one is not compared, and a test says that it is missing. `offset 0` keeps the planner
-- from comparing again wherever `mismatches` is read.
matched as (

    select
        recorded.application_id,
        recorded.load_id,
        {% for field in fields %}
            recorded.{{ field }} as recorded_{{ field }},
            recomputed.{{ field }} as recomputed_{{ field }},
        {% endfor %}
        array_remove(array[
            {% for field in fields %}
                case when recorded.{{ field }} is distinct from recomputed.{{ field }} then '{{ field }}' end{{ '' if loop.last else ',' }}
            {% endfor %}
        ], null) as mismatches
    from recorded
    inner join recomputed on recorded.application_id = recomputed.application_id
    offset 0

),

int_decisions_compared as (

    select
        application_id,
        recorded_policy_version as policy_version,
        recomputed_policy_version as policy_version_in_force,
        mismatches,
        {% for side in ['recorded', 'recomputed'] %}
            case when mismatches != '{}' then (
                select jsonb_object_agg(field.key, field.value)
                from jsonb_each(jsonb_build_object(
                    {% for field in fields %}'{{ field }}', {{ side }}_{{ field }}{{ '' if loop.last else ', ' }}{% endfor %}
                )) as field
                where field.key = any(mismatches)
            ) end as {{ side }},
        {% endfor %}
        load_id
    from matched

)

select * from int_decisions_compared
