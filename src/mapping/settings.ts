import { parsePath } from "./departments/department-path.ts";
import type { MappingFile } from "./file/file.ts";
import type { MappingSettings } from "./mapping.ts";

/** The settings of a file that other rooms ask for. */
export function settingsOf({
  region,
  organisation,
  zone,
  roleGroup,
  enterpriseAccounts,
  departments,
  inactive,
}: MappingFile): MappingSettings {
  const path = (text: string | undefined): readonly string[] | undefined =>
    text === undefined ? undefined : parsePath(text, departments.separator);
  const parkIn = path(inactive.parkIn);
  const defaultDepartment = path(departments.default);
  const externalDefault = path(departments.externalDefault);
  return {
    region,
    registeredIn: organisation?.region ?? region,
    zone,
    roleGroup,
    enterpriseAccounts,
    from: departments.from,
    structure: departments.structure,
    separator: departments.separator,
    inactive: inactive.regular,
    ...(parkIn ? { parkIn } : {}),
    ...(defaultDepartment ? { defaultDepartment } : {}),
    ...(externalDefault ? { externalDefault } : {}),
  };
}
