{{ config(
    unique_key='exception_id',
    post_hook="{{ prune(this, 'exception_id', ref('stg_mongodb__policy_exceptions')) }}"
) }}

with exceptions as (

    select * from {{ ref('stg_mongodb__policy_exceptions') }}

),

decisions as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

revocations as (

    select
        revokes,
        min(effective_from) as revoked_from,
        max(load_id) as load_id
    from exceptions
    where revokes is not null
    group by revokes

),

decided as (

    select
        exception_id,
        count(*) as decisions,
        max(load_id) as load_id
    from decisions
    where exception_id is not null
    group by exception_id

),

grants as (

    select
        exceptions.*,
        revocations.revoked_from,
        coalesce(decided.decisions, 0) as decisions,
        greatest(exceptions.load_id, revocations.load_id, decided.load_id) as newest_load_id
    from exceptions
    left join revocations on exceptions.exception_id = revocations.revokes
    left join decided on exceptions.exception_id = decided.exception_id
    where exceptions.revokes is null

),

fact_exception as (

    select
        exception_id,
        application_id,
        user_id,
        case when application_id is null then 'user' else 'application' end as scope,
        {{ time_id(reporting_date('effective_from')) }} as time_id,
        status,
        effective_from,
        expires_at,
        revoked_from,
        least(expires_at, revoked_from) as ends_at,
        reason,
        approved_by,
        created_at,
        decisions,
        newest_load_id as load_id
    from grants
    {% if changes_only() %}
        where newest_load_id > {{ last_load_id() }}
    {% endif %}

)

select * from fact_exception
