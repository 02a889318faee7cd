-- For how many people a value was set in the place of another: counted as runs begin, so that no two processes take the same last place. An upper bound for
-- any hour: `n` since `since`, an hour at most, and `before` in the hour before that. The exact figure is that of guard_acts.
create table guard_values (
  target text not null,
  key text not null,
  n bigint not null,
  before bigint not null default 0,
  since timestamptz(3) not null default now(),
  primary key (target, key)
);
