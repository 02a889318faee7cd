-- The checkpoint of the history is a message too. What was allowed before still is.
alter table incident_deliveries drop constraint incident_deliveries_message_check,
  add constraint incident_deliveries_message_check check (message in ('opened', 'reminder', 'closed', 'test', 'checkpoint'));
