with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

historical_applications as (

    select * from {{ ref('stg_files__historical_applications') }}

),

transactions as (

    select * from {{ ref('stg_creditdb__processed_transactions') }}

),

seen as (

    select submitted_date as date from applications
    union all
    select received_date as date from applications
    union all
    select submitted_date as date from historical_applications
    union all
    select occurred_date as date from transactions
    union all
    select received_date as date from transactions

),

-- Whole years: tools that compare periods ask for a calendar without gaps.
bounds as (

    select
        date_trunc('year', min(date)) as first_day,
        date_trunc('year', max(date)) + interval '1 year - 1 day' as last_day
    from seen

),

days as (

    select day::date as date
    from bounds
    cross join generate_series(bounds.first_day, bounds.last_day, interval '1 day') as day

),

int_dates_spanned as (

    select
        {{ time_id('date') }} as time_id,
        date
    from days

)

select * from int_dates_spanned
