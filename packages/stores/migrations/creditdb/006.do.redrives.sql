-- What a dead letter tells of a bad record besides its bytes, kept where it is projected from.
alter table failed_records
  add column record_headers bytea not null default '[]',
  add column attempt smallint not null default 1 check (attempt > 0),
  add column first_t_ms bigint check (first_t_ms <= t_ms),
  add column scorer_version text;

comment on column failed_records.record_headers is 'JSON list of [name, value in base64], in UTF-8; as bytes because a name may hold U+0000.';
comment on column failed_records.attempt is 'Which time this is that the record failed; more than 1 where it was put back.';
comment on column failed_records.first_t_ms is 'The broker''s time at which the record failed first, t_ms unless it was put back; null before it was recorded.';
comment on column failed_records.scorer_version is 'The scorer that found it bad; null before it was recorded.';

-- One row for each dead letter that was put back. It is written before the record is sent, so that what a command which
-- died had sent is looked for on the topic from from_offset on, and not sent twice.
create table redrives (
  dead_letter_id text primary key,
  attempt smallint not null,
  first_failed_at timestamptz not null,
  topic text not null,
  partition integer not null,
  from_offset bigint not null,
  record_offset bigint,
  mended boolean not null,
  claimed_at timestamptz not null default now(),
  put_back_at timestamptz,
  check ((record_offset is null) = (put_back_at is null))
);

create index redrives_by_place on redrives (topic, partition, record_offset);

comment on table redrives is 'One row for each dead letter that was put back on its topic: where, and when its record first failed.';
comment on column redrives.attempt is 'The attempt that the record was put back as.';
comment on column redrives.from_offset is 'The partition''s end before the record was sent: it lies there or behind.';
comment on column redrives.record_offset is 'Where the record was put back; null until the broker has acknowledged it.';
comment on column redrives.mended is 'Whether key or value were edited before.';
