/** A person as a directory such as Entra holds them. People are told apart by `externalId`, the directory's own object id. */
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
  /** The plain text attribute of that name, which decides nothing in DingTalk. */
  readonly department: string;
  /** `externalId` of a person who may have been deleted since. */
  readonly managerId?: string;
}

export interface Team {
  readonly externalId: string;
  /** A path, such as `HK/Sales/Retail`. */
  readonly displayName: string;
  readonly members: readonly string[];
}

/** Everything that is in scope of provisioning at one time. */
export interface Company {
  readonly people: readonly Person[];
  readonly teams: readonly Team[];
}

export interface CompanySize {
  readonly users: number;
  readonly departments: number;
  /** The same seed is the same company; user names and addresses of two seeds are never the same. */
  readonly seed: number;
}

/** The manager, unless they were deleted: a directory drops such a reference without telling anybody. */
export function managerIn(company: Company, person: Person): string | undefined {
  return company.people.some(({ externalId }) => externalId === person.managerId) ? person.managerId : undefined;
}

export const teamsOf = (company: Company, externalId: string): readonly Team[] =>
  company.teams.filter((team) => team.members.includes(externalId));
