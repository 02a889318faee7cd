import { openProduct, type Product } from "../../support/product.ts";

let product: Product;
beforeAll(async () => {
  product = await openProduct();
  for (const name of ["Ann", "Bob", "Cyd"]) {
    const emails = [
      { type: "work", value: `${name}@Example.com` },
      { type: "home", value: `${name}@home.example` },
    ];
    await product.send("POST", "/scim/v2/Users", {
      body: { userName: name, title: `Head of ${name}`, ...(name === "Cyd" ? {} : { emails }) },
    });
  }
});
afterAll(() => product.close());

const others = (attribute: string) =>
  Array.from({ length: 200 }, (_, at) => `${attribute} co "nobody${at}"`).join(" or ");

test.each<[string, string, string[]]>([
  ["of a list", `${others("emails.value")} or emails.value co "ANN@ex"`, ["Ann"]],
  ["of one value", `${others("title")} or title co "OF BOB"`, ["Bob"]],
  ["of two attributes", `${others("emails.value")} or title co "cyd" or title co "ann"`, ["Ann", "Cyd"]],
  ["of parts of one element", `emails[type eq "home" and (value co "bob@e" or value co "ann@h")]`, ["Ann"]],
  ["none of which may hold", `not (emails.value co "ann@" or emails.value co "bob@")`, ["Cyd"]],
])("many texts are looked for at a time: %s", async (_what, filter, expected) => {
  const { status, body } = await product.send("GET", `/scim/v2/Users?${new URLSearchParams({ filter })}`);
  expect([status, body.Resources?.map(({ userName }: { userName: string }) => userName).sort()]).toEqual([
    200,
    expected,
  ]);
});
