import { quotedName } from "../../core/text/quoted-name.ts";
import type { RequestContext } from "../../directory/context.ts";
import { MethodNotAllowed, NotFoundPath } from "../../http/errors.ts";
import { versionCheck } from "../answer/etag.ts";
import type { ResourceKind } from "../answer/resource-kind.ts";
import { BulkConflict, InvalidSyntax, InvalidValue } from "../errors.ts";
import { checkedBody, isObject } from "../json.ts";
import { referenceIn, referencesIn, withIds } from "./references.ts";
import type { BulkOperation, BulkRequest, ReadableOperation } from "./request.ts";

/*
 * A bulk job (RFC 7644 section 3.7). Operations run in the given order, but each after those that it refers
 * to.
 *
 * Ids are assigned before the run, so a reference can be written before its resource exists. There are two
 * kinds of references:
 * - firm: members of a group, and the resource in the path. The resource must exist first. A cycle of these
 *   is refused, because no group can contain itself.
 * - loose: all others (manager, parent). The resource may be created later, so cycles are possible. If it
 *   then fails, resources that refer to it are removed again.
 */

export type BulkOutcome =
  | { readonly kind: "done"; readonly status: number; readonly id: string; readonly version?: number }
  | { readonly kind: "failed"; readonly error: unknown; readonly id?: string };

export interface BulkResult {
  readonly operation: BulkOperation;
  readonly resource: ResourceKind | undefined;
  readonly outcome: BulkOutcome;
}

/** Does not reject if an operation fails. Returns the operations that were tried, in the given order. */
export async function runBulkJob(
  context: RequestContext,
  kinds: readonly ResourceKind[],
  request: BulkRequest,
): Promise<readonly BulkResult[]> {
  const tasks = request.operations.map((operation) => planTask(operation, kinds));
  const makers = new Map(
    tasks.flatMap((task) =>
      task.operation.bulkId !== undefined && task.newId !== undefined ? [[task.operation.bulkId, task]] : [],
    ),
  );
  const job: Job = { context, makers, failuresLeft: request.failOnErrors ?? Number.POSITIVE_INFINITY };
  // A task may be postponed while it is reached from another one, but never in its own turn. So each round
  // makes progress.
  for (
    let left: readonly Task[] = tasks;
    left.length > 0 && job.failuresLeft > 0;
    left = left.filter((task) => task.state === "new")
  ) {
    for (let at = 0; at < left.length; ) {
      const chunk = chunkAt(job, left, at);
      await Promise.all(chunk.map((task) => attempt(job, task)));
      at += chunk.length;
    }
  }
  await rollBackDependents(job, tasks);
  return tasks.flatMap(({ operation, kind, outcome }) =>
    outcome ? [{ operation, resource: kind, outcome }] : [],
  );
}

const CHUNK = 100;

/**
 * The task at this position, and the following ones that can run at the same time: creates without
 * references, of a type whose creates share commits. They begin in order. Of two with the same name only one
 * succeeds, usually the first. If the job ends after a number of failures, the result of each must be known
 * before the next begins.
 */
function chunkAt(job: Job, tasks: readonly Task[], at: number): readonly Task[] {
  let end = at;
  if (job.failuresLeft === Number.POSITIVE_INFINITY)
    while (end - at < CHUNK && standsAlone(tasks[end])) end += 1;
  return tasks.slice(at, Math.max(end, at + 1));
}

const standsAlone = (task: Task | undefined): boolean =>
  task?.operation.method === "POST" &&
  !("problem" in task.operation) &&
  task.kind?.createsShareCommits === true &&
  task.firm.size + task.loose.size === 0;

interface Job {
  readonly context: RequestContext;
  readonly makers: ReadonlyMap<string, Task>;
  failuresLeft: number;
}

interface Task {
  readonly operation: BulkOperation;
  readonly kind: ResourceKind | undefined;
  /** The id in the path, which may be a reference. */
  readonly target: string | undefined;
  /** The id of the resource that a POST creates. */
  readonly newId: string | undefined;
  readonly firm: ReadonlySet<string>;
  readonly loose: ReadonlySet<string>;
  state: "new" | "running" | "ended";
  outcome?: BulkOutcome;
}

function planTask(operation: BulkOperation, kinds: readonly ResourceKind[]): Task {
  if ("problem" in operation) {
    return {
      operation,
      kind: undefined,
      target: undefined,
      newId: undefined,
      firm: new Set(),
      loose: new Set(),
      state: "new",
    };
  }
  const [, endpoint = "", encoded] = /^(\/[^/]+)(?:\/([^/]+))?\/?$/.exec(operation.path) ?? [];
  const target = encoded === undefined ? undefined : decoded(encoded);
  const kind = kinds.find((known) => known.endpoint.toLowerCase() === endpoint.toLowerCase());
  const all = referencesIn(operation.data);
  const isPost = operation.method === "POST";
  const named = target === undefined ? undefined : referenceIn(target);
  // Only resources of POSTs can be referred to, so cycles consist of POSTs, and only their members are firm.
  const firm = isPost ? referencesIn(isObject(operation.data) ? operation.data.members : undefined) : all;
  return {
    operation,
    kind,
    target,
    newId: isPost ? kind?.newId() : undefined,
    firm: named === undefined ? firm : new Set([...firm, named]),
    loose: isPost ? new Set([...all].filter((name) => !firm.has(name))) : new Set(),
    state: "new",
  };
}

