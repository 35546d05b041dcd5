with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

historical_applications as (

    select * from {{ ref('stg_files__historical_applications') }}

),

transactions as (

    select * from {{ ref('stg_creditdb__processed_transactions') }}

),

int_regions_seen as (

    select
        applicant_region as region,
        load_id
    from applications
    where applicant_region is not null
    union all
    select
        applicant_region as region,
        load_id
    from historical_applications
    where applicant_region is not null
    union all
    select
        location as region,
        load_id
    from transactions

)

select * from int_regions_seen
