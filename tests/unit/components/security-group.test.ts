import assert from "node:assert/strict";
import fc from "fast-check";
import type { Edge } from "../../../components/ports";
import { allow, securityGroup } from "../../../components/security-group";
import { type Parties, rulesOf } from "../../../components/security-group/rules";
import { Program } from "../../support/cluster-arguments";

const edge: Edge = { from: "alb", to: "ingress", protocol: "tcp", fromPort: 9999, toPort: 9999, why: "traffic" };
const range: Edge = { from: "ingress", to: "client", protocol: "tcp", fromPort: 20000, toPort: 32000, why: "services" };

describe("the rules of security groups", () => {
  it("are at both ends of an edge, where the ends are groups", () => {
    const parties: Parties = { alb: [{ securityGroupId: "sg-alb" }], ingress: [{ securityGroupId: "sg-ingress" }] };
    assert.deepEqual(rulesOf([edge, range], parties), [
      {
        key: "alb-to-ingress-tcp-9999-egress",
        direction: "egress",
        securityGroupId: "sg-alb",
        peer: { securityGroupId: "sg-ingress" },
        edge,
      },
      {
        key: "alb-to-ingress-tcp-9999-ingress",
        direction: "ingress",
        securityGroupId: "sg-ingress",
        peer: { securityGroupId: "sg-alb" },
        edge,
      },
    ]);
  });

  it("are at one end only where the other is addresses or a prefix list, and none where nobody is at an end", () => {
    const keys = (parties: Parties) => rulesOf([edge], parties).map(({ key }) => key);
    const ingress = [{ securityGroupId: "sg-ingress" }];
    assert.deepEqual(keys({ alb: [{ cidrBlock: "10.0.0.0/8" }], ingress }), [
      "alb-10.0.0.0/8-to-ingress-tcp-9999-ingress",
    ]);
    assert.deepEqual(keys({ alb: ingress, ingress: [{ prefixListId: "pl-1", key: "s3" }] }), [
      "alb-to-ingress-s3-tcp-9999-egress",
    ]);
    assert.deepEqual(keys({ alb: [{ cidrBlock: "10.0.0.0/8" }], ingress: [{ cidrBlock: "10.0.0.0/8" }] }), []);
    assert.deepEqual(keys({ ingress }), []);
  });

  it("have names of their own for any parties whose names differ", () => {
    const party = (prefix: string) =>
      fc
        .uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 3 })
        .map((keys) => keys.map((key) => ({ securityGroupId: `sg-${prefix}-${key}`, key: String(key) })));
    fc.assert(
      fc.property(party("alb"), party("ingress"), party("client"), (alb, ingress, client) => {
        const rules = rulesOf([edge, range], { alb, ingress, client });
        assert.equal(rules.length, 2 * ingress.length * (alb.length + client.length));
        assert.equal(new Set(rules.map(({ key }) => key)).size, rules.length);
      }),
    );
  });

  it("are resources named after what they allow, with its reason as their description", async () => {
    const program = await Program.run(() => {
      const group = securityGroup("g", { vpcId: "vpc-1", description: "Some", tags: { owner: "me" } }, {});
      const alb = [{ cidrBlock: "10.0.0.0/8" }, { cidrBlock: "2001:db8::/32" }, { prefixListId: "pl-1", key: "list" }];
      allow("web", [edge], { alb, ingress: [{ securityGroupId: group.id }] }, { parent: group }, { owner: "me" });
    });
    assert.deepEqual(program.inputs("g"), { vpcId: "vpc-1", description: "Some", tags: { owner: "me", Name: "g" } });
    const rule = (name: string, peer: object) => {
      assert.equal(program.resource(name).parent, "g");
      assert.deepEqual(program.inputs(name), {
        securityGroupId: "g-id",
        ...peer,
        ipProtocol: "tcp",
        fromPort: 9999,
        toPort: 9999,
        description: "traffic",
        tags: { owner: "me", Name: name },
      });
    };
    rule("web-alb-10.0.0.0/8-to-ingress-tcp-9999-ingress", { cidrIpv4: "10.0.0.0/8" });
    rule("web-alb-2001:db8::/32-to-ingress-tcp-9999-ingress", { cidrIpv6: "2001:db8::/32" });
    rule("web-alb-list-to-ingress-tcp-9999-ingress", { prefixListId: "pl-1" });
    assert.equal(program.rules.length, 3);
  });
});