/**
 * The path of an operation is the path of a URI (RFC 7644 section 3.7). Invalid encoding stays unchanged and
 * matches no resource.
 */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}

/** `above`: the running tasks that led here through firm references only. */
async function attempt(job: Job, task: Task, above: ReadonlySet<Task> = new Set()): Promise<void> {
  if (task.state !== "new" || job.failuresLeft <= 0) return;
  task.state = "running";
  try {
    const ready = await prepare(job, task, new Set([...above, task]));
    // A failure of another task may have ended the job.
    if (ready && job.failuresLeft > 0) end(job, task, await perform(job, task));
    else task.state = "new";
  } catch (error) {
    end(job, task, { kind: "failed", error, ...idOf(job, task) });
  }
}

function end(job: Job, task: Task, outcome: BulkOutcome): void {
  task.state = "ended";
  task.outcome = outcome;
  if (outcome.kind === "failed") job.failuresLeft -= 1;
}

/** Runs the tasks that this one refers to. False: it has to wait for a task that is running now. */
async function prepare(job: Job, task: Task, above: ReadonlySet<Task>): Promise<boolean> {
  for (const name of task.firm) {
    const maker = producerOf(job, name);
    if (above.has(maker)) throw new BulkConflict("these groups would contain each other in a cycle");
    await attempt(job, maker, above);
    if (maker.state !== "ended") return false;
    refuseFailed(maker, name);
  }
  for (const name of task.loose) {
    const maker = producerOf(job, name);
    await attempt(job, maker);
    refuseFailed(maker, name);
  }
  return true;
}

function producerOf(job: Job, bulkId: string): Task {
  const maker = job.makers.get(bulkId);
  if (!maker) throw new InvalidValue(`no POST of this request has the bulkId${quotedName(bulkId)}`);
  return maker;
}

const failedBefore = (bulkId: string) =>
  new BulkConflict(`an operation that this one refers to has failed${quotedName(bulkId)}`);

function refuseFailed({ outcome }: Task, bulkId: string): void {
  if (outcome?.kind === "failed") throw failedBefore(bulkId);
}

async function perform(job: Job, task: Task): Promise<BulkOutcome> {
  const { context } = job;
  const { operation, kind, newId } = task;
  if ("problem" in operation) throw operation.problem;
  if (!kind) throw new NotFoundPath();
  const { method, version, bulkId } = operation;
  const { id } = idOf(job, task);
  if (method === "POST") {
    if (id !== undefined) throw new MethodNotAllowed(["PUT", "PATCH", "DELETE"]);
    if (bulkId === undefined) throw new InvalidSyntax("a POST needs a bulkId");
    const made = await kind.create(context, bodyOf(job, operation), newId);
    return { kind: "done", status: 201, id: made.id, version: made.version };
  }
  if (id === undefined) throw new MethodNotAllowed(["POST"]);
  const ifVersion = versionCheck(version);
  if (method === "DELETE") {
    await kind.remove(context, id, ifVersion);
    return { kind: "done", status: 204, id };
  }
  const written = await (method === "PUT" ? kind.replace : kind.patch)(
    context,
    id,
    bodyOf(job, operation),
    ifVersion,
  );
  return {
    kind: "done",
    status: method === "PATCH" ? kind.patchStatus : 200,
    id: written.id,
    version: written.version,
  };
}

/**
 * Operations of a PATCH may come without the message around them, as in the example of RFC 7644
 * section 3.7.3.
 */
function bodyOf(job: Job, { method, data }: ReadableOperation) {
  const resolved = withIds(data, (bulkId) => job.makers.get(bulkId)?.newId);
  return checkedBody(method === "PATCH" && Array.isArray(resolved) ? { Operations: resolved } : resolved);
}

function idOf(job: Job, { target }: Task): { readonly id?: string } {
  if (target === undefined) return {};
  const name = referenceIn(target);
  const id = name === undefined ? target : job.makers.get(name)?.newId;
  return id === undefined ? {} : { id };
}

/** Removes resources again that refer to a resource which failed or was not tried. */
async function rollBackDependents(job: Job, tasks: readonly Task[]): Promise<void> {
  const isMissing = (name: string) => job.makers.get(name)?.outcome?.kind !== "done";
  for (;;) {
    const dangling = tasks.find(
      ({ loose, outcome }) => outcome?.kind === "done" && [...loose].some(isMissing),
    );
    if (!dangling?.kind || dangling.outcome?.kind !== "done") return;
    await dangling.kind.remove(job.context, dangling.outcome.id);
    dangling.outcome = { kind: "failed", error: failedBefore([...dangling.loose].find(isMissing) ?? "") };
  }
}
