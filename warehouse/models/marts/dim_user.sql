{{ config(unique_key='user_id', indexes=[{'columns': ['load_id']}]) }}

with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

-- All of a changed user's applications: what the newest one leaves out, an older one may have said.
of_changed_users as (

    select *
    from applications
    {% if changes_only() %}
        where user_id in (select newer.user_id from applications as newer where newer.load_id > {{ last_load_id() }})
    {% endif %}

),

dim_user as (

    select
        user_id,
        {% for attribute in ['name', 'age', 'gender', 'region'] %}
            (
                array_agg(applicant_{{ attribute }} order by received_at desc, record_offset desc, partition)
                filter (where applicant_{{ attribute }} is not null)
            )[1] as {{ attribute }},
        {% endfor %}
        min(received_at) as first_applied_at,
        max(received_at) as last_applied_at,
        count(*) as applications,
        max(load_id) as load_id
    from of_changed_users
    group by user_id

)

select * from dim_user
