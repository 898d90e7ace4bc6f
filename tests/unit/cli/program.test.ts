import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { run } from "../../../cli/program";
import { useDirectory } from "../../support/directory";
import { contextWith } from "./context";

const root = join(__dirname, "..", "..", "..");

describe("the command line of pulumi-cos", () => {
  const directory = useDirectory("cli");
  const outputs = { consulAddress: "http://c:8500/", nomadAddress: "http://n:4646" };
  const call = async (env: NodeJS.ProcessEnv, ...args: string[]) => {
    const { context, written } = contextWith(outputs);
    return { code: await run(["node", "pulumi-cos", ...args], context.terminal, env), ...written };
  };

  it("exits 2 for what makes no sense", async () => {
    for (const args of [
      ["bogus"],
      [],
      ["nodes", "--bogus"],
      ["job"],
      ["wait", "clients", "--timeout", "soon"],
      ["wait", "clients", "--count", "0"],
    ]) {
      assert.equal((await call({}, ...args)).code, 2, args.join(" "));
    }
    const file = directory.write("o.json", JSON.stringify(outputs));
    const { code, notes } = await call({}, "--outputs", file, "drain");
    assert.deepEqual([code, notes], [2, ["Say which clients: either a node, or --pool NAME, or --tag KEY=VALUE."]]);
  });

  it("exits 0 for its help", async () => {
    const { code, out } = await call({}, "--help");
    assert.equal(code, 0);
    for (const verb of [
      "env",
      "addresses",
      "nodes",
      "doctor",
      "wait",
      "job",
      "why",
      "drain",
      "login",
      "cost",
      "preflight",
    ]) {
      assert.match(out, new RegExp(`^ {2}${verb} `, "m"));
    }
  });

  it("reads outputs from a file", async () => {
    const file = directory.write("o.json", JSON.stringify(outputs));
    const { code, out } = await call({}, "--outputs", file, "env");
    assert.deepEqual(
      [code, out],
      [
        0,
        "export CONSUL_HTTP_ADDR=http://c:8500\nexport NOMAD_ADDR=http://n:4646\nunset CONSUL_CACERT NOMAD_CACERT NOMAD_REGION\n",
      ],
    );
  });

  it("reads outputs from the stack that is named, with the pulumi of PATH", async () => {
    const program = directory.write(
      "bin/pulumi",
      `#!/bin/sh
echo "$@" > ${directory.at("args")}
echo '${JSON.stringify(outputs)}'
`,
    );
    chmodSync(program, 0o755);
    const { code, out } = await call({ PATH: directory.at("bin") }, "--stack", "org/prod", "addresses", "--json");
    assert.equal(code, 0);
    assert.equal((JSON.parse(out) as Record<string, string>)["Nomad API"], "http://n:4646");
    assert.equal(directory.read("args"), "stack output --json --show-secrets --non-interactive --stack org/prod\n");
  });

  it("exits 1 with a message where outputs cannot be read, or are of something else", async () => {
    const notes = async (...args: string[]) => {
      const { code, notes } = await call({}, ...args, "env");
      assert.equal(code, 1);
      return notes.join("\n");
    };
    assert.match(await notes("--outputs", "/nonexistent"), /^--outputs \/nonexistent cannot be read: ENOENT/);
    const bad = directory.write("bad.json", "{");
    assert.match(await notes("--outputs", bad), /^The outputs of .*bad\.json are no JSON: /);
    const other = directory.write("other.json", '{"nomadAddress": "here", "consulAddress": "http://c:8500"}');
    assert.equal(
      await notes("--outputs", other),
      `The outputs of ${other} have no URL in nomadAddress. Has \`pulumi up\` run, and is this a stack of pulumi-cos?`,
    );
    for (const text of ["null", "[]", '"x"', "3"]) {
      assert.match(await notes("--outputs", directory.write("x.json", text)), /have no URL in consulAddress and nomad/);
    }
    const failing = directory.write("bin/pulumi", "#!/bin/sh\necho 'error: no stack selected' >&2; exit 255\n");
    chmodSync(failing, 0o755);
    const { code, notes: said } = await call({ PATH: directory.at("bin") }, "env");
    assert.equal(code, 1);
    assert.match(said.join(), /^pulumi stack output .* failed: error: no stack selected\nName the stack with --stack/);
  });

  it("is the program that npx runs in this repository, without colours", async function () {
    this.timeout(30_000);
    const file = directory.write("o.json", JSON.stringify(outputs));
    const { stdout } = await promisify(execFile)("npx", ["--offline", "pulumi-cos", "--outputs", file, "addresses"], {
      cwd: root,
    });
    assert.equal(
      stdout,
      "  Consul API  http://c:8500\n  Nomad API   http://n:4646\n  Consul UI   http://c:8500/ui\n  Nomad UI    http://n:4646/ui\n",
    );
  });
});
