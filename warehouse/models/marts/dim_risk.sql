{{ config(unique_key='risk_level') }}

with levels (risk_level, description, sort_order) as (

    values
    ('Low', 'Likely to repay: the policy asks for nothing more on account of the score.', 1),
    ('Medium', 'May repay: the policy looks at the amount and the rest of the application.', 2),
    ('High', 'Unlikely to repay: the policy declines on the score alone.', 3)

),

dim_risk as (

    select
        risk_level,
        description,
        sort_order
    from levels
    {% if changes_only() %}
        except
        select
            risk_level,
            description,
            sort_order
        from {{ this }}
    {% endif %}

)

select * from dim_risk
