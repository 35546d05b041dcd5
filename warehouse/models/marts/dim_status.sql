{{ config(unique_key='status_code') }}

with statuses (status_code, explanation, sort_order) as (

    values
    ('Approved', 'The policy grants the loan at once.', 1),
    ('Under Review', 'The policy leaves the decision to a person.', 2),
    ('Rejected', 'The policy declines the loan; the reasons say why.', 3)

),

dim_status as (

    select
        status_code,
        explanation,
        sort_order
    from statuses
    {% if changes_only() %}
        except
        select
            status_code,
            explanation,
            sort_order
        from {{ this }}
    {% endif %}

)

select * from dim_status
