{{ config(materialized='view') }}

{% set to_decision = 'extract(epoch from applications.scored_at - applications.received_at)' %}
{% set to_review = 'extract(epoch from applications.reviewed_at - applications.received_at) / 3600' %}

with applications as (

    select * from {{ ref('fact_loan_application') }}

),

calendar as (

    select * from {{ ref('dim_time') }}

),

mart_turnaround as (

    select
        calendar.date,
        calendar.time_id,
        count(*) as decisions,
        {% for percent in [50, 95, 99] %}
            round(percentile_cont({{ percent / 100 }}) within group (order by {{ to_decision }})::numeric, 3)
                as seconds_to_decision_p{{ percent }},
        {% endfor %}
        count(applications.reviewed_at) as reviews,
        {% for percent in [50, 95] %}
            round(percentile_cont({{ percent / 100 }}) within group (order by {{ to_review }})::numeric, 3)
                as hours_to_review_p{{ percent }}{{ '' if loop.last else ',' }}
        {% endfor %}
    from applications
    inner join calendar on applications.decided_time_id = calendar.time_id
    group by calendar.date, calendar.time_id

)

select * from mart_turnaround
