import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ConfigError } from "../../../config";
import { type Installation, openInstallation, prepareDirectory, UserError } from "../../../local/installation";
import { catalog } from "../../../programs/catalog";
import { useDirectory } from "../../support/directory";

const root = join(__dirname, "..", "..", "..");

describe("an installation", () => {
  const directory = useDirectory("installation");

  /** Opens the installation with the repository's configuration but for some keys. */
  function open(changes: Record<string, unknown> = {}, which: "current" | "last applied" = "current"): Installation {
    const { config } = parse(readFileSync(join(root, "Pulumi.local.yaml"), "utf8")) as { config: object };
    return openText(stringify({ config: { ...config, ...changes } }), which);
  }

  function openText(text: string, which: "current" | "last applied" = "current"): Installation {
    return openInstallation({ config: directory.write("Pulumi.yaml", text), directory: directory.at("cos") }, which);
  }

  const errorsOf = (changes: Record<string, unknown>): string[] => {
    try {
      open(changes);
    } catch (error) {
      assert.ok(error instanceof ConfigError, String(error));
      return error.errors;
    }
    return assert.fail("it is accepted");
  };

  it("is where it was asked for, with the configuration of its file, and writes nothing", () => {
    const existing = { consulAddress: "http://127.0.0.1:18500", nomadAddress: "http://127.0.0.1:14646" };
    const installation = open({ "cos:existing": existing });
    assert.equal(installation.root, root);
    assert.equal(installation.directory, directory.at("cos"));
    assert.equal(installation.configFile, directory.at("Pulumi.yaml"));
    assert.equal(installation.consulAddress.host, "127.0.0.1:18500");
    assert.equal(installation.nomadAddress.host, "127.0.0.1:14646");
    assert.deepEqual(directory.list(), ["Pulumi.yaml"]);
  });

  it("has the configuration that was last applied where it is asked for", () => {
    prepareDirectory(
      open({ "cos:existing": { consulAddress: "http://127.0.0.1:1", nomadAddress: "http://127.0.0.1:2" } }),
    );
    assert.equal(openText("no: config", "last applied").consulAddress.port, "1");
    assert.equal(open({}, "current").consulAddress.port, "8500");
  });

  it("has the file's configuration where nothing was ever applied", () => {
    assert.equal(open({}, "last applied").consulAddress.port, "8500");
  });

  it("wants a configuration file", () => {
    const config = directory.at("absent.yaml");
    assert.throws(
      () => openInstallation({ config, directory: directory.path }, "current"),
      new UserError(`There is no configuration file ${config}.`),
    );
  });

  it("names the line where a file is no YAML", () => {
    assert.throws(
      () => openText("config:\n  cos:target: [existing\n  cos:jobs: {\n"),
      (error: unknown) => {
        assert.ok(error instanceof UserError, `shown with a stack trace: ${String(error)}`);
        assert.ok(error.message.includes(directory.at("Pulumi.yaml")));
        assert.match(error.message, /line \d/);
        return true;
      },
    );
  });

  for (const text of ["", "config:\n", "config: {}\n", "- a\n"]) {
    it(`wants what has no default, from a file with ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => openText(text),
        (error: unknown) => {
          assert.ok(error instanceof ConfigError, String(error));
          assert.match(error.message, /cos:target: is missing[^]*cos:existing: is missing/);
          return true;
        },
      );
    });
  }

  it("names missing job files together with everything else", () => {
    assert.deepEqual(
      errorsOf({
        "cos:jobs": [{ file: "jobs/absent.nomad.hcl", nmae: "x" }, { file: "jobs/ping.nomad.hcl" }],
        "cos:z": 1,
      }),
      [
        "cos:jobs[0].nmae: unknown key; known here: file, name, variables",
        "cos:z: unknown key; known here: target, existing, jobs, local",
        `cos:jobs[0].file: there is no file "jobs/absent.nomad.hcl" in ${root}`,
      ],
    );
  });

  for (const address of ["http://10.0.0.1:8500", "https://127.0.0.1:8500", "http://localhost:8500"]) {
    it(`wants agents of this machine, not ${address}`, () => {
      assert.deepEqual(
        errorsOf({ "cos:existing": { consulAddress: address, nomadAddress: "http://127.0.0.1:4646" } }),
        [`cos:existing.consulAddress: must be http://127.0.0.1:PORT for \`npm start\`, got "${address}"`],
      );
    });
  }

  it("does not know the secrets of its file", () => {
    const jobs = [{ file: "jobs/ping.nomad.hcl", variables: { version: { secure: "v1:abc:def" } } }];
    assert.deepEqual(open({ "cos:jobs": jobs }).config.jobs[0]?.variables, { version: "[secret]" });
  });
});

describe("the data directory", () => {
  const directory = useDirectory("data");

  const open = () =>
    openInstallation({ config: join(root, "Pulumi.local.yaml"), directory: directory.at("cos") }, "current");

  const current = { layout: 1, consul: catalog.consul.version, nomad: catalog.nomad.version };

  it("is made, and can be prepared again", () => {
    prepareDirectory(open());
    prepareDirectory(open());
    assert.deepEqual(JSON.parse(directory.read("cos/data.json")), current);
    assert.deepEqual(JSON.parse(directory.read("cos/run/config.json")), open().config);
  });

  it("of an older version is taken over", () => {
    directory.write("cos/data.json", JSON.stringify({ ...current, consul: "1.9.10", nomad: "1.2.0" }));
    prepareDirectory(open());
    assert.deepEqual(JSON.parse(directory.read("cos/data.json")), current);
  });

  const newer = { ...current, consul: "1.100.0", nomad: "99.0.0" };

  it("of a newer version is left alone, and what to do about it is said", () => {
    const data = directory.write("cos/data.json", JSON.stringify(newer));
    const applied = directory.write("cos/run/config.json", "{}");
    assert.throws(
      () => {
        prepareDirectory(open());
      },
      new UserError(
        `The data in ${directory.at("cos")} is of another version: ` +
          `consul 1.100.0 wrote it, and consul ${current.consul} of this checkout is older and may not read it; ` +
          `nomad 99.0.0 wrote it, and nomad ${current.nomad} of this checkout is older and may not read it.\n` +
          "Check out the version that wrote it, or let `npm run destroy` remove it.",
      ),
    );
    assert.equal(readFileSync(data, "utf8"), JSON.stringify(newer));
    assert.equal(readFileSync(applied, "utf8"), "{}");
  });

  for (const rest of [{ consul: "1.0.0", nomad: "1.0.0" }, {}]) {
    it(`of another layout is left alone (${JSON.stringify(rest)})`, () => {
      directory.write("cos/data.json", JSON.stringify({ ...rest, layout: 2 }));
      assert.throws(
        () => {
          prepareDirectory(open());
        },
        (error: unknown) => {
          assert.ok(error instanceof UserError, String(error));
          assert.match(error.message, /its layout is version 2, this checkout knows version 1/);
          return true;
        },
      );
      assert.deepEqual(JSON.parse(directory.read("cos/data.json")), { ...rest, layout: 2 });
    });
  }
});
