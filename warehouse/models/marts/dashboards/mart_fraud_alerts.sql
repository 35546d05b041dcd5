{{ config(materialized='view') }}

with applications as (

    select * from {{ ref('fact_loan_application') }}

),

calendar as (

    select * from {{ ref('dim_time') }}

),

mart_fraud_alerts as (

    select
        calendar.date,
        calendar.time_id,
        applications.region,
        applications.alert_reason,
        count(*) filter (where applications.is_fraud) as alerts,
        count(*) as applications,
        {{ rate(
            'count(*) filter (where applications.is_fraud)',
            'sum(count(*)) over (partition by calendar.time_id, applications.region)'
        ) }} as alert_rate,
        coalesce(sum(applications.loan_amount) filter (where applications.is_fraud), 0) as loan_amount
    from applications
    inner join calendar on applications.time_id = calendar.time_id
    group by calendar.date, calendar.time_id, applications.region, applications.alert_reason

)

select * from mart_fraud_alerts
