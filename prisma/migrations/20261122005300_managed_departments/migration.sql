-- Whether any department has its managers from the directory: asked at the end of every run of a person.
create index departments_managed on departments (target) where managed;

-- Written seldom and read at the end of many runs: what is written is found at once, without a walk through what waits to be sorted in.
alter index placements_managers set (fastupdate = off);
alter index person_departments_managers set (fastupdate = off);
