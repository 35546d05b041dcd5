{{ config(materialized='view') }}

with applications as (

    select * from {{ ref('fact_loan_application') }}

),

calendar as (

    select * from {{ ref('dim_time') }}

),

mart_approval_rates as (

    select
        applications.region,
        calendar.year_month,
        calendar.month_start,
        {{ approval_rates() }}
    from applications
    inner join calendar on applications.time_id = calendar.time_id
    group by applications.region, calendar.year_month, calendar.month_start

)

select * from mart_approval_rates
