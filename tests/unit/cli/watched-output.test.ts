import { Writable } from "node:stream";
import { withWatchedOutput } from "../../../src/cli/terminal/watched-output.ts";

/** A pipe that takes its parts one by one, when it is told to. */
function slowPipe() {
  const waiting: (() => void)[] = [];
  let taken = "";
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      waiting.push(() => {
        taken += chunk;
        done();
      });
    },
  });
  return { stream, take: () => waiting.shift()?.(), taken: () => taken };
}

const failing = (code: string): Writable =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })),
  });

test("a command ends when a full pipe has taken everything, not before", async () => {
  const pipe = slowPipe();
  let code: number | undefined;
  const running = withWatchedOutput(async () => {
    pipe.stream.write("first ");
    pipe.stream.write("second");
    return 1;
  }, [pipe.stream]).then((ended) => {
    code = ended;
  });
  await new Promise((resolve) => setImmediate(resolve));
  pipe.take();
  await new Promise((resolve) => setImmediate(resolve));
  expect([code, pipe.taken()]).toEqual([undefined, "first "]);
  while (code === undefined) {
    pipe.take();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await running;
  expect([code, pipe.taken()]).toEqual([1, "first second"]);
});

test("a reader that has left is no failure, and the command is carried out", async () => {
  const stream = failing("EPIPE");
  let isDone = false;
  const code = await withWatchedOutput(async () => {
    stream.write("x");
    await new Promise((resolve) => setImmediate(resolve));
    stream.write("y");
    isDone = true;
    return 0;
  }, [stream]);
  expect([code, isDone]).toEqual([0, true]);
});

test("output that cannot be written is said, and the exit code is 3", async () => {
  const stream = failing("ENOSPC");
  let said = "";
  const hear = jest.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    said += String(chunk);
    return true;
  });
  const code = await withWatchedOutput(async () => {
    stream.write("x");
    return 0;
  }, [stream]);
  hear.mockRestore();
  expect([code, said]).toEqual([3, "dingtalk-scim: the output could not be written (ENOSPC)\n"]);
  expect(stream.listenerCount("error")).toBe(0);
});
