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

-- The first and the last moment, and only then their dates: a date of every row took most of the time at a million.
seen as (

    select
        least(min(submitted_at), min(received_at)) as first_at,
        greatest(max(submitted_at), max(received_at)) as last_at
    from applications
    union all
    select
        min(submitted_at) as first_at,
        max(submitted_at) as last_at
    from historical_applications
    union all
    select
        least(min(occurred_at), min(received_at)) as first_at,
        greatest(max(occurred_at), max(received_at)) as last_at
    from transactions
    union all
    select
        min(received_at) as first_at,
        max(received_at) as last_at
    from issues
    union all
    select
        min(effective_from) as first_at,
        max(effective_from) as last_at
    from exceptions
    where revokes is null

),

-- Whole years: tools that compare periods ask for a calendar without gaps.
bounds as (

    select
        date_trunc('year', min({{ reporting_date('first_at') }})) as first_day,
        date_trunc('year', max({{ reporting_date('last_at') }})) + interval '1 year - 1 day' as last_day
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
