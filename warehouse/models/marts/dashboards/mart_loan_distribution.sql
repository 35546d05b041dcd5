{{ config(materialized='view') }}

with applications as (

    select * from {{ ref('fact_loan_application') }}

),

calendar as (

    select * from {{ ref('dim_time') }}

),

mart_loan_distribution as (

    select
        applications.risk_level,
        calendar.year_month,
        calendar.month_start,
        count(*) as applications,
        sum(applications.loan_amount) as loan_amount,
        round(avg(applications.loan_amount), 2) as loan_amount_average,
        round(percentile_cont(0.5) within group (order by applications.loan_amount)::numeric, 2) as loan_amount_median,
        round(avg(applications.credit_score), 1) as credit_score_average,
        {{ rate('count(*)', 'sum(count(*)) over (partition by calendar.month_start)') }} as applications_share
    from applications
    inner join calendar on applications.time_id = calendar.time_id
    group by applications.risk_level, calendar.year_month, calendar.month_start

)

select * from mart_loan_distribution
