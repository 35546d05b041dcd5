{#
  The newest load whose decisions `decision_parity` holds: what came later is to be compared. 0 when every decision is:
  the first time, under `--full-refresh`, and when a version or an exception that parity has not seen yet reaches back to
  a decision that it has. (Publishing has a lead that rules this out; a document written past it does not go unseen.)
#}
{% macro parity_scope() %}
    {% set policies = source('mongodb', 'policies') %}
    {% set exceptions = source('mongodb', 'policy_exceptions') %}
    {% set decisions = source('creditdb', 'credit_scores') %}
    {% if not execute or flags.FULL_REFRESH %}{{ return(0) }}{% endif %}
    {% set parity = adapter.get_relation(target.database, 'quality', 'decision_parity') %}
    {% if parity is none %}{{ return(0) }}{% endif %}
    {% set query %}
        with compared as (select coalesce(max(load_id), 0) as load_id from {{ parity }}),

        unseen as (
            select min(effective_from_ms) as from_ms
            from (
                select effective_from_ms, load_id from {{ policies }}
                union all
                select effective_from_ms, load_id from {{ exceptions }}
            ) as catalogue
            where load_id > (select load_id from compared)
        )

        select
            case
                when unseen.from_ms is null then compared.load_id
                when exists (
                    select from {{ decisions }} as decided
                    where decided.load_id <= compared.load_id and decided.t_ms >= unseen.from_ms
                ) then 0
                else compared.load_id
            end
        from compared
        cross join unseen
    {% endset %}
    {{ return(run_query(query).columns[0].values()[0] | int) }}
{% endmacro %}


{#
  The events from which a version's decisions are computed: those of broker times in [from_ms, until_ms) that parity
  compares in this run, in scope, and before them those that their windows, `window_ms` long, can still see.
#}
{% macro policy_events(from_ms, until_ms, window_ms) %}
    {% set applications = ref('stg_creditdb__credit_scores') %}
    {% set scope = parity_scope() %}
    {% set columns = [
        'application_id', 'user_id', 'topic', 'partition', 'record_offset', 't_ms', 'credit_score', 'loan_amount',
        'device_id', 'applicant_age', 'applicant_region', 'score_model', 'consent_automated_decision',
        'consent_analytics', 'attributes'
    ] %}
    {% set in_force %}t_ms >= {{ from_ms }}{% if until_ms is not none %} and t_ms < {{ until_ms }}{% endif %}{% endset %}
    {% if window_ms == 0 %}
        select {{ columns | join(', ') }}, true as in_scope
        from {{ applications }}
        where {{ in_force }} and load_id > {{ scope }}
    {% elif scope == 0 %}
        select {{ columns | join(', ') }}, {{ in_force }} as in_scope
        from {{ applications }}
        where t_ms > {{ from_ms - window_ms }}{% if until_ms is not none %} and t_ms < {{ until_ms }}{% endif %}
    {% else %}
        select applications.{{ columns | join(', applications.') }}, {{ in_force }} and load_id > {{ scope }} as in_scope
        from {{ applications }} as applications
        inner join (
            select topic, partition, user_id, min(t_ms) as first_t_ms, max(t_ms) as last_t_ms
            from {{ applications }}
            where {{ in_force }} and load_id > {{ scope }}
            group by topic, partition, user_id
        ) as users
            on applications.user_id = users.user_id
            and applications.topic = users.topic
            and applications.partition = users.partition
            and applications.t_ms > users.first_t_ms - {{ window_ms }}
            and applications.t_ms <= users.last_t_ms
    {% endif %}
{% endmacro %}
