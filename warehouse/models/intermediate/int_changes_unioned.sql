with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

alerts as (

    select * from {{ ref('stg_mongodb__fraud_alerts') }}

),

reviews as (

    select * from {{ ref('stg_creditdb__reviews') }}

),

int_changes_unioned as (

    select
        application_id,
        load_id
    from applications
    union all
    select
        application_id,
        load_id
    from alerts
    union all
    select
        application_id,
        load_id
    from reviews

)

select * from int_changes_unioned
