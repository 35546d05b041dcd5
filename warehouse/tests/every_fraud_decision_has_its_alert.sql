{{ config(severity='warn') }}

-- Applications that the stream found fraudulent and whose alert is not in MongoDB. A late alert mends it; a lost one stays.
with applications as (

    select * from {{ ref('stg_creditdb__credit_scores') }}

),

facts as (

    select * from {{ ref('fact_loan_application') }}

)

select facts.application_id
from facts
inner join applications on facts.application_id = applications.application_id
where applications.is_fraud_decided and not facts.is_fraud
