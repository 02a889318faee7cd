-- What was remembered of an object that is to be looked at again: a read does not show all of it.
alter table links add column unshown json;
