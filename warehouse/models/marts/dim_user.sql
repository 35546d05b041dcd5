{{ config(
    unique_key='user_id',
    indexes=[{'columns': ['load_id']}],
    post_hook="{{ prune(this, 'user_id', ref('int_user_events_unioned')) }}"
) }}

with events as (

    {{ events_of_changed_users(ref('int_user_events_unioned')) }}

),

dim_user as (

    select
        user_id,
        {% for attribute in ['name', 'age', 'gender', 'region', 'credit_score'] %}
            (array_agg({{ attribute }} order by {{ event_order('desc') }}) filter (where {{ attribute }} is not null))[1] as {{ attribute }},
        {% endfor %}
        min(received_at) as first_seen_at,
        max(received_at) as last_seen_at,
        min(received_at) filter (where is_application) as first_applied_at,
        max(received_at) filter (where is_application) as last_applied_at,
        count(*) filter (where is_application) as applications,
        max(load_id) as load_id
    from events
    group by user_id

)

select * from dim_user
