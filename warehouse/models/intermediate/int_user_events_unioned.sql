with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

transactions as (

    select * from {{ ref('stg_creditdb__processed_transactions') }}

),

int_user_events_unioned as (

    select
        user_id,
        received_at,
        t_ms,
        topic,
        partition,
        record_offset,
        applicant_name as name,
        applicant_age as age,
        applicant_gender as gender,
        applicant_region as region,
        credit_score,
        true as is_application,
        load_id
    from applications
    union all
    select
        user_id,
        received_at,
        t_ms,
        topic,
        partition,
        record_offset,
        null as name,
        null as age,
        null as gender,
        null as region,
        credit_score,
        false as is_application,
        load_id
    from transactions

)

select * from int_user_events_unioned
