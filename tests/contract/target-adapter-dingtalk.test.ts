import { openOrganisation } from "../integration/targets/organisation.ts";
import { type ContractFault, targetAdapterContract } from "./target-adapter.ts";

const FAULTS: Readonly<Record<ContractFault, string>> = {
  throttled: "rate_limit",
  unavailable: "busy",
  dropped: "timeout_before",
  lost: "timeout_after_commit",
};

const PATHS = { create: "create", update: "update", remove: "delete", list: "list" } as const;

const open = (switches: object) => async () => {
  const organisation = await openOrganisation(switches);
  return {
    target: organisation.target,
    person: (n: number) => ({
      name: `陳大文 ${n}`,
      mobile: `+852-9${String(1_000_000 + n)}`,
      title: "Clerk",
      job_number: `HK${n}`,
    }),
    spellings: [
      { kind: "user", attribute: "mobile", given: "(852) 6123 4567", kept: "+852-61234567" },
      { kind: "user", attribute: "mobile", given: "+86 138 0013 8000", kept: "+86-13800138000" },
      { kind: "user", attribute: "title", given: "  Senior\u200b Accountant ", kept: "Senior Accountant" },
      {
        kind: "department",
        attribute: "name",
        given: "Asia-Pacific, 亚太，all",
        kept: "Asia\u2010Pacific\u201a 亚太\ufe50all",
      },
    ] as const,
    break: async (kind: string, action: keyof typeof PATHS, fault: ContractFault) => {
      await organisation.control("faults", {
        match: `/topapi/v2/${kind}/${PATHS[action]}`,
        fault: FAULTS[fault],
      });
    },
    close: organisation.close,
  };
};

targetAdapterContract("DingTalk", open({}));
targetAdapterContract(
  "DingTalk with other answers",
  open({
    unknownUser: 33012,
    duplicateDepartment: 60008,
    childDepartments: "refuse",
    listsubSourceIdentifier: true,
  }),
);
