-- The figures of one hour, made from the history (docs/kpis.md). An hour that is final is not made again.
create table kpi_hours (
  target text not null,
  hour timestamptz(3) not null,
  figures json not null,
  final boolean not null,
  made_at timestamptz(3) not null,
  primary key (target, hour)
);
