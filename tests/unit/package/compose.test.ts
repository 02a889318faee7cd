import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { readDockerfile } from "../../support/deploy/dockerfile.ts";

/* compose.yaml and the files it mounts. */

interface Service {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
}

const root = join(__dirname, "..", "..", "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const compose = parse(read("compose.yaml"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
};
const { services } = compose;
const { version } = JSON.parse(read("package.json")) as { version: string };
const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);

test("without a profile there are the database, its migrations, the API and the worker", () => {
  const plain = Object.keys(services).filter((name) => services[name]!.profiles === undefined);
  expect(plain).toEqual(["database", "migrate", "api", "worker"]);
  expect(Object.values(services).flatMap(({ profiles = [] }) => profiles)).toEqual([
    "tls",
    "sandbox",
    "monitoring",
    "monitoring",
  ]);
});

test("PostgreSQL 18 is there before the migrations, and they before everything else", () => {
  expect(services["database"]!.image).toMatch(/^postgres:18\.\d+-/);
  expect(services["database"]!.healthcheck?.test).toContain("pg_isready");
  expect(services["migrate"]!.depends_on).toEqual({ database: { condition: "service_healthy" } });
  for (const name of ["api", "worker"])
    expect(services[name]!.depends_on).toEqual({ migrate: { condition: "service_completed_successfully" } });
});

test("each role is its own process on the one database", () => {
  const urls = ["migrate", "api", "worker"].map((name) => services[name]!.environment!["DATABASE_URL"]);
  expect(new Set(urls).size).toBe(1);
  expect(urls[0]).toMatch(
    /^postgresql:\/\/dingtalk_scim:\$\{POSTGRES_PASSWORD:-\}@database:5432\/dingtalk_scim$/,
  );
  expect([services["api"]!.environment!["ROLE"], services["worker"]!.environment!["ROLE"]]).toEqual([
    "api",
    "worker",
  ]);
});

test.each(ours)(
  "%s is ours: of this version, a stage of the Dockerfile, and without rights",
  (_name, service) => {
    const target = service.build!.target;
    expect(readDockerfile(read("Dockerfile")).map(({ name }) => name)).toContain(target);
    expect(service.image).toBe(`dingtalk-scim:${version}${target === "sandbox" ? "-sandbox" : ""}`);
    expect(service).toMatchObject({
      user: "10001:10001",
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
    expect(Number.parseInt(service.stop_grace_period!, 10)).toBeGreaterThan(23);
  },
);

test.each(ours)(
  "%s can write to the temporary folder, where evidence packs and exports are prepared",
  (_name, { tmpfs }) => {
    expect(tmpfs).toEqual(["/tmp"]);
  },
);

test.each(Object.entries(services))(
  "%s has an exact version, opens nothing to the world, and mounts what exists",
  (name, service) => {
    expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?/);
    for (const port of service.ports ?? [])
      expect(name === "proxy" || port.startsWith("127.0.0.1:")).toBe(true);
    for (const volume of service.volumes ?? []) {
      const [from = ""] = volume.split(":");
      if (from.startsWith("./")) expect([from, existsSync(join(root, from))]).toEqual([from, true]);
      else expect(Object.keys(compose.volumes)).toContain(from);
    }
  },
);

test("Prometheus asks the API, with a token, and Grafana asks Prometheus", () => {
  const prometheus = parse(read("deploy/compose/prometheus.yaml"));
  expect(prometheus.scrape_configs[0]).toMatchObject({
    authorization: { credentials_file: "/run/secrets/metrics-token" },
    static_configs: [{ targets: ["api:8080"] }],
  });
  expect(parse(read("deploy/compose/grafana-sources.yaml")).datasources[0].url).toBe(
    "http://prometheus:9090",
  );
  expect(read("deploy/compose/Caddyfile")).toContain("reverse_proxy api:8080");
});
