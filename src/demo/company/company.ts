/**
 * A person in a source directory such as Entra. `externalId`, the object id of that directory, identifies the
 * person.
 */
export interface Person {
  readonly externalId: string;
  readonly userName: string;
  readonly active: boolean;
  readonly displayName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly title: string;
  readonly employeeNumber: string;
  readonly email: string;
  readonly mobile: string;
  readonly workPhone?: string;
  /** The SCIM text attribute `department`. It has no effect in DingTalk. */
  readonly department: string;
  /** `externalId` of the manager, who may have been deleted in the meantime. */
  readonly managerId?: string;
}

export interface Team {
  readonly externalId: string;
  /** A path, such as `HK/Sales/Retail`. */
  readonly displayName: string;
  readonly members: readonly string[];
}

/** All people and teams in the scope of provisioning at one time. */
export interface Company {
  readonly people: readonly Person[];
  readonly teams: readonly Team[];
}

export interface CompanySize {
  readonly users: number;
  readonly departments: number;
  /**
   * The same seed gives the same company. Companies of different seeds have no user name or address in
   * common.
   */
  readonly seed: number;
}

/**
 * `externalId` of the manager. Undefined if the manager was deleted: a source directory drops such a
 * reference and sends nothing.
 */
export function managerIn(company: Company, person: Person): string | undefined {
  return company.people.some(({ externalId }) => externalId === person.managerId)
    ? person.managerId
    : undefined;
}

export const teamsOf = (company: Company, externalId: string): readonly Team[] =>
  company.teams.filter((team) => team.members.includes(externalId));
