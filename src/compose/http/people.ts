import { departmentsEndpoint } from "../../api/departments.ts";
import { groupsEndpoint } from "../../api/groups.ts";
import { joinsEndpoint } from "../../api/joins.ts";
import { mappingEndpoint } from "../../api/mapping/mapping.ts";
import { peopleEndpoint } from "../../api/people.ts";
import type { Mount } from "../../http/mount.ts";
import { previewPerson } from "../../reconcile/compare/preview.ts";
import { scimMount } from "../../scim/router.ts";
import { createScheduleReader } from "../../store/people/due.ts";
import { createJoinOperations } from "../../store/people/operations.ts";
import { createDepartmentList } from "../../store/status/departments.ts";
import { TARGET } from "../../targets/target-name.ts";
import type { ServerContext } from "../components.ts";
import { openDirectory } from "../directory.ts";
import { keptComponents } from "../kept-components.ts";
import { loadMapping } from "../load-rules.ts";
import { mappingInspection } from "../mapping-inspection.ts";
import { personDeps } from "../person-deps.ts";
import { organisationSettings } from "../sandbox.ts";
import type { Readers } from "./readers.ts";

/** People and groups: SCIM for clients, and the mapping's results for operators. */
export function peopleMounts(app: ServerContext, { past, operations }: Readers): readonly Mount[] {
  const { config, pool, vault, clock, logger } = app;
  const persons = personDeps(loadMapping(config, TARGET), vault);
  const joins = createJoinOperations(pool, persons);
  const looks = keptComponents(app, () => organisationSettings(config));
  return [
    scimMount({
      ...openDirectory(app, persons),
      logger,
      publicUrl: config.publicUrl,
      allowRemoveAllMembers: config.allowRemoveAllMembers,
    }),
    groupsEndpoint(past),
    joinsEndpoint({ joins, clock }),
    peopleEndpoint({
      ...past,
      operations,
      joins,
      schedule: createScheduleReader(pool),
      preview: async (id) => previewPerson({ ...app, ...looks() }, id),
      explain: (user) => looks().mapping.explain({ user, groups: [] }),
    }),
    mappingEndpoint({
      inspection: mappingInspection(app, looks, { ...operations, history: past.log }),
      reads: past.reads,
    }),
    departmentsEndpoint(createDepartmentList(pool, TARGET)),
  ];
}
