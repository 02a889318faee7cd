import { escapedHtml, pageInLanguages } from "../../core/text/html.ts";
import type { Assessment, Finding, Listed, Share } from "../../reconcile/assess/report.ts";
import { LANGUAGES, type Language, TEXTS, type Text } from "./assessment-texts.ts";

/** The report as one page for e-mail: no script, nothing to load, all three languages one below the other. */
export const assessmentPage = (report: Assessment): string =>
  pageInLanguages(
    TEXTS.title.en,
    LANGUAGES.map((language) => ({ ...language, section: partOf(report, language) })),
    "summary{cursor:pointer}.figure{font-size:1.4rem;font-weight:600}",
  );

function partOf(report: Assessment, { lang, key }: Language): string {
  const say = (text: Text): string => escapedHtml(text[key]);
  const { people, departments, figures } = report;
  const tiers = ["1", "2", "3", "4", "5", "6"].filter(
    (tier) => people.tiers[tier] !== undefined || departments.tiers[tier] !== undefined,
  );
  const row = (text: string, ...cells: readonly (number | string)[]): string =>
    `<tr><th scope="row">${text}</th>${cells.map((cell) => `<td>${escapedHtml(String(cell))}</td>`).join("")}</tr>`;
  const figure = (name: Text, meaning: Text, share: Share): string =>
    `<p><span class="figure">${say(name)}: ${Math.round(share.share * 100)} %</span> (${share.count} / ${share.of})<br>${say(meaning)}</p>`;
  const shown = (lists: readonly List[]): string =>
    lists.map(([text, finding]) => listOf(say(text), finding)).join("\n");
  return `<section id="${lang}" lang="${lang}">
<h1>${say(TEXTS.title)}</h1>
<p>${escapedHtml(report.at)} · ${say(report.findings === 0 ? TEXTS.nothing : TEXTS.findings)}: ${report.findings}</p>
${figure(TEXTS.matchable, TEXTS.matchableMeans, figures.matchable)}
${figure(TEXTS.complete, TEXTS.completeMeans, figures.complete)}
<h2>${say(TEXTS.sides)}</h2>
<table><thead><tr><th></th><th scope="col">${say(TEXTS.people)}</th><th scope="col">${say(TEXTS.departments)}</th></tr></thead><tbody>
${row(say(TEXTS.directory), people.directory, departments.directory)}
${row(say(TEXTS.dingtalk), people.target, departments.target)}
${row(say(TEXTS.linked), people.linked, departments.linked)}
${tiers.map((tier) => row(`${say(TEXTS.tier)} ${tier}`, people.tiers[tier] ?? 0, departments.tiers[tier] ?? 0)).join("\n")}
${row(say(TEXTS.ambiguous), people.ambiguous.count, departments.ambiguous.count)}
${row(say(TEXTS.onlyHere), people.onlyHere.count, departments.onlyHere.count)}
${row(say(TEXTS.onlyThere), people.onlyThere.count, departments.onlyThere.count)}
</tbody></table>
<h2>${say(TEXTS.lists)}</h2>
${shown(listsOf(report))}
<h2>${say(TEXTS.information)}</h2>
${shown(informationOf(report))}
<h2>${say(TEXTS.sources)}</h2>
<table><tbody>
${report.sources.map(({ name, kind, lastSpoke, changedInADay }) => row(escapedHtml(`${name} (${kind})`), lastSpoke ?? "–", changedInADay)).join("\n")}
</tbody></table>
<h2>${say(TEXTS.permissions)}</h2>
${report.accessKeptHours === undefined ? "" : `<p>${say(TEXTS.accessKept)}: ${report.accessKeptHours}</p>`}
${report.permissions.length === 0 ? `<p>${say(TEXTS.noProblems)}</p>` : `<ul>${report.permissions.map(({ text, remedy }) => `<li lang="en">${escapedHtml(text)} → ${escapedHtml(remedy)}</li>`).join("")}</ul>`}
</section>`;
}

type List = readonly [Text, Finding];

const listsOf = ({
  people,
  departments,
  mobiles,
  names,
  managers,
  accounts,
  customFields,
  privateAddresses,
}: Assessment): readonly List[] => [
  [TEXTS.ambiguousPeople, people.ambiguous],
  [TEXTS.ambiguousDepartments, departments.ambiguous],
  [TEXTS.mobileMissing, mobiles.missing],
  [TEXTS.mobileImpossible, mobiles.impossible],
  [TEXTS.mobileShared, mobiles.shared],
  [TEXTS.nameRefused, names.refused],
  [TEXTS.nameCut, names.cut],
  [TEXTS.managerNotFound, managers.notFound],
  [TEXTS.managerLoop, managers.loop],
  [TEXTS.leavers, accounts.leavers],
  [TEXTS.customFields, customFields],
  [TEXTS.privateAddresses, privateAddresses],
];

/** Normal in every organisation: no action is needed. */
const informationOf = ({ people, departments, accounts }: Assessment): readonly List[] => [
  [TEXTS.peopleOnlyHere, people.onlyHere],
  [TEXTS.peopleOnlyThere, people.onlyThere],
  [TEXTS.departmentsOnlyHere, departments.onlyHere],
  [TEXTS.departmentsOnlyThere, departments.onlyThere],
  [TEXTS.neverActivated, accounts.neverActivated],
  [TEXTS.administrators, accounts.administrators],
];

const listOf = (title: string, { count, items }: Finding): string =>
  count === 0
    ? ""
    : `<details><summary>${title}: ${count}</summary><table><tbody>${items.map(lineOf).join("")}${count > items.length ? "<tr><td>…</td></tr>" : ""}</tbody></table></details>`;

const lineOf = ({ name, id, remoteId, detail }: Listed): string =>
  `<tr>${[name, id, remoteId, detail].map((cell) => `<td>${escapedHtml(cell ?? "")}</td>`).join("")}</tr>`;
