-- How far each partition is decided and projected, and who may write: a commit must name the epoch it took the partition under.
create table stream_offsets (
  topic text not null,
  partition integer not null,
  topic_id text not null,
  epoch bigint not null,
  start_offset bigint not null,
  next_offset bigint not null,
  projected_offset bigint not null,
  max_t_ms bigint not null,
  updated_at timestamptz not null default now(),
  primary key (topic, partition),
  check (start_offset <= projected_offset and projected_offset <= next_offset)
);

comment on column stream_offsets.epoch is 'Raised by each process that takes the partition; an older holder can no longer commit.';
comment on column stream_offsets.start_offset is 'The first offset that was there when the partition was first taken.';
comment on column stream_offsets.next_offset is 'Every offset below it is exactly one of scored, duplicate, failed.';
comment on column stream_offsets.projected_offset is 'Everything below it has reached MongoDB and the output topics.';
