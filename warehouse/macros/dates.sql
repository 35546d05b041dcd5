{# The date of a moment in the reporting time zone. #}
{% macro reporting_date(moment) -%}
    ({{ moment }} at time zone '{{ var("reporting_time_zone") }}')::date
{%- endmacro %}


{# A date as `time_id`: yyyymmdd. #}
{% macro time_id(date) -%}
    (extract(year from {{ date }}) * 10000 + extract(month from {{ date }}) * 100 + extract(day from {{ date }}))::integer
{%- endmacro %}


{# The moment at which the day `days_ago` before today begins in the reporting time zone. #}
{% macro reporting_day_start(days_ago) -%}
    (date_trunc('day', now() at time zone '{{ var("reporting_time_zone") }}') - interval '{{ days_ago }} days')
    at time zone '{{ var("reporting_time_zone") }}'
{%- endmacro %}
