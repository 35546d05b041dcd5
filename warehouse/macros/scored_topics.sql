{#
  The topics whose records end as rows: the table that holds those scored, the model that stages it, the fact that is
  built from it and the amount that both carry. Reconciliation goes over this list; a new scored topic is one line here.
#}
{% macro scored_topics() %}
    {{ return([
        {
            'topic': 'credit_applications', 'table': 'credit_scores', 'staged': 'stg_creditdb__credit_scores',
            'fact': 'fact_loan_application', 'amount': 'loan_amount'
        },
        {
            'topic': 'transactions', 'table': 'processed_transactions', 'staged': 'stg_creditdb__processed_transactions',
            'fact': 'fact_transaction', 'amount': 'amount'
        }
    ]) }}
{% endmacro %}
