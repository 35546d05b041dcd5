-- One row for each run of offsets without an outcome, offset with two, and outcome outside what is loaded. Partitions
-- whose first offset no load has told yet are left out.
with outcomes as (

    select * from {{ ref('int_outcomes_unioned') }}

),

bounds as (

    select
        *,
        -- To sort by: a million names of a topic take several times as long.
        row_number() over () as bounds_id
    from {{ ref('stg_loader__load_offsets') }}
    where start_offset is not null and (source_table, topic) in (
        {% for scored in scored_topics() %}('{{ scored.table }}', '{{ scored.topic }}'){{ ', ' if not loop.last }}{% endfor %}
    )

),

-- A mark before the first offset and one at the end, so that a gap at either end is one between two rows.
marked as (

    select
        bounds.bounds_id,
        outcomes.record_offset,
        outcomes.outcome
    from outcomes
    inner join bounds
        on outcomes.loaded_from = bounds.source_table
        and outcomes.topic = bounds.topic
        and outcomes.partition = bounds.partition
    union all
    select
        bounds_id,
        unnest(array[start_offset - 1, loaded_offset]) as record_offset,
        null as outcome
    from bounds

),

ordered as (

    select
        *,
        lead(record_offset) over place as next_offset,
        lead(outcome) over place as next_outcome
    from marked
    window place as (partition by bounds_id order by record_offset)

),

judged as (

    select
        bounds.topic,
        bounds.partition,
        ordered.record_offset,
        case
            when outcome is not null and (record_offset < start_offset or record_offset >= loaded_offset)
                then 'lies outside what is loaded'
            when next_offset = record_offset and next_outcome is not null then 'is both ' || outcome || ' and ' || next_outcome
            when next_offset > record_offset + 1 then (next_offset - record_offset - 1) || ' offsets from here on have no outcome'
        end as reason,
        next_offset > record_offset + 1 as is_gap
    from ordered
    inner join bounds on ordered.bounds_id = bounds.bounds_id

)

select
    topic || '/' || partition || '/' || record_offset + is_gap::integer as record_id,
    reason
from judged
where reason is not null
