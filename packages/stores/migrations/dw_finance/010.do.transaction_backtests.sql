create table raw.backtest_transaction_cells (
  backtest_id uuid not null references raw.backtests,
  cell_number integer not null,
  month date not null,
  card_type text not null,
  is_fraud boolean,
  flagged_before boolean not null,
  flagged_after boolean not null,
  transactions bigint not null,
  amount numeric not null,
  load_id bigint not null,
  primary key (backtest_id, cell_number)
);

comment on table raw.backtest_transaction_cells is 'A backtest''s card transactions, counted by what both sides say of them and the sender''s label: every figure on flags is a sum over it.';
comment on column raw.backtest_transaction_cells.month is 'The first day of the month of the broker''s time, in UTC.';
comment on column raw.backtest_transaction_cells.is_fraud is 'The sender''s label; null where there is none.';

create table raw.backtest_transaction_rules (
  backtest_id uuid not null references raw.backtests,
  rule_number integer not null,
  rule text not null,
  transactions bigint not null,
  amount numeric not null,
  fraud bigint not null,
  legitimate bigint not null,
  alone bigint not null,
  alone_fraud bigint not null,
  load_id bigint not null,
  primary key (backtest_id, rule_number)
);

comment on table raw.backtest_transaction_rules is 'One row a rule of a backtest''s candidate on card transactions, in the policy''s order; one that flags nothing has its row.';
comment on column raw.backtest_transaction_rules.fraud is 'Of those that the rule flags: labelled fraud by the sender.';
comment on column raw.backtest_transaction_rules.alone is 'Of those that the rule flags: flagged by no other rule.';
