with source as (

    select * from {{ source('files', 'outcomes') }}

),

stg_files__outcomes as (

    select
        application_id,
        booked as is_booked,
        bad as is_bad,
        exposure,
        matured_at,
        load_id
    from source

)

select * from stg_files__outcomes
