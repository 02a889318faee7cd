import { defineConfig } from "prisma/config";

// `prisma generate`, `validate` and `format` do not run a schema engine, but the CLI downloads one before it
// looks at what it was asked; with any existing program in its place it needs no network. Commands that do
// run it (`migrate …`) must get the real one: with a stand-in they print nothing and look fine.
if (process.argv.some((word) => ["generate", "validate", "format"].includes(word))) {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
}

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
