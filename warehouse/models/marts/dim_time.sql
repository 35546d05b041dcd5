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
        extract(doy from date)::integer as day_of_year,
        extract(week from date)::integer as iso_week,
        extract(isodow from date)::integer as iso_weekday,
        date_trunc('week', date)::date as week_start,
        date_trunc('month', date)::date as month_start,
        (date_trunc('month', date) + interval '1 month - 1 day')::date as month_end,
        to_char(date, 'YYYY-MM') as year_month,
        to_char(date, 'YYYYMM')::integer as year_month_sort,
        to_char(date, '"Q"Q') as quarter_name,
        to_char(date, 'YYYY-"Q"Q') as year_quarter,
        to_char(date, 'FMMonth') as month_name,
        to_char(date, 'Mon') as month_short,
        to_char(date, 'FMDay') as weekday_name,
        to_char(date, 'Dy') as weekday_short,
        extract(isodow from date) > 5 as is_weekend,
        extract(day from date + 1) = 1 as is_month_end
    from dates
    {% if changes_only() %}
        where not exists (select from {{ this }} as built where built.time_id = dates.time_id)
    {% endif %}

)

select * from dim_time
