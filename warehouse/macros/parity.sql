{# What parity compares of each block of a policy: recorded events, what names one, where it is compared, and by what. #}
{% macro parity_of(block) %}
    {{ return({
        'applications': {
            'parity': 'decision_parity',
            'recorded': source('creditdb', 'credit_scores'),
            'catalogue': [source('mongodb', 'policies'), source('mongodb', 'policy_exceptions')],
        },
        'transactions': {
            'parity': 'transaction_parity',
            'recorded': source('creditdb', 'processed_transactions'),
            'catalogue': [source('mongodb', 'policies')],
        },
    }[block]) }}
{% endmacro %}


{#
  The newest load whose events the block's parity holds: what came later is to be compared. 0 when every one is: the first
  time, under `--full-refresh`, and when a version or an exception that parity has not seen yet reaches back to an event
  that it has. (Publishing has a lead that rules this out; a document written past it does not go unseen.)
#}
{% macro parity_scope(block) %}
    {% set compared = parity_of(block) %}
    {% if not execute or flags.FULL_REFRESH %}{{ return(0) }}{% endif %}
    {% set parity = adapter.get_relation(target.database, 'quality', compared.parity) %}
    {% if parity is none %}{{ return(0) }}{% endif %}
    {% set query %}
        with compared as (select coalesce(max(load_id), 0) as load_id from {{ parity }}),

        unseen as (
            select min(effective_from_ms) as from_ms
            from (
                {% for relation in compared.catalogue %}
                    select effective_from_ms, load_id from {{ relation }}
                    {% if not loop.last %}union all{% endif %}
                {% endfor %}
            ) as catalogue
            where load_id > (select load_id from compared)
        )

        select
            case
                when unseen.from_ms is null then compared.load_id
                when exists (
                    select from {{ compared.recorded }} as decided
                    where decided.load_id <= compared.load_id and decided.t_ms >= unseen.from_ms
                ) then 0
                else compared.load_id
            end
        from compared
        cross join unseen
    {% endset %}
    {{ return(run_query(query).columns[0].values()[0] | int) }}
{% endmacro %}


{# The recorded events of a block, and the columns that its compiled policies read. #}
{% macro policy_inputs(block) %}
    {% set place = ['user_id', 'topic', 'partition', 'record_offset', 't_ms'] %}
    {{ return({
        'applications': {
            'events': ref('stg_creditdb__credit_scores'),
            'columns': ['application_id'] + place + [
                'credit_score', 'loan_amount', 'device_id', 'applicant_age', 'applicant_region', 'score_model',
                'consent_automated_decision', 'consent_analytics', 'attributes'
            ],
        },
        'transactions': {
            'events': ref('stg_creditdb__processed_transactions'),
            'columns': ['transaction_id'] + place + [
                'amount', 'credit_score', 'merchant', 'location', 'card_type', 'device_id'
            ],
        },
    }[block]) }}
{% endmacro %}


{#
  The events from which a version's decisions are computed: those of broker times in [from_ms, until_ms) that parity
  compares in this run, in scope, and before them those that their windows, `window_ms` long, can still see.
#}
{% macro policy_events(block, from_ms, until_ms, window_ms) %}
    {% set inputs = policy_inputs(block) %}
    {% set events = inputs.events %}
    {% set columns = inputs.columns %}
    {% set scope = parity_scope(block) %}
    {% set in_force %}t_ms >= {{ from_ms }}{% if until_ms is not none %} and t_ms < {{ until_ms }}{% endif %}{% endset %}
    {% if window_ms == 0 %}
        select {{ columns | join(', ') }}, true as in_scope
        from {{ events }}
        where {{ in_force }} and load_id > {{ scope }}
    {% elif scope == 0 %}
        select {{ columns | join(', ') }}, {{ in_force }} as in_scope
        from {{ events }}
        where t_ms > {{ from_ms - window_ms }}{% if until_ms is not none %} and t_ms < {{ until_ms }}{% endif %}
    {% else %}
        select recorded.{{ columns | join(', recorded.') }}, {{ in_force }} and load_id > {{ scope }} as in_scope
        from {{ events }} as recorded
        inner join (
            select topic, partition, user_id, min(t_ms) as first_t_ms, max(t_ms) as last_t_ms
            from {{ events }}
            where {{ in_force }} and load_id > {{ scope }}
            group by topic, partition, user_id
        ) as users
            on recorded.user_id = users.user_id
            and recorded.topic = users.topic
            and recorded.partition = users.partition
            and recorded.t_ms > users.first_t_ms - {{ window_ms }}
            and recorded.t_ms <= users.last_t_ms
    {% endif %}
{% endmacro %}


{# The rows of all compiled models, one a policy version; none, of the same types, before there is a version. #}
{% macro union_of_versions(models, columns) %}
    {% for model in models %}
        select {{ columns | join(', ') }} from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {% else %}
        select {% for name, type in columns.items() %}null::{{ type }} as {{ name }}{{ '' if loop.last else ', ' }}{% endfor %}
        where false
    {% endfor %}
{% endmacro %}
