-- The fence of each commit. A function, so that a commit is one message of several statements with nothing to wait for in
-- between: the statements after one that raises are not run (PostgreSQL manual, 54.2.2.1).
create function advance_stream_offset(
  held_topic text, held_partition integer, held_epoch bigint, from_offset bigint, to_offset bigint, to_t_ms bigint
) returns void language plpgsql as $$
begin
  update stream_offsets
  set next_offset = to_offset, max_t_ms = to_t_ms, updated_at = now()
  where topic = held_topic and partition = held_partition and epoch = held_epoch and next_offset = from_offset;
  if not found then
    raise exception 'epoch % no longer holds %/% at offset %', held_epoch, held_topic, held_partition, from_offset
      using errcode = 'SLF01';
  end if;
end
$$;

comment on function advance_stream_offset is 'Moves a partition on, or raises SLF01 when another process took it or it stands elsewhere.';
