{{ config(severity='warn') }}

-- Card transactions that the stream flagged and whose alert is not in MongoDB. A late alert mends it; a lost one stays.
select transaction_id
from {{ ref('fact_transaction') }}
where flagged and alerted_at is null
