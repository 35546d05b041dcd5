with issues as (

    select * from {{ ref('stg_creditdb__data_quality_issues') }}

),

int_outcomes_unioned as (

    {% for scored in scored_topics() %}
        select
            topic,
            partition,
            record_offset,
            'scored' as outcome,
            '{{ scored.table }}' as loaded_from
        from {{ ref(scored.staged) }}
        union all
        select
            topic,
            partition,
            record_offset,
            case when check_type like 'duplicate\_%' then 'duplicate' else 'failed' end as outcome,
            '{{ scored.table }}' as loaded_from
        from issues
        where topic = '{{ scored.topic }}'
        group by 1, 2, 3, 4
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from int_outcomes_unioned
