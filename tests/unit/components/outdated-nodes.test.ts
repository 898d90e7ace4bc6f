import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { outdatedNodes } from "../../../components/cos/outdated-nodes";
import { awsOutputs } from "../../../cli/preview/mock-aws";
import { MockEngine, valueOf } from "../../../cli/preview/mock-engine";
import { warningsOf } from "../../support/warnings";

interface Search {
  instanceStateNames: string[];
  filters: { name: string; values: string[] }[];
}

const group = (name: string, tag: string) => ({
  autoScalingGroupName: pulumi.output(name),
  nodeTemplateTag: pulumi.output(tag),
});
const groups = () => [group("servers", "222"), group("clients", "111"), group("more-clients", "222")];

describe("outdatedNodes", () => {
  /** Answers searches of a cluster's nodes, of all and of those with a present template, and notes them. */
  async function start(all: string[], present: string[], preview = false) {
    const searches: Search[] = [];
    const engine = await MockEngine.start(awsOutputs, preview, {
      "aws:ec2/getInstances:getInstances": (args) => {
        searches.push(args as unknown as Search);
        return { id: "eu-central-1", ids: searches.at(-1)?.filters.length === 1 ? all : present };
      },
    });
    return { engine, searches };
  }

  it("asks for the groups' nodes that run or start, all and those with a present template, each tag once", async () => {
    const { engine, searches } = await start(["i-1", "i-2"], ["i-1", "i-2"]);
    await engine.run(() => outdatedNodes(groups(), {}));
    const inGroups = { name: "tag:aws:autoscaling:groupName", values: ["clients", "more-clients", "servers"] };
    const instanceStateNames = ["pending", "running"];
    searches.sort((a, b) => a.filters.length - b.filters.length);
    assert.deepEqual(searches, [
      { instanceStateNames, filters: [inGroups] },
      { instanceStateNames, filters: [inGroups, { name: "tag:cos-template", values: ["111", "222"] }] },
    ]);
  });

  const cases: [all: string[], present: string[], warning: RegExp | undefined][] = [
    [[], [], undefined],
    [["i-1", "i-2"], ["i-2", "i-1"], undefined],
    [["i-1", "i-2"], ["i-2"], /^1 node runs an old launch template. .*`npx pulumi-cos nodes` lists what is left/],
    [["i-1", "i-2", "i-3"], [], /^3 nodes run an old launch template. .* goes back where new ones do not come/],
  ];
  for (const [all, present, warning] of cases) {
    const outdated = all.length - present.length;
    it(`is ${outdated} where ${present.length} of ${all.length} nodes have a present template`, async () => {
      const { engine } = await start(all, present);
      let count: number | undefined;
      const warnings = await warningsOf(async () => {
        count = await valueOf(await engine.run(() => outdatedNodes(groups(), {})));
      });
      assert.equal(count, outdated);
      assert.equal(warnings.length, warning ? 1 : 0, warnings.join("\n"));
      if (warning) assert.match(warnings[0] ?? "", warning);
    });
  }

  it("asks nothing and warns of nothing while a preview does not know the groups", async () => {
    const { engine, searches } = await start(["i-1"], [], true);
    let count: number | undefined = Number.NaN;
    const warnings = await warningsOf(async () => {
      const output = await engine.run(() => {
        const made = new aws.autoscaling.Group("clients", { minSize: 1, maxSize: 1 });
        return outdatedNodes([{ autoScalingGroupName: made.name, nodeTemplateTag: pulumi.output("1") }], {});
      });
      count = await valueOf(output);
    });
    assert.equal(count, undefined);
    assert.deepEqual(searches, []);
    assert.deepEqual(warnings, []);
  });

  it("asks once the groups exist with their templates, not before", async () => {
    const { engine, searches } = await start([], []);
    let searchesBefore: number | undefined;
    const count = await engine.run(() => {
      const { name } = new aws.autoscaling.Group("clients", { minSize: 1, maxSize: 1 });
      const autoScalingGroupName = name.apply((known) => {
        searchesBefore = searches.length;
        return known;
      });
      return outdatedNodes([{ autoScalingGroupName, nodeTemplateTag: pulumi.output("1") }], {});
    });
    assert.equal(await valueOf(count), 0);
    assert.equal(searchesBefore, 0);
    assert.equal(searches.length, 2);
  });
});
