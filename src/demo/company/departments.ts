/*
 * Names of departments, as paths of two and three levels. No group has the name of a first level, so the
 * server has to create these departments as parents.
 */

const PLACES = ["HK", "Shenzhen", "Taipei", "上海", "Singapore"];
const FUNCTIONS: readonly (readonly [string, readonly string[]])[] = [
  ["Sales", ["Retail", "Wholesale", "Online"]],
  ["Finance", ["Treasury", "Payroll"]],
  ["客戶服務", ["熱線", "門市"]],
  ["Engineering", ["Platform", "质量", "Data"]],
  ["Operations", ["Logistics", "Stores"]],
];

/** `count` paths. After those of the lists above come numbered teams. */
export function departmentPaths(count: number): readonly string[] {
  const paths = PLACES.flatMap((place) =>
    FUNCTIONS.flatMap(([name, teams]) => [
      `${place}/${name}`,
      ...teams.map((team) => `${place}/${name}/${team}`),
    ]),
  );
  const more = Array.from(
    { length: Math.max(0, count - paths.length) },
    (_, index) => `${paths[index % paths.length]}/Team ${index + 1}`,
  );
  return [...paths, ...more].slice(0, count);
}
