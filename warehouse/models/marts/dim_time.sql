{{ config(unique_key='time_id') }}

with dates as (

    select * from {{ ref('int_dates_spanned') }}

),

dim_time as (

    select
        time_id,
        date,
        extract(month from date)::integer as month,
        extract(quarter from date)::integer as quarter,
        extract(year from date)::integer as year,
        extract(day from date)::integer as day,
        extract(week from date)::integer as iso_week,
        extract(isodow from date)::integer as iso_weekday,
        to_char(date, 'FMMonth') as month_name,
        to_char(date, 'FMDay') as weekday_name
    from dates
    {% if changes_only() %}
        where not exists (select from {{ this }} as built where built.time_id = dates.time_id)
    {% endif %}

)

select * from dim_time
