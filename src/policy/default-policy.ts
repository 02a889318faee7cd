/** The policy without a file, in the form of a file. */
export const DEFAULT_POLICY = `# What the loop may do on its own, see docs/policy.md.
version: 1

limits:
  peopleRemoved: { atLeast: 5, percent: 2 }        # in 24 hours, of those present when they began
  departmentsRemoved: { atLeast: 3, percent: 2 }   # the same
  departmentEmptied: { people: 10, percent: 50 }   # in one hour, by leaving or moving
  attributeBlanked: { people: 20, percent: 20 }    # in one hour, one attribute
  sourceCollapsed: { people: 20, percent: 50, silentHours: 72 }   # since last night, one source

grace: { regular: 0, enterprise: 0 }               # leavers are removed, or switched off, at once

adopt:
  people: { 1: propose, 2: propose, 3: propose, 4: propose, 5: propose, 6: propose }
  departments: { 1: propose, 2: propose }
`;
