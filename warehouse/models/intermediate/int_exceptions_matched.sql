with exceptions as (

    select * from {{ ref('stg_mongodb__policy_exceptions') }}

),

decisions as (

    select
        application_id,
        user_id,
        t_ms
    from {{ ref('stg_creditdb__credit_scores') }}
    where load_id > {{ parity_scope('applications') }}

),

revocations as (

    select
        revokes,
        min(effective_from_ms) as effective_from_ms
    from exceptions
    where revokes is not null
    group by revokes

),

grants as (

    select
        exceptions.exception_id,
        exceptions.application_id,
        exceptions.user_id,
        exceptions.status,
        exceptions.effective_from_ms,
        least(exceptions.expires_at_ms, revocations.effective_from_ms) as ends_at_ms
    from exceptions
    left join revocations on exceptions.exception_id = revocations.revokes
    where exceptions.revokes is null

),

-- Two joins, for one with `or` between its keys cannot be hashed.
candidates as (

    select
        decisions.application_id,
        true as is_for_application,
        grants.exception_id,
        grants.status,
        grants.effective_from_ms
    from decisions
    inner join grants on decisions.application_id = grants.application_id
    where decisions.t_ms >= grants.effective_from_ms and decisions.t_ms < grants.ends_at_ms
    union all
    select
        decisions.application_id,
        false as is_for_application,
        grants.exception_id,
        grants.status,
        grants.effective_from_ms
    from decisions
    inner join grants on decisions.user_id = grants.user_id
    where decisions.t_ms >= grants.effective_from_ms and decisions.t_ms < grants.ends_at_ms

),

int_exceptions_matched as (

    select distinct on (application_id)
        application_id,
        exception_id,
        status
    from candidates
    order by application_id, is_for_application desc, effective_from_ms desc, exception_id collate "C" desc

)

select * from int_exceptions_matched
