-- Recorded card transactions without a row of parity, and rows of parity without a transaction.
with transactions as (

    select * from {{ ref('stg_creditdb__processed_transactions') }}

),

parity as (

    select * from {{ ref('transaction_parity') }}

)

select
    transactions.transaction_id as recorded,
    parity.transaction_id as compared
from transactions
full join parity on transactions.transaction_id = parity.transaction_id
where transactions.transaction_id is null or parity.transaction_id is null
