with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

historical_applications as (

    select * from {{ ref('stg_files__historical_applications') }}

),

transactions as (

    select * from {{ ref('stg_creditdb__processed_transactions') }}

),

issues as (

    select * from {{ ref('stg_creditdb__data_quality_issues') }}

),

exceptions as (

    select * from {{ ref('stg_mongodb__policy_exceptions') }}

),

-- The first and the last date of each source, in one reading of it.
seen (first_date, last_date) as (

    select
        least(min(submitted_date), min(received_date)),
        greatest(max(submitted_date), max(received_date))
    from applications
    union all
    select
        min(submitted_date),
        max(submitted_date)
    from historical_applications
    union all
    select
        least(min(occurred_date), min(received_date)),
        greatest(max(occurred_date), max(received_date))
    from transactions
    union all
    select
        {{ reporting_date('min(received_at)') }},
        {{ reporting_date('max(received_at)') }}
    from issues
    union all
    select
        {{ reporting_date('min(effective_from)') }},
        {{ reporting_date('max(effective_from)') }}
    from exceptions
    where revokes is null

),

-- Whole years: tools that compare periods ask for a calendar without gaps.
bounds as (

    select
        date_trunc('year', min(first_date)) as first_day,
        date_trunc('year', max(last_date)) + interval '1 year - 1 day' as last_day
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
