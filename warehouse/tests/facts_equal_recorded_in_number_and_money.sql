-- One row for each partition whose recorded rows and facts differ in number or in their sum of money.
{% for scored in scored_topics() %}
    select
        coalesce(recorded.topic, built.topic) || '/' || coalesce(recorded.partition, built.partition) as record_id,
        recorded.rows as rows_recorded,
        built.rows as rows_built,
        recorded.amount as amount_recorded,
        built.amount as amount_built
    from (
        select topic, partition, count(*) as rows, sum({{ scored.amount }}) as amount
        from {{ ref(scored.staged) }}
        group by topic, partition
    ) as recorded
    full join (
        select topic, partition, count(*) as rows, sum({{ scored.amount }}) as amount
        from {{ ref(scored.fact) }}
        group by topic, partition
    ) as built
        on recorded.topic = built.topic and recorded.partition = built.partition
    where (recorded.rows, recorded.amount) is distinct from (built.rows, built.amount)
    {{ 'union all' if not loop.last }}
{% endfor %}
