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
        expires_at_ms,
        revokes,
        load_id
    from source

)

select * from stg_mongodb__policy_exceptions
