with source as (

    select * from {{ source('loader', 'test_failures') }}

),

stg_loader__test_failures as (

    select
        test,
        check_type,
        severity,
        model,
        field,
        record_id,
        reason,
        found_at
    from source

)

select * from stg_loader__test_failures
