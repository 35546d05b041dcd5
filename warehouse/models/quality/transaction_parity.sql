{{ config(
    unique_key='transaction_id',
    indexes=[{'columns': ['load_id']}],
    pre_hook="set local work_mem = '256MB'",
    post_hook="{{ prune(this, 'transaction_id', ref('stg_creditdb__processed_transactions')) }}"
) }}

{% set columns = [
    'transaction_id', 'policy_version', 'policy_version_in_force', 'mismatches', 'recorded', 'recomputed', 'load_id'
] %}

with compared as (

    select * from {{ ref('int_findings_compared') }}

),

-- A row that is compared again with the same result stays as it is: a million rows are not written to say so.
transaction_parity as (

    select {{ columns | join(', ') }}
    from compared
    {% if is_incremental() and flags.FULL_REFRESH %}
        where not exists (
            select from {{ this }} as held
            where true
                {% for column in columns %}
                    and held.{{ column }} {{ '=' if column == 'transaction_id' else 'is not distinct from' }} compared.{{ column }}
                {% endfor %}
        )
    {% endif %}

)

select * from transaction_parity
