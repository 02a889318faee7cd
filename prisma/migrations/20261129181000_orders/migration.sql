-- What operators ordered at run time. It holds for every process, and over restarts: that nothing is sent, and a mode below the one of the settings.
alter table target_states add column halted_at timestamptz(3);
alter table target_states add column halted_by text;
alter table target_states add column halt_reason text;
alter table target_states add column ordered_mode text check (ordered_mode in ('observe', 'upsert', 'sync'));
