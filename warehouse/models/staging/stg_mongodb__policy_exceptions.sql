with source as (

    select * from {{ source('mongodb', 'policy_exceptions') }}

),

stg_mongodb__policy_exceptions as (

    select
        exception_id,
        application_id,
        user_id,
        status,
        effective_from_ms,
        timestamptz 'epoch' + effective_from_ms * interval '1 millisecond' as effective_from,
        expires_at_ms,
        timestamptz 'epoch' + expires_at_ms * interval '1 millisecond' as expires_at,
        revokes,
        reason,
        approved_by,
        timestamptz 'epoch' + created_at_ms * interval '1 millisecond' as created_at,
        load_id
    from source

)

select * from stg_mongodb__policy_exceptions
