-- When the whole log was read and compared last, and what was found wrong. `check_began_at`: who has taken this day's turn.
alter table history_log add column checked_at timestamptz(3), add column check_began_at timestamptz(3), add column fault text;
