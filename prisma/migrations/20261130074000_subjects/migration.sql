-- Whose values must stay, whatever else would remove them: a dispute, an investigation.
create table legal_holds (
  subject uuid primary key,
  reason text not null,
  -- As events name actors, at the command line with the user of the operating system.
  held_by text not null,
  held_at timestamptz(3) not null
);
