-- What is written here stays as it was written: a correction is another row.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end
$$;

-- One row ends one decision that was Under Review.
create table reviews (
  application_id text primary key references credit_scores,
  status text not null check (status in ('Approved', 'Rejected')),
  reviewed_by text not null check (reviewed_by <> ''),
  reason text not null check (reason <> ''),
  reviewed_at timestamptz not null default now(),
  change_id bigint not null unique
);

comment on table reviews is 'One row an application whose decision was Under Review: how a person ended it. Append-only.';
comment on column reviews.change_id is 'Rises in the order of commits: who has read up to one has missed none below it.';

create sequence reviews_change_id owned by reviews.change_id;

-- A sequence alone numbers in the order of inserts, and a lower number may commit after a higher one was read (PostgreSQL
-- manual, 9.17). The lock is held until the transaction ends, so the next number is drawn after this one is visible.
create function number_review() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock('reviews'::regclass::oid::bigint);
  new.change_id := nextval('reviews_change_id');
  return new;
end
$$;

create trigger number_review before insert on reviews for each row execute function number_review();
create trigger refuse_change before update or delete or truncate on reviews
for each statement execute function refuse_change();

-- Who did what to policies, exceptions and decisions, and when.
create table audit_log (
  audit_id bigint generated always as identity primary key,
  happened_at timestamptz not null default now(),
  actor text not null check (actor <> ''),
  action text not null,
  subject text not null,
  details jsonb not null default '{}'
);

create index audit_log_by_subject on audit_log (subject);

comment on table audit_log is 'One row an act of a person on a policy, an exception or a decision. Append-only.';
comment on column audit_log.action is 'policy.publish, policy.void, exception.grant, exception.revoke, exception.void, review.';
comment on column audit_log.subject is 'The version, the exception or the application that it was done to.';

create trigger refuse_change before update or delete or truncate on audit_log
for each statement execute function refuse_change();
