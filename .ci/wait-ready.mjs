// Waits until the server at the given address says that it is ready; gives up after ten seconds, which is what is promised.
const deadline = performance.now() + 10_000;
while (performance.now() < deadline) {
  const answer = await fetch(new URL("/readyz", process.argv[2])).catch(() => undefined);
  if (answer?.ok) process.exit(0);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
process.stderr.write("the server was not ready within ten seconds\n");
process.exit(1);
