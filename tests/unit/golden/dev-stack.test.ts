import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cloudConfigOf, cloudConfigText, filesOf } from "../../support/user-data";
import { without } from "../../../components/without";
import { useDirectory } from "../../support/directory";
import { matchesGolden } from "../../support/golden";
import type { MockEngine, Registered } from "../../../cli/preview/mock-engine";
import { cosArgs, runCos } from "../../support/stack-program";

/** The groups of nodes that the stack has. */
const groups = [
  "cos-consul-servers",
  "cos-nomad-servers",
  "cos-nomad-private-services-nodes",
  "cos-nomad-public-services-nodes",
];

describe("the stack dev", () => {
  const directory = useDirectory("dev");
  let engine: MockEngine;

  before(async function () {
    this.timeout(60_000);
    ({ engine } = await runCos(cosArgs("dev")));
  });

  const ofType = (type: string): Registered[] =>
    engine.registered.filter((resource) => resource.type === type).sort((a, b) => (a.name < b.name ? -1 : 1));
  const launchTemplate = (group: string) => {
    const found = engine.registered.find(({ name }) => name === `${group}-template`);
    return found?.inputs as { userData: string };
  };

  it("has these groups of nodes and no others", () => {
    const names = ofType("aws:ec2/launchTemplate:LaunchTemplate").map(({ name }) => name);
    assert.deepEqual(names, groups.map((group) => `${group}-template`).sort());
  });

  for (const group of groups) {
    it(`has a golden file of the user data of ${group}, decoded`, async () => {
      const { userData } = launchTemplate(group);
      const { write_files: written, ...config } = cloudConfigOf(userData);
      await matchesGolden(
        { ...config, write_files: written.map(({ path, permissions }) => ({ path, permissions })) },
        "dev",
        "user-data",
        `${group}.json`,
      );
      for (const [path, content] of Object.entries(filesOf(userData))) {
        const name = path.split("/").slice(-2).join("-");
        await matchesGolden(content as object, "dev", "user-data", group, name);
      }
    });

    it(`has user data of ${group} that cloud-init takes`, function () {
      this.timeout(60_000);
      const file = directory.at("user-data");
      writeFileSync(file, cloudConfigText(launchTemplate(group).userData));
      const output = execFileSync("cloud-init", ["schema", "--config-file", file], { encoding: "utf8" });
      assert.match(output, /Valid/);
    });
  }

  it("has golden files of its roles' policies", async () => {
    const policies = ofType("aws:iam/rolePolicy:RolePolicy").map(({ name, inputs }) => [
      name,
      JSON.parse((inputs as { policy: string }).policy) as unknown,
    ]);
    assert.equal(policies.length, groups.length);
    await matchesGolden(Object.fromEntries(policies) as object, "dev", "policies.json");
  });

  it("has a golden file of its rules", async () => {
    const rules = [
      ...ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
      ...ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
    ].map(({ name, inputs }) => [name, without(inputs as { tags: object }, "tags")]);
    await matchesGolden(Object.fromEntries(rules) as object, "dev", "rules.json");
  });

  it("has a golden file of its resources", async () => {
    const resources = engine.registered.map(({ type, name, parent }) => ({ name, type, parent }));
    resources.sort((a, b) => (a.name + a.type < b.name + b.type ? -1 : 1));
    await matchesGolden({ resources }, "dev", "resources.json");
  });

  it("is the same in a preview as in an update", async function () {
    this.timeout(60_000);
    const shape = (of: MockEngine) => of.registered.map(({ type, name }) => `${type} ${name}`).sort();
    const { engine: preview } = await runCos(cosArgs("dev"), true);
    assert.deepEqual(shape(preview), shape(engine));
  });
});
