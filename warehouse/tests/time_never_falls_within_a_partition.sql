-- Records whose broker time is before that of an earlier offset.
with timed as (

    select
        application_id,
        t_ms,
        lag(t_ms) over (partition by topic, partition order by record_offset) as t_ms_before
    from {{ ref('stg_creditdb__credit_scores') }}

)

select
    application_id,
    t_ms,
    t_ms_before
from timed
where t_ms < t_ms_before
