import assert from "node:assert/strict";
import { NomadApi } from "../../../apis/nomad";
import { UserError } from "../../../local/installation";
import { checkJobPorts, parseJobs, variablesFile } from "../../../local/jobs";
import { type Answer, type Request, useHttpDouble } from "../../support/http-double";
import { existingConfig, installationIn } from "../../support/installation";
import { jobSpec } from "../../support/nomad-objects";
import { useDirectory } from "../../support/directory";

describe("the text of a variables file", () => {
  it("has a line for each variable, texts quoted and anything else as JSON", () => {
    assert.equal(
      variablesFile({ text: 'say "hi"\n', count: 3, on: false, list: [1, "a"], map: { "a b": {} } }),
      'text = "say \\"hi\\"\\n"\ncount = 3\non = false\nlist = [1,"a"]\nmap = {"a b":{}}\n',
    );
    assert.equal(variablesFile({}), "");
  });

  it("has no templates of its own", () => {
    assert.equal(
      variablesFile({ a: "${node.unique.name} 100%{", b: { "${k}": ["$${x}"] } }),
      'a = "$${node.unique.name} 100%%{"\nb = {"$${k}":["$$${x}"]}\n',
    );
  });

  it("has only escapes that HCL knows", () => {
    assert.equal(variablesFile({ a: "\b\f\\b\\\\f" }), 'a = "\\u0008\\u000c\\\\b\\\\\\\\f"\n');
  });
});

describe("job files, as Nomad parses them", () => {
  const nomad = useHttpDouble();
  const directory = useDirectory("jobs");
  const file = 'variable "count" {\n  default = 1\n}\nvariable other {\n}\njob "a" {}\n';

  function parse(jobs: object[], url = nomad().url) {
    const installation = installationIn(directory.path, undefined, url);
    const config = existingConfig(installation.config.existing, jobs);
    return parseJobs({ ...installation, root: directory.path, config }, new NomadApi(url));
  }

  function answer(reply: (request: { JobHCL: string; Variables: string }) => Answer): void {
    nomad().answers["/v1/jobs/parse"] = ({ body }: Request) => reply(JSON.parse(body) as never);
  }

  it("come with their names, files and values", async () => {
    const spec = jobSpec({ ID: "a" });
    directory.write("jobs/a.nomad.hcl", file);
    answer(({ JobHCL, Variables }) =>
      JobHCL === file && Variables === "count = 2\n" ? { body: spec } : { status: 400, body: `${JobHCL}${Variables}` },
    );
    const jobs = [{ file: "jobs/a.nomad.hcl", variables: { count: 2 } }];
    assert.deepEqual(await parse(jobs), [{ name: "a", file: "jobs/a.nomad.hcl", spec }]);
  });

  it("have all their errors named at once, each with its file", async () => {
    for (const name of ["a", "b", "c"]) directory.write(`${name}.nomad.hcl`, file);
    answer(() => ({
      status: 500,
      body: "Failed to parse job: input.hcl:3,1-4: Unsupported argument; nothing of that name",
    }));
    const jobs = [
      { file: "a.nomad.hcl", variables: { cuont: 1, otter: 2 } },
      { file: "b.nomad.hcl", variables: { count: 1, other: 2 } },
    ];
    await assert.rejects(parse(jobs), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.equal(
        error.message,
        [
          "Jobs cannot be registered:",
          '  a.nomad.hcl: there is no variable "cuont"; the file declares count, other',
          '  a.nomad.hcl: there is no variable "otter"; the file declares count, other',
          "  b.nomad.hcl:3,1-4: Unsupported argument; nothing of that name",
        ].join("\n"),
      );
      return true;
    });
  });

  it("are not blamed where Nomad does not answer", async () => {
    directory.write("a.nomad.hcl", file);
    const { url } = nomad();
    await nomad().stop();
    const parsing = parse([{ file: "a.nomad.hcl" }], url);
    await assert.rejects(parsing, (error: Error) => !(error instanceof UserError) && error.message.includes(url));
  });
});

describe("the ports of jobs", () => {
  const other = useHttpDouble();
  const directory = useDirectory("jobs");

  it("are named when other programs have them, with the program", () => {
    const networks = [{ ReservedPorts: [{ Label: "http", Value: other().port }] }, { ReservedPorts: null }];
    const spec = jobSpec({ TaskGroups: [{ Name: "g", Count: 1, Networks: networks, Services: null, Tasks: [] }] });
    const jobs = [{ name: "a", file: "a.nomad.hcl", spec }];
    assert.throws(
      () => {
        checkJobPorts(installationIn(directory.path), jobs);
      },
      (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, new RegExp(`a\\.nomad\\.hcl: port ${other().port} \\("http"\\) is in use by node`));
        assert.match(error.message, new RegExp(`process ${process.pid}\\b`));
        return true;
      },
    );
    checkJobPorts(installationIn(directory.path), [{ name: "b", file: "b", spec: jobSpec({ TaskGroups: [] }) }]);
  });
});
