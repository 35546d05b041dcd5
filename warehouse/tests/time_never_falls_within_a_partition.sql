-- Records whose broker time is before that of an earlier offset.
with recorded as (

    select
        application_id as record_id,
        topic,
        partition,
        record_offset,
        t_ms
    from {{ ref('stg_creditdb__credit_scores') }}
    union all
    select
        transaction_id::text as record_id,
        topic,
        partition,
        record_offset,
        t_ms
    from {{ ref('stg_creditdb__processed_transactions') }}

),

timed as (

    select
        record_id,
        t_ms,
        lag(t_ms) over (partition by topic, partition order by record_offset) as t_ms_before
    from recorded

)

select
    record_id,
    t_ms,
    t_ms_before
from timed
where t_ms < t_ms_before
