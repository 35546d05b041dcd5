with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

-- Whole years: tools that compare periods ask for a calendar without gaps.
bounds as (

    select
        date_trunc('year', least(min(submitted_date), min(received_date))) as first_day,
        date_trunc('year', greatest(max(submitted_date), max(received_date))) + interval '1 year - 1 day' as last_day
    from applications

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
