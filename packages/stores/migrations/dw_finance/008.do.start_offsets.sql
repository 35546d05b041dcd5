-- Where a partition's history begins, so that the warehouse can account for every offset up to the loaded one by itself.
alter table raw.load_offsets add column start_offset bigint;

comment on column raw.load_offsets.start_offset is 'The first offset that was there when the scorer first took the partition; null until the next load.';
