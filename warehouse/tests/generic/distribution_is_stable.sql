{#
  The population stability index of a column on the newest day against the `days` before it, in thousandths: the sum over
  bins of (p - q) * ln(p / q). Below 100 is taken for stable, from 250 on for shifted. Numbers are binned by the deciles of
  the days before; with `is_category` each value is a bin. Silent unless both sides have `rows_min` rows: the index of two
  samples of n rows and k bins is some 2 (k - 1) / n by chance alone.
#}
{% test distribution_is_stable(model, column_name, day_column, is_category=false, days=28, rows_min=1000) %}
{{ config(fail_calc='coalesce(max(psi_thousandths), 0)', warn_if='>= 100', error_if='>= 250') }}

with newest as (

    select date_trunc('day', max({{ day_column }}) at time zone '{{ var("reporting_time_zone") }}')
        at time zone '{{ var("reporting_time_zone") }}' as starts_at
    from {{ model }}

),

sampled as (

    select
        {{ column_name }} as value,
        {{ day_column }} >= newest.starts_at as is_newest
    from {{ model }}
    cross join newest
    where {{ day_column }} >= newest.starts_at - interval '{{ days }} days' and {{ column_name }} is not null

),

{% if is_category %}
    binned as (select value::text as bin, is_newest from sampled),
{% else %}
    -- Equal deciles, of a value that many rows share, are one bound.
    deciles as (

        select array_agg(distinct decile order by decile) as bounds
        from (
            select unnest(percentile_disc(array[.1, .2, .3, .4, .5, .6, .7, .8, .9]) within group (order by value)) as decile
            from sampled
            where not is_newest
        ) as each

    ),

    binned as (select width_bucket(value, bounds)::text as bin, is_newest from sampled cross join deciles),
{% endif %}

counted as (

    select
        bin,
        count(*) filter (where is_newest) as rows_newest,
        count(*) filter (where not is_newest) as rows_before
    from binned
    group by bin

),

shares as (

    select
        bin,
        -- A bin that one side lacks has no logarithm: it counts as a ten-thousandth.
        greatest(rows_newest / nullif(sum(rows_newest) over (), 0), 0.0001) as newest,
        greatest(rows_before / nullif(sum(rows_before) over (), 0), 0.0001) as before
    from counted
    where (select least(sum(rows_newest), sum(rows_before)) from counted) >= {{ rows_min }}

)

select
    '{{ column_name }}' as record_id,
    round(1000 * sum((newest - before) * ln(newest / before)))::integer as psi_thousandths
from shares
having count(*) > 0
{% endtest %}
