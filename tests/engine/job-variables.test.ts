import assert from "node:assert/strict";
import type { JobVariable } from "../../components";
import { hclVariables } from "../../components/nomad-jobs/hcl-variables";
import { variablesFile } from "../../local/jobs";
import { useDirectory } from "../support/directory";
import { nomadParse, prepareNomad } from "../support/nomad-parse";

/** A job with a variable of a type, whose value is in its meta as JSON. */
const jobWith = (type: string) => `
variable "value" {
  type = ${type}
}
job "variables" {
  meta {
    value = jsonencode(var.value)
  }
  group "none" {
    task "none" {
      driver = "raw_exec"
    }
  }
}
`;

const texts = {
  plain: "text",
  empty: "",
  quotes: `"it's"`,
  backslashes: "\\ \\b \\\\f",
  lines: "a\nb\r\n\tc\n",
  "a template": "${node.unique.name}",
  "an escaped template": "$${a} $$${b}",
  "a directive": "%{ if true } 100% %%{",
  "control characters": "\b\f\u0001",
  unicode: "grün 🚀 \u2028",
};

describe("variables of jobs, as Nomad reads them", function () {
  this.timeout(30_000);
  const directory = useDirectory("variables");
  before(prepareNomad);

  /** The value that Nomad has, by each of the two ways to it. */
  async function received(type: string, value: JobVariable): Promise<Record<string, unknown>> {
    const file = directory.write("variables.nomad.hcl", jobWith(type));
    const { value: text = "" } = hclVariables({ value });
    const byEngine = await nomadParse(file, "-var", `value=${text}`);
    const byFile = await nomadParse(file, "-var-file", directory.write("values.hcl", variablesFile({ value })));
    return Object.fromEntries(
      Object.entries({ byEngine, byFile }).map(([way, job]) => [way, JSON.parse(job.Meta?.value ?? "")]),
    );
  }

  const same = (value: unknown) => ({ byEngine: value, byFile: value });

  for (const [what, text] of Object.entries(texts)) {
    it(`are texts: ${what}`, async () => {
      assert.deepEqual(await received("string", text), same(text));
    });

    it(`are texts in lists and maps: ${what}`, async () => {
      assert.deepEqual(await received("list(map(string))", [{ [text]: text }]), same([{ [text]: text }]));
    });
  }

  for (const [type, value] of [
    ["number", 7],
    ["number", -0.5],
    ["number", 1e21],
    ["number", 1e-7],
    ["bool", true],
    ["bool", false],
    ["list(number)", [1, 2.5]],
    ["list(string)", []],
    ["map(list(bool))", { a: [true], "b c": [] }],
    ["object({ name = string, ports = list(number) })", { name: "x", ports: [80] }],
  ] as const) {
    it(`are values of type ${type}: ${JSON.stringify(value)}`, async () => {
      assert.deepEqual(await received(type, structuredClone(value) as JobVariable), same(value));
    });
  }
});
