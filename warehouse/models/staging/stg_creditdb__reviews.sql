with source as (

    select * from {{ source('creditdb', 'reviews') }}

),

stg_creditdb__reviews as (

    select
        application_id,
        status as review_status,
        reviewed_by,
        reason as review_reason,
        reviewed_at,
        load_id
    from source

)

select * from stg_creditdb__reviews
