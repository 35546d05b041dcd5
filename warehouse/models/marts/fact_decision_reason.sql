{{ config(
    unique_key='decision_reason_id',
    indexes=[{'columns': ['load_id']}, {'columns': ['application_id']}],
    post_hook="{{ prune(this, 'application_id', ref('stg_creditdb__credit_scores')) }}"
) }}

with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

-- One reading of the decisions: their reasons are unnested in the row, since a join on the key would sort all of them.
reasons as (

    select
        applications.application_id,
        unnested.*,
        applications.policy_version,
        applications.submitted_date,
        applications.received_date,
        applications.load_id
    from applications
    cross join lateral (
        select
            reason_rank,
            reason ->> 'code' as reason_code,
            reason
        from jsonb_array_elements(applications.reason_details) with ordinality as details (reason, reason_rank)
        union all
        -- The clause's own reason, or an exception: a code that no test of an input explains.
        select
            reason_rank,
            reason_code,
            null as reason
        from unnest(applications.reasons) with ordinality as codes (reason_code, reason_rank)
        where applications.reason_details = '[]'
    ) as unnested
    {% if changes_only() %}
        where applications.load_id > {{ last_load_id() }}
    {% endif %}

),

fact_decision_reason as (

    select
        application_id || '/' || reason_rank as decision_reason_id,
        application_id,
        reason_rank::integer as reason_rank,
        reason_code,
        reason ->> 'clause' as clause,
        reason ->> 'literal' as literal,
        reason ->> 'test' as test,
        reason ->> 'threshold' as threshold,
        reason -> 'values' as input_values,
        (reason ->> 'pointsLost')::numeric as points_lost,
        reason -> 'counterfactual' as counterfactual,
        policy_version,
        {{ time_id('submitted_date') }} as time_id,
        {{ time_id('received_date') }} as decided_time_id,
        load_id
    from reasons

)

select * from fact_decision_reason
