-- Who has this person as manager at the target. Without `target`: with it the index could serve a look-up of one link by its key, and where the plan was
-- made while the table was small it looked as cheap as the primary key (measured in a first load: every look-up of a link read all of them).
drop index links_manager;
create index links_manager on links ((attributes->>'manager')) where kind = 'user';
