-- How many active people a source had last night, and when it last changed somebody: by that a source is known that lost most of its people.
create table source_figures (
  target text not null,
  source_id uuid not null,
  active bigint not null,
  spoke_at timestamptz(3),
  counted_at timestamptz(3) not null default now(),
  -- As counted lately: a count serves everybody for a while.
  active_now bigint,
  only_removals boolean not null default false,
  looked_at timestamptz(3),
  primary key (target, source_id)
);
