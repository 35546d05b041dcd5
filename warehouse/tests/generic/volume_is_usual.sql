{#
  The rows of yesterday, the newest complete day, set against the mean of the days before it that had any. Fails by how
  many hundredths of a fold they differ, in either direction: 200 is twice or half as many. Silent with fewer than
  `days_min` such days among the `days` before. `day_column` holds dates, or moments that become dates in the reporting
  time zone.
#}
{% test volume_is_usual(model, day_column, days=28, days_min=7) %}
{{ config(fail_calc='coalesce(max(fold_hundredths), 0)', warn_if='>= 200', error_if='>= 1000') }}

with daily as (

    select
        {{ reporting_date(day_column) }} as day,
        count(*) as rows
    from {{ model }}
    where {{ day_column }} >= {{ reporting_day_start(days + 1) }} and {{ day_column }} < {{ reporting_day_start(0) }}
    group by 1

),

compared as (

    select
        max(rows) filter (where day = {{ reporting_date('now()') }} - 1) as rows_newest,
        avg(rows) filter (where day < {{ reporting_date('now()') }} - 1) as rows_usual,
        count(*) filter (where day < {{ reporting_date('now()') }} - 1) as days_usual
    from daily

)

select
    {{ reporting_date('now()') }} - 1 as record_id,
    coalesce(rows_newest, 0) as rows_newest,
    round(rows_usual) as rows_usual,
    round(100 * greatest(rows_usual / greatest(rows_newest, 1), rows_newest / rows_usual))::integer as fold_hundredths
from compared
where days_usual >= {{ days_min }}
{% endtest %}
